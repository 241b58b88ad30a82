import type { RowReason } from '../../core/codes.ts';
import type { OrderCells, OrderFormat } from './columns.ts';
import type { Random } from './random.ts';

/** What can be wrong with a planted row; each is one of the ways in which real files are dirty. */
export const faultKinds = [
  'missing_required',
  'email_format',
  'price_negative',
  'one_of',
  'timestamp_unparsable',
  'quantity_not_integer',
  'duplicate_key',
  'too_long',
  'date_out_of_range',
  'broken_row',
] as const;
export type FaultKind = (typeof faultKinds)[number];

/** The kinds that a typed Parquet column can carry: it has no place for a broken row or text. */
export const typedFaultKinds = [
  'missing_required',
  'email_format',
  'price_negative',
  'one_of',
  'duplicate_key',
  'too_long',
  'date_out_of_range',
] as const satisfies readonly FaultKind[];

/** How the row's text is broken, so that its fields cannot be told apart. */
export type Break =
  /** Fields too few (negative) or too many in a CSV row. */
  | { readonly kind: 'fields'; readonly change: number }
  /** Characters missing at the end of a JSON line. */
  | { readonly kind: 'cut'; readonly chars: number };

/** What was planted in one row, in the words of core/codes.ts. */
export type Planted =
  | { readonly kind: 'rejected'; readonly reasons: readonly RowReason[]; readonly broken?: Break }
  | { readonly kind: 'duplicate' };

/** What a fault may need to know of the file around it. */
export type FaultContext = {
  readonly format: OrderFormat;
  /** The id of an earlier sound row, for a duplicate of it. */
  readonly earlierOrderId: () => string;
};

type Plant = (row: OrderCells, random: Random, context: FaultContext) => Planted;

const rejected = (code: RowReason['code'], field: string | null): Planted => ({
  kind: 'rejected',
  reasons: [{ code, field }],
});

const negate = (row: OrderCells): void => {
  row.unit_price = `-${row.unit_price}`;
};

const breakRow: Plant = (_row, random, { format }) => {
  const change = random.next() < 0.5 ? -(2 + random.below(3)) : 1;
  if (format === 'csv')
    return { ...rejected('E_FIELD_COUNT', null), broken: { kind: 'fields', change } };
  return { ...rejected('E_JSON', null), broken: { kind: 'cut', chars: 5 + random.below(20) } };
};

/** One entry per kind: spoils the row in place and says what must be found in it. */
export const plant: Readonly<Record<FaultKind, Plant>> = {
  missing_required: (row, random) => {
    const field = random.pick(['customer_id', 'product_id', 'status']);
    row[field] = random.pick(['', '  ']);
    return rejected('E_REQUIRED', field);
  },
  email_format: (row, random) => {
    row.email = random.pick([
      'not-an-email',
      'ana@',
      'foo bar@example.com',
      '@example.com',
      'ana@localhost',
    ]);
    const reasons: RowReason[] = [{ code: 'E_TYPE', field: 'email' }];
    // Every tenth has a second fault: a row must keep all its reasons, not just the first.
    if (random.next() < 0.1) {
      negate(row);
      reasons.push({ code: 'E_RANGE', field: 'unit_price' });
    }
    return { kind: 'rejected', reasons };
  },
  price_negative: (row) => {
    negate(row);
    return rejected('E_RANGE', 'unit_price');
  },
  one_of: (row, random) => {
    const field = random.next() < 0.5 ? 'status' : 'currency';
    row[field] = field === 'status' ? 'teleported' : 'XXX';
    return rejected('E_ONE_OF', field);
  },
  timestamp_unparsable: (row, random) => {
    row.ordered_at = random.pick([
      'yesterday',
      '2024-13-45T10:00:00Z',
      '05/03/2024 10:00',
      '2024-02-30T10:00:00Z',
    ]);
    return rejected('E_TYPE', 'ordered_at');
  },
  quantity_not_integer: (row, random) => {
    row.quantity = random.pick(['3.5', 'two', '1e1', '2x']);
    return rejected('E_TYPE', 'quantity');
  },
  duplicate_key: (row, _random, { earlierOrderId }) => {
    row.order_id = earlierOrderId();
    return { kind: 'duplicate' };
  },
  too_long: (row, random) => {
    row.notes = 'x'.repeat(501 + random.below(200));
    return rejected('E_LENGTH', 'notes');
  },
  date_out_of_range: (row, random) => {
    row.ordered_at = random.pick([
      '1999-12-31T23:59:59Z',
      '2031-06-01T00:00:00Z',
      '1970-01-01T00:00:00Z',
    ]);
    return rejected('E_RANGE', 'ordered_at');
  },
  broken_row: breakRow,
};
