import { PermanentError } from '../errors.ts';
import type { Row, Scalar } from '../fields/value.ts';
import type { BoundRule } from './bound-rule.ts';

/** One record, as one rule sees it. */
export type WindowEvent = {
  /** `<shard>/<sequence>`, and `/<n>` behind it where a record holds several rows. */
  readonly id: string;
  /** Its place in the shard, in decimal digits; rows of one record have the same. */
  readonly sequence: string;
  /** When it happened: microseconds since 1970. */
  readonly at: bigint;
  readonly group: readonly (Scalar | null)[];
  readonly values: Row;
};

/** A row of a shard, by the record that it came from; `sub` where a record holds several. */
export type WindowRow = {
  readonly record: { readonly sequence: string; readonly sub?: number };
  readonly values: Row;
};

/** Rows of a shard as events of the rule. Those of one group share one array of its values. */
export const eventsOf = (
  { rule }: BoundRule,
  shard: string,
  rows: readonly WindowRow[],
): readonly WindowEvent[] => {
  const groupOf = groupsBy(rule.by);
  return rows.map(({ record: { sequence, sub }, values }) => {
    const id = sub === undefined ? `${shard}/${sequence}` : `${shard}/${sequence}/${sub}`;
    const at = values[rule.time];
    if (typeof at !== 'bigint') {
      throw new PermanentError(`event ${id} has no '${rule.time}', which its rows must have`);
    }
    return { id, sequence, at, group: groupOf(values), values };
  });
};

type Group = WindowEvent['group'];

/** Groups that begin with the same values; one that ends here, if any does. */
type Branch = { group: Group | undefined; readonly next: Map<Scalar | null, Branch> };

/** Finds the group of a row; the same array for equal ones, so that nobody compares their texts. */
const groupsBy = (names: readonly string[]): ((values: Row) => Group) => {
  const branch = (): Branch => ({ group: undefined, next: new Map() });
  const root = branch();
  return (values) => {
    let own = root;
    for (const name of names) {
      const value = groupValue(name, values);
      const next = own.next.get(value) ?? branch();
      own.next.set(value, next);
      own = next;
    }
    own.group ??= names.map((name) => groupValue(name, values));
    return own.group;
  };
};

const groupValue = (name: string, values: Row): Scalar | null => {
  const value = values[name] ?? null;
  if (value === null || typeof value !== 'object') return value;
  throw new PermanentError(`a window groups by '${name}', which is a list or struct`);
};
