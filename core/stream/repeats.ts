import type { Dataset } from '../dataset.ts';
import { keyOf } from '../entities/key.ts';
import { DatasetName, EpochMs } from '../ids.ts';
import { partOf, streamKeys } from '../push/key.ts';
import { durationMs } from '../windows/duration.ts';
import type { Placed } from './reading.ts';
import type { Segment } from './segment.ts';

/** A record’s claim to be the one of its key that is published. */
export type Claim = {
  /** The dataset and the key. */
  readonly id: string;
  /** The record: `<shard>/<sequence>`, and `/<n>` of several in one. */
  readonly by: string;
  readonly arrivedAt: EpochMs;
  /** Records of the key that arrive before it are repeats. */
  readonly until: EpochMs;
};

/** A dataset whose repeats are told by their keys. */
export type RepeatRoute = {
  readonly dataset: Dataset;
  readonly withinMs: number;
};

export const repeatRoutesOf = (datasets: readonly Dataset[]): readonly RepeatRoute[] =>
  datasets.flatMap((dataset) => {
    const within = dataset.stream?.repeats?.within;
    return within === undefined ? [] : [{ dataset, withinMs: durationMs(within) }];
  });

/** The claims of a segment’s accepted records, each with its place among its rows. */
export const claimsIn = (
  routes: readonly RepeatRoute[],
  records: readonly Placed[],
): readonly { readonly at: number; readonly claim: Claim }[] => {
  if (routes.length === 0) return [];
  return records.flatMap(({ reading, key }, at) => {
    const place = partOf(key);
    const route = routes.find(({ dataset }) => dataset.name === place?.dataset);
    if (route === undefined || place?.part !== 'accepted') return [];
    const { dataset, withinMs } = route;
    const { record, judged } = reading;
    if (judged?.ok !== true) return [];
    const { shard, sequence, sub, arrivedAt } = record;
    const claim = {
      id: `${dataset.name}#${keyOf(dataset, judged.values).keyHash}`,
      by: [shard, sequence, ...(sub === undefined ? [] : [sub])].join('/'),
      arrivedAt,
      until: EpochMs.parse(arrivedAt + withinMs),
    };
    return [{ at, claim }];
  });
};

/**
 * The segment with some of its rows in objects beside those that are published: each is in landing
 * as before, and once.
 */
export const withRepeats = (
  segment: Segment,
  stream: { readonly stream: string; readonly shard: string },
  repeated: ReadonlySet<number>,
): Segment => {
  if (repeated.size === 0) return segment;
  const { from, to } = segment;
  const keys = segment.places.map((place, at) => {
    const key = segment.objects[place] ?? '';
    const part = repeated.has(at) ? partOf(key) : undefined;
    if (part === undefined) return key;
    return streamKeys(DatasetName.parse(part.dataset), { ...stream, from, to }).repeats;
  });
  const objects = [...new Set(keys)].sort();
  return { ...segment, objects, places: keys.map((key) => objects.indexOf(key)) };
};

/** How many rows of a segment are repeats. */
export const repeatsOf = ({ objects, places }: Segment): number =>
  places.filter((place) => partOf(objects[place] ?? '')?.part === 'repeats').length;
