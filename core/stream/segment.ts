import * as z from 'zod';
import type { EpochMs } from '../ids.ts';
import type { StreamRecord } from './line.ts';
import { compareSequences } from './sequence.ts';

const Sequence = z.string().regex(/^\d{1,129}$/);

/**
 * Records of one shard that land together. It is decided before anything lands, so that whoever
 * repeats the work, with whatever batch, writes the same objects under the same names.
 */
export const Segment = z.object({
  from: Sequence,
  to: Sequence,
  /** Records as the stream has them; an aggregated one counts once. */
  records: z.number().int().positive(),
  /** Keys in landing. */
  objects: z.array(z.string()),
  /** For each row of the records, in order, which of the objects it goes to. */
  places: z.array(z.number().int().nonnegative()),
});
export type Segment = z.infer<typeof Segment>;

/** How far a shard has come: everything up to `checkpoint` is in landing. */
export const ShardEntry = z.object({
  stream: z.string(),
  shard: z.string(),
  checkpoint: Sequence.nullable(),
  /** Decided, and not known to be in landing. */
  segment: Segment.nullable(),
  /** Grows with each change: whoever saw an older one changes nothing. */
  turn: z.number().int().nonnegative(),
});
export type ShardEntry = z.infer<typeof ShardEntry>;

export const firstEntry = (stream: string, shard: string): ShardEntry => ({
  ...{ stream, shard, checkpoint: null, segment: null, turn: 0 },
});

/** A record as the stream gives it, before it is taken apart. */
export type RawRecord = Omit<StreamRecord, 'sub'> & { readonly arrivedAt: EpochMs };

/** Those behind the checkpoint, in their order, each once: retries bring others too. */
export const behind = (
  records: readonly RawRecord[],
  checkpoint: string | null,
): readonly RawRecord[] => {
  const fresh = records
    .filter(({ sequence }) => checkpoint === null || compareSequences(sequence, checkpoint) > 0)
    .toSorted((a, b) => compareSequences(a.sequence, b.sequence));
  return fresh.filter(({ sequence }, at) => sequence !== fresh[at - 1]?.sequence);
};

/** Those of a segment. */
export const within = (
  records: readonly RawRecord[],
  { from, to }: Pick<Segment, 'from' | 'to'>,
): readonly RawRecord[] =>
  records.filter(
    ({ sequence }) => compareSequences(sequence, from) >= 0 && compareSequences(sequence, to) <= 0,
  );
