import { numberOf } from '../expressions/value-type.ts';
import { type Field, fieldOf } from '../fields/field.ts';
import { kindOf } from '../fields/index.ts';
import { duckType, type IcebergType, typeText } from '../iceberg-type.ts';
import type { KnownColumn, RowStep } from './transform.ts';
import { needText, replaced, scalar, textOfValue, textSql } from './typed.ts';
import type { Cast } from './uses.ts';

const fieldTo = ({ to }: Cast): Field => fieldOf(to.kind, to.options, {});

const typeTo = (use: Cast) => kindOf(fieldTo(use)).icebergType(use.to.options);

/** Whether it is sure that every value survives: to a text, or to a number that is wide enough. */
const isSure = (use: Cast, column: KnownColumn): boolean => {
  const type = typeTo(use);
  if (typeText(type) === typeText(column.type)) return use.to.kind !== 'oneOf';
  if (use.to.kind === 'text') return true;
  const [from, to] = [numberOf(column), numberOf({ type })];
  if (from === undefined || to === undefined || to.scale < from.scale) return false;
  const room = type === 'int' || type === 'long' ? to.largest - 1n : to.largest;
  return from.largest * 10n ** BigInt(to.scale - from.scale) <= room;
};

const checked = (use: Cast, column: KnownColumn): KnownColumn => {
  needText('cast', column);
  const type = typeTo(use);
  if (!isSure(use, column) && use.otherwise !== 'null') {
    throw new Error(
      `a ${typeText(column.type)} is not always a ${use.to.kind} (${typeText(type)}), which cast ` +
        `makes of '${use.column}'. Say what becomes of the others with otherwise: 'null', or ` +
        'declare the field with that kind, so that they are rejected',
    );
  }
  const { largest } = column;
  const number = numberOf({ type });
  const scaled =
    largest !== undefined && number !== undefined && isSure(use, column)
      ? largest * 10n ** BigInt(number.scale - (numberOf(column)?.scale ?? 0))
      : undefined;
  const required = column.required && isSure(use, column);
  return { ...column, type, required, largest: scaled };
};

/** A column as another kind of field: its text, read by that kind. */
export const castKind: RowStep<Cast> = {
  kind: 'cast',
  form: 'row',
  says: ({ column, to, otherwise }) =>
    `${column} becomes a ${to.kind}` +
    (otherwise === 'null'
      ? '; a value whose text is none becomes a missing one, which _changes tells'
      : ', which each of its values is'),
  uses: ({ column }) => [column],
  adds: () => [],
  columns: (use, known) =>
    replaced(known.columns, use.column, () => checked(use, known.column(use.column))),
  compute: (use, row, { known }) => {
    const value = scalar(row[use.column]);
    if (value === null) return { [use.column]: null };
    const text = textOfValue(value, known(use.column).type);
    if (use.to.kind === 'text') return { [use.column]: text };
    const parsed = kindOf(fieldTo(use)).parse(
      plainNumber(text, known(use.column).type),
      use.to.options,
    );
    return { [use.column]: parsed.ok ? parsed.value : null };
  },
  toSql: (use, side) => {
    const { type } = side.known(use.column);
    const sql = side.column(use.column);
    const text = textSql(sql, type);
    if (use.to.kind === 'text') return { [use.column]: text };
    const kind = kindOf(fieldTo(use));
    const plain = plainNumberSql(text, type);
    const value = kind.cast(plain, use.to.options);
    const accepts = kind.accepts(plain, value, use.to.options);
    const cast = `CAST(${value} AS ${duckType(typeTo(use))})`;
    return { [use.column]: `CASE WHEN ${accepts} THEN ${cast} END` };
  },
  repairs: (use) => ({ column: use.column, rule: `${use.to.kind}, otherwise missing` }),
};

const isPointed = (type: IcebergType): boolean =>
  type === 'double' || typeText(type).startsWith('decimal');

/** 12.50 is 12.5 and 12.00 is 12: zeros at the end of a number's decimals say nothing. */
const plainNumber = (text: string, type: IcebergType): string =>
  isPointed(type) ? text.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '') : text;

const plainNumberSql = (text: string, type: IcebergType): string =>
  isPointed(type)
    ? `regexp_replace(regexp_replace(${text}, '(\\.[0-9]*?)0+$', '\\1'), '\\.$', '')`
    : text;

/** Reads a column as another kind of field: `cast('amount', integer(), { otherwise: 'null' })`. */
export const cast = (
  column: string,
  to: Field,
  { otherwise }: { readonly otherwise?: 'null' } = {},
): Cast => ({ kind: 'cast', column, to: { kind: to.kind, options: to.options }, otherwise });
