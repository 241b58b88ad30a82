import { numberOf } from '../expressions/value-type.ts';
import type { KnownColumn, RowStep } from './transform.ts';
import { constantOf, replaced } from './typed.ts';
import type { Fill } from './uses.ts';

const magnitude = (value: bigint): bigint => (value < 0n ? -value : value);

/** A filled column always has a value, and may reach as far as the constant does. */
const filled = (column: KnownColumn, constant: KnownColumn['largest']): KnownColumn => {
  const { largest } = column;
  const reaches =
    largest !== undefined && constant !== undefined && constant > largest ? constant : largest;
  return { ...column, required: true, largest: reaches };
};

/** A constant where a value is missing; as `default` it is the one that stands at the field. */
const constantKind = (kind: Fill['kind']): RowStep<Fill> => ({
  kind,
  form: 'row',
  says: ({ column, with: text }) =>
    kind === 'default'
      ? `a missing ${column} is '${text}', before every other step`
      : `a missing ${column} becomes '${text}'`,
  uses: ({ column }) => [column],
  adds: () => [],
  columns: ({ column, with: text }, known) => {
    const { value } = constantOf(text, known.column(column), kind);
    return replaced(known.columns, column, (each) =>
      filled(each, numberOf(each) === undefined ? undefined : magnitude(BigInt(value))),
    );
  },
  compute: ({ column, with: text }, row, { known }) => ({
    [column]: row[column] ?? constantOf(text, known(column), kind).value,
  }),
  toSql: ({ column, with: text }, side) => {
    const { sql } = constantOf(text, side.known(column), kind);
    return { [column]: `coalesce(${side.column(column)}, ${sql})` };
  },
  repairs: ({ column, with: text }) => ({ column, rule: `constant '${text}'` }),
});

export const fillKind = constantKind('fill');
export const defaultKind = constantKind('default');
