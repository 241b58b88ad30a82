import { streamKeys } from '../push/key.ts';
import { type JudgedLine, outcomesOf } from '../push/sift.ts';
import { type Printed, printStreamLines } from './line.ts';
import { type Placed, placed, type Reading, type Routes, readRecords } from './reading.ts';
import type { RawRecord, Segment } from './segment.ts';

/** A segment that was just decided, with its records as they were read for it. */
export type Decided = { readonly segment: Segment; readonly placed: readonly Placed[] };

/**
 * Decides where the rows of some records land: by dataset, those that its contract takes apart from
 * the others, so that no bad record keeps a good one from being published, and none stops a shard.
 */
export const decideSegment = (
  routes: Routes,
  stream: string,
  records: readonly [RawRecord, ...RawRecord[]],
): Decided => {
  const { shard, sequence: from } = records[0];
  const to = records.at(-1)?.sequence ?? from;
  const readings = readRecords(routes, records);
  const keys = new Array<string>(readings.length).fill(
    streamKeys('_unrouted', { stream, shard, from, to }).rejected,
  );
  for (const [route, places] of Map.groupBy(readings.keys(), (at) => readings[at]?.route)) {
    if (route === undefined) continue;
    const own = streamKeys(route.dataset.name, { stream, shard, from, to });
    const isAccepted = acceptedIn(
      route,
      places.flatMap((at) => readings[at] ?? []),
    );
    for (const [index, at] of places.entries())
      keys[at] = isAccepted[index] === true ? own.accepted : own.rejected;
  }
  const objects = [...new Set(keys)].sort();
  const indexes = new Map(objects.map((key, index) => [key, index]));
  const segment: Segment = {
    ...{ from, to, records: records.length, objects },
    places: keys.map((key) => indexes.get(key) ?? 0),
  };
  return { segment, placed: placed(segment, readings) };
};

/** What is no row but a word about one, such as a tombstone, goes with the accepted ones. */
const acceptedIn = (
  { dataset }: Routes[number],
  readings: readonly Reading[],
): readonly boolean[] => {
  const rows: JudgedLine[] = [];
  for (const { judged } of readings) if (judged !== undefined) rows.push(judged);
  const outcomes = outcomesOf(dataset, rows).values();
  return readings.map(({ opened }) =>
    opened?.kind === 'row'
      ? outcomes.next().value?.outcome === 'accepted'
      : opened?.kind === 'tombstone',
  );
};

/**
 * The objects of a segment, made of its records, or of its last ones when there are no others any
 * more: an object of which no record is left is none.
 */
export const objectsOf = (
  { objects }: Pick<Segment, 'objects'>,
  records: readonly Placed[],
): ReadonlyMap<string, Uint8Array> => {
  const lines = new Map<string, Printed[]>(objects.map((key) => [key, []]));
  for (const { reading, key } of records)
    lines.get(key)?.push({ record: reading.record, asJson: reading.printsAsJson });
  const kept = [...lines].filter(([, own]) => own.length > 0);
  return new Map(kept.map(([key, own]) => [key, printStreamLines(own)]));
};
