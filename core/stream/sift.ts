import type { Dataset } from '../dataset.ts';
import { asRecords } from '../push/as-records.ts';
import { prefixOf, streamKeys } from '../push/key.ts';
import { type JudgeLines, siftRecords } from '../push/sift.ts';
import { attributeOf } from './attribute.ts';
import { joined } from './bytes.ts';
import { deaggregate } from './kpl.ts';
import { printStreamLine, type StreamRecord } from './line.ts';
import { openRecord } from './open.ts';
import { checkRoutes, isBinary } from './options.ts';
import type { RawRecord, Segment } from './segment.ts';

/** The datasets that take rows from the stream, with their judges. */
export type Routes = readonly { readonly dataset: Dataset; readonly judge: JudgeLines }[];

export const routesOf = (
  datasets: readonly Dataset[],
  judgeOf: (dataset: Dataset) => JudgeLines,
): Routes => {
  checkRoutes(datasets);
  return datasets
    .filter(({ stream }) => stream !== undefined)
    .map(asRecords)
    .map((dataset) => ({ dataset, judge: judgeOf(dataset) }));
};

/** The records that rows are made of: an aggregated one is several. A damaged one stays itself. */
export const singleRecords = (records: readonly RawRecord[]): readonly StreamRecord[] =>
  records.flatMap((record): StreamRecord[] => {
    const opened = deaggregate(record.payload);
    if (opened.kind !== 'records') return [record];
    return opened.records.map(({ subSequence, partitionKey, payload }) => ({
      ...record,
      ...{ sub: subSequence, partitionKey, payload },
    }));
  });

/** Whose a record is; undefined when no dataset asks for it. */
const routeOf = (routes: Routes, { payload }: StreamRecord): Routes[number] | undefined => {
  const attribute = attributeOf(payload);
  return (
    routes.find(({ dataset: { stream } }) => {
      const when = stream?.when;
      return when !== undefined && attribute(when.attribute) === when.is;
    }) ?? routes.find(({ dataset: { stream } }) => stream?.when === undefined)
  );
};

/**
 * Decides where the rows of some records land: by dataset, those that its contract takes apart from
 * the others, so that no bad record keeps a good one from being published, and none stops a shard.
 */
export const decideSegment = (
  routes: Routes,
  stream: string,
  records: readonly [RawRecord, ...RawRecord[]],
): Segment => {
  const { shard, sequence: from } = records[0];
  const to = records.at(-1)?.sequence ?? from;
  const singles = singleRecords(records);
  const places = new Array<string>(singles.length).fill(
    streamKeys('_unrouted', { stream, shard, from, to }).rejected,
  );
  const byRoute = Map.groupBy(singles.keys(), (at) => {
    const single = singles[at];
    return single === undefined ? undefined : routeOf(routes, single);
  });
  for (const [route, own] of byRoute) {
    if (route === undefined) continue;
    const keys = streamKeys(route.dataset.name, { stream, shard, from, to });
    const isAccepted = acceptedIn(
      route,
      own.flatMap((at) => singles[at] ?? []),
    );
    for (const [index, at] of own.entries())
      places[at] = isAccepted[index] === true ? keys.accepted : keys.rejected;
  }
  const objects = [...new Set(places)].sort();
  return {
    ...{ from, to, records: records.length, objects },
    places: places.map((place) => objects.indexOf(place)),
  };
};

/** What is no row but a word about one, such as a tombstone, goes with the accepted ones. */
const acceptedIn = (
  { dataset, judge }: Routes[number],
  records: readonly StreamRecord[],
): readonly boolean[] => {
  const opened = records.map((record) => openRecord(dataset, record));
  const lines = opened.flatMap((one) => (one.kind === 'row' ? [one.line] : []));
  const outcomes = siftRecords(dataset, lines, judge).values();
  return opened.map((one) =>
    one.kind === 'row' ? outcomes.next().value?.outcome === 'accepted' : one.kind === 'tombstone',
  );
};

/** The records that are left of a segment, each with the key of the object that it goes to. */
export const placedIn = (
  { objects, places }: Pick<Segment, 'objects' | 'places'>,
  records: readonly RawRecord[],
): readonly { readonly record: StreamRecord; readonly key: string }[] => {
  const singles = singleRecords(records);
  // What the stream has forgotten was at the beginning.
  const missing = places.length - singles.length;
  return singles.flatMap((record, at) => {
    const key = objects[places[missing + at] ?? -1];
    return key === undefined ? [] : [{ record, key }];
  });
};

/**
 * The objects of a segment, made of its records, or of its last ones when there are no others any
 * more: an object of which no record is left is none. Bytes of a dataset's bodies are kept as such.
 */
export const objectsOf = (
  { objects, places }: Segment,
  records: readonly RawRecord[],
  routes: Routes,
): ReadonlyMap<string, Uint8Array> => {
  const binary = new Set<string>(
    routes.flatMap(({ dataset }) => (isBinary(dataset.stream) ? [dataset.name] : [])),
  );
  const lines = new Map<string, Uint8Array[]>(objects.map((key) => [key, []]));
  for (const { record, key } of placedIn({ objects, places }, records))
    lines.get(key)?.push(printStreamLine(record, binary.has(prefixOf(key))), lineFeed);
  const kept = [...lines].filter(([, own]) => own.length > 0);
  return new Map(kept.map(([key, own]) => [key, joined(own)]));
};

const lineFeed = new Uint8Array([0x0a]);
