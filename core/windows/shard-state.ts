import * as z from 'zod';
import { EpochMs } from '../ids.ts';
import type { BoundRule } from './bound-rule.ts';
import { microsOf } from './duration.ts';
import { BigText } from './json.ts';

const Count = z.number().int().nonnegative();

/** How far one rule has come with one shard of its stream. */
export const ShardState = z
  .object({
    series: z.string(),
    shard: z.string(),
    /** The last sequence number taken, in decimal digits; null before the first. */
    checkpoint: z.string().regex(/^\d+$/).nullable(),
    /** Event time up to which nothing more is expected, in microseconds; null before any. */
    watermark: BigText.nullable(),
    /** When the shard last brought an event that could move its watermark. */
    seenAt: EpochMs,
    /** Whether the shard has ended: it was split or merged, and has been read to its end. */
    closed: z.boolean(),
    /** Events taken, and those of them that are in the side outputs. */
    events: Count,
    late: Count,
    tooLate: Count,
    future: Count,
  })
  .readonly();
export type ShardState = z.output<typeof ShardState>;

/** A shard's state as JSON. */
export const encodeShard = (state: ShardState): z.input<typeof ShardState> =>
  z.encode(ShardState, state);
/** A shard's state out of JSON; throws when it is none. */
export const parseShard = (json: unknown): ShardState => ShardState.parse(json);

/**
 * A shard that has brought nothing yet. One that follows others starts from the least of their
 * watermarks, since what they had is read; a first one holds the stream back until it has an event,
 * or for as long as an idle one may.
 */
export const startShard = (
  { series }: BoundRule,
  shard: string,
  now: EpochMs,
  parents: readonly ShardState[] = [],
): ShardState => ({
  ...{ series: series.id, shard, checkpoint: null, seenAt: now, closed: false },
  watermark: leastOf(parents),
  ...{ events: 0, late: 0, tooLate: 0, future: 0 },
});

/** A shard that has been read to its end. */
export const closeShard = (state: ShardState): ShardState => ({ ...state, closed: true });

/** Null when there is none, or one of them has none. */
const leastOf = (shards: readonly ShardState[]): bigint | null => {
  const [first, ...others] = shards.map(({ watermark }) => watermark);
  if (first === undefined) return null;
  return others.reduce(
    (least, each) => (least === null || each === null ? null : each < least ? each : least),
    first,
  );
};

/** The later of two, where none is before everything. */
export const laterOf = (a: bigint | null, b: bigint | null): bigint | null => {
  if (a === null || b === null) return a ?? b;
  return a > b ? a : b;
};

/**
 * The event time up to which the whole stream is complete, as far as anybody can know: the least of
 * the shards that are active. Where none is, nothing is on its way, and it follows the clock, one
 * idle time behind: the last window of a stream that pauses would else stay open until it goes on.
 * It never falls behind what it was.
 */
export const streamWatermark = (
  { rule }: BoundRule,
  shards: readonly ShardState[],
  now: EpochMs,
  previous: bigint | null,
): bigint | null => {
  if (shards.length === 0) return previous;
  const active = shards.filter(
    ({ closed, seenAt }) => !closed && now - seenAt < rule.idleTimeoutMs,
  );
  if (active.length > 0) return laterOf(previous, leastOf(active));
  const last = shards.map(({ watermark }) => watermark).reduce(laterOf);
  return laterOf(laterOf(previous, last), microsOf(now - rule.idleTimeoutMs));
};
