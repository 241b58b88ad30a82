import { PermanentError } from '../errors.ts';
import type { Row, Scalar } from '../fields/value.ts';
import type { BoundRule } from './bound-rule.ts';

/** One record, as one rule sees it. */
export type WindowEvent = {
  /** `<shard>/<sequence>`, and `/<n>` behind it where a record holds several rows. */
  readonly id: string;
  /** When it happened: microseconds since 1970. */
  readonly at: bigint;
  readonly group: readonly (Scalar | null)[];
  readonly values: Row;
};

/** A row as an event of the rule; `id` is `<shard>/<sequence>`, and `/<n>` of several rows. */
export const eventOf = ({ rule }: BoundRule, id: string, values: Row): WindowEvent => {
  const at = values[rule.time];
  if (typeof at !== 'bigint') {
    throw new PermanentError(`event ${id} has no '${rule.time}', which its rows must have`);
  }
  const group = rule.by.map((name) => {
    const value = values[name] ?? null;
    if (value === null || typeof value !== 'object') return value;
    throw new PermanentError(`a window groups by '${name}', which is a list or struct`);
  });
  return { id, at, group, values };
};
