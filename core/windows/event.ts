import { PermanentError } from '../errors.ts';
import type { Row, Scalar } from '../fields/value.ts';
import type { StreamRecord } from '../stream/line.ts';
import { isSequence } from '../stream/sequence.ts';
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

/** A row of a shard, by the record that it came from. */
type Sent = { readonly record: Pick<StreamRecord, 'sequence' | 'sub'>; readonly values: Row };

/** A row of a shard as an event of the rule. */
export const eventOf = (
  { rule }: BoundRule,
  shard: string,
  { record: { sequence, sub }, values }: Sent,
): WindowEvent => {
  const id = sub === undefined ? `${shard}/${sequence}` : `${shard}/${sequence}/${sub}`;
  if (!isSequence(sequence))
    throw new Error(`event '${id}': an id is <shard>/<sequence number>, and /<n> of several rows`);
  const at = values[rule.time];
  if (typeof at !== 'bigint') {
    throw new PermanentError(`event ${id} has no '${rule.time}', which its rows must have`);
  }
  const group = rule.by.map((name) => {
    const value = values[name] ?? null;
    if (value === null || typeof value !== 'object') return value;
    throw new PermanentError(`a window groups by '${name}', which is a list or struct`);
  });
  return { id, sequence, at, group, values };
};
