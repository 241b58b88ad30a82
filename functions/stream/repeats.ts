import { rounds } from '../../core/entities/rounds.ts';
import type { Claims, Clock } from '../../core/ports.ts';
import { claimsIn, type RepeatRoute, repeatsOf, withRepeats } from '../../core/stream/repeats.ts';
import type { Segment, ShardEntry } from '../../core/stream/segment.ts';
import type { Decided } from '../../core/stream/sift.ts';
import type { Telemetry } from '../telemetry.ts';

export type RepeatDeps = {
  readonly claims: Claims;
  readonly repeatRoutes: readonly RepeatRoute[];
  readonly now: Clock;
};

/**
 * Moves records whose key another one has claimed to an object of their own. Claims are made before
 * the segment is decided and name their record: whoever repeats the work finds its own.
 */
export const setRepeatsAside = async (
  { claims, repeatRoutes, now }: RepeatDeps,
  { stream, shard }: ShardEntry,
  { segment, placed }: Decided,
): Promise<Segment> => {
  const repeated = new Set<number>();
  const asked = claimsIn(repeatRoutes, placed);
  for (const round of rounds(asked, ({ claim }) => claim.id)) {
    const holders = await claims.claim(
      round.map(({ claim }) => claim),
      now(),
    );
    for (const { at, claim } of round) if (holders.get(claim.id) !== claim.by) repeated.add(at);
  }
  return withRepeats(segment, { stream, shard }, repeated);
};

/** Counted when they have landed, by whoever lands them. */
export const countRepeats = ({ count }: Telemetry, segment: Segment): void => {
  const repeats = repeatsOf(segment);
  if (repeats > 0) count('RecordsRepeated', repeats);
};
