import * as z from 'zod';
import { DatasetName } from '../ids.ts';

/** One thing that a dataset tells of, by the hash of its key. */
export type Entity = { readonly dataset: DatasetName; readonly keyHash: string };

/** One change of an entity, as it is kept: a delete is a change like any other. */
export const Change = z.object({
  dataset: DatasetName,
  keyHash: z.string().regex(/^[0-9a-f]{64}$/),
  /** The fields of the key as JSON; empty of one that is too long to be kept. */
  key: z.string(),
  op: z.enum(['upsert', 'delete']),
  /**
   * The row as JSON with all digits of its numbers. A delete has none, and an upsert has none that
   * is too large for an item: it lies in landing, under the place in the stream.
   */
  row: z.string().nullable(),
  /** As the source orders the changes of a key. */
  order: z.string(),
  /** When it was made: microseconds since 1970. */
  at: z.number().int(),
  shard: z.string(),
  sequence: z.string(),
  /** Its place in an aggregated record. */
  sub: z.number().int().nonnegative().nullable(),
});
export type Change = z.infer<typeof Change>;

const SEQUENCE_WIDTH = 3;
const SUB_DIGITS = 10;

/**
 * Where a change stands among all of its entity, as a text that is compared character by character:
 * the order of the source, and among equals the place in the stream. The separator is less than
 * all that orders are made of, so that an order that is the beginning of another comes first.
 */
export const positionOf = ({ order, shard, sequence, sub }: Change): string => {
  const digits = sequence.replace(/^0+(?=.)/, '');
  const width = String(digits.length).padStart(SEQUENCE_WIDTH, '0');
  return [order, shard, `${width}${digits}`, String(sub ?? 0).padStart(SUB_DIGITS, '0')].join('#');
};

/** Negative, 0 or positive, as for a sort: the older change of an entity first. */
export const compareChanges = (a: Change, b: Change): number => {
  const [left, right] = [positionOf(a), positionOf(b)];
  if (left === right) return 0;
  return left < right ? -1 : 1;
};

/** Whether they say the same, as when a producer put one change twice. */
export const saysTheSame = (a: Change, b: Change): boolean =>
  a.keyHash === b.keyHash && a.order === b.order && a.op === b.op && a.row === b.row;
