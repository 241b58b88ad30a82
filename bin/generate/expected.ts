import * as z from 'zod';
import { assert } from '../../core/assert.ts';
import { ColumnCounts, ReasonCount } from '../../core/documents.ts';
import { Counts } from '../../core/ledger.ts';
import { orderColumns } from './columns.ts';
import type { OrderRow } from './orders.ts';

/** What a correct run must find in a generated file; counted while it was written. */
export const Expected = Counts.extend({
  reasons: z.array(ReasonCount),
  /** Rejected rows with more than one reason: `reasons` counts them more than once. */
  severalReasons: z.number().int().nonnegative(),
  /** Rows in which every field could be told from its neighbours. */
  wellFormed: z.number().int().nonnegative(),
  nonEmpty: ColumnCounts,
  /** Exact decimals as text: a sum of money has no place in a double. */
  sums: z.object({ line_total: z.string() }),
  publishedPerMonth: z.record(z.string(), z.number().int().positive()),
  bytes: z.number().int().nonnegative(),
});
export type Expected = z.infer<typeof Expected>;

/** `12345` cents as `123.45`. */
export const centsAsDecimal = (cents: number): string => {
  assert(Number.isSafeInteger(cents) && cents >= 0, `cents must be exact, got ${cents}`);
  return `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;
};

/** Reasons in one order, so that two counts of the same file are the same text. */
export const sortedReasons = (counts: ReadonlyMap<string, number>): ReasonCount[] =>
  [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, rows]) => {
      const [code = '', field = ''] = key.split(' ');
      return { code, field: field === '' ? null : field, rows };
    });

export type Tally = {
  add(row: OrderRow): void;
  result(bytes: number): Expected;
};

const addTo = (counts: Map<string, number>, key: string): void => {
  counts.set(key, (counts.get(key) ?? 0) + 1);
};

/** Counts rows as they are written. */
export const makeTally = (): Tally => {
  const counts = { rowsIn: 0, published: 0, rejected: 0, deduplicated: 0 };
  const reasons = new Map<string, number>();
  const months = new Map<string, number>();
  const nonEmpty: number[] = orderColumns.map(() => 0);
  let severalReasons = 0;
  let wellFormed = 0;
  let cents = 0;

  const addVerdict = ({ cells, verdict }: OrderRow): void => {
    if (verdict.kind === 'duplicate') counts.deduplicated += 1;
    else if (verdict.kind === 'published') {
      counts.published += 1;
      cents += verdict.lineTotalCents;
      addTo(months, cells.ordered_at.slice(0, 7));
    } else {
      counts.rejected += 1;
      for (const { code, field } of verdict.reasons) addTo(reasons, `${code} ${field ?? ''}`);
      if (verdict.reasons.length > 1) severalReasons += 1;
    }
  };

  const add = (row: OrderRow): void => {
    counts.rowsIn += 1;
    addVerdict(row);
    if (row.verdict.kind === 'rejected' && row.verdict.broken) return;
    wellFormed += 1;
    orderColumns.forEach((column, at) => {
      if (row.cells[column].trim() !== '') nonEmpty[at] = (nonEmpty[at] ?? 0) + 1;
    });
  };

  const result = (bytes: number): Expected => ({
    ...counts,
    reasons: sortedReasons(reasons),
    severalReasons,
    wellFormed,
    nonEmpty: Object.fromEntries(orderColumns.map((column, at) => [column, nonEmpty[at] ?? 0])),
    sums: { line_total: centsAsDecimal(cents) },
    publishedPerMonth: Object.fromEntries([...months].sort(([a], [b]) => (a < b ? -1 : 1))),
    bytes,
  });
  return { add, result };
};
