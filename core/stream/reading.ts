import type { Dataset } from '../dataset.ts';
import { asRecords } from '../push/as-records.ts';
import { prefixOf } from '../push/key.ts';
import type { JudgedLine, JudgeLines } from '../push/sift.ts';
import { attributeOf } from './attribute.ts';
import { holds } from './bytes.ts';
import { deaggregate, isAggregate } from './kpl.ts';
import { isJson, type StreamRecord } from './line.ts';
import { onOneLine } from './object.ts';
import { openRecord } from './open.ts';
import type { Opened } from './opened.ts';
import { checkRoutes, isBinary, type StreamOptions } from './options.ts';
import type { RawRecord, Segment } from './segment.ts';

/** A dataset that takes rows from the stream, with its judge. */
export type Route = { readonly dataset: Dataset; readonly judge: JudgeLines };
export type Routes = readonly Route[];

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

/**
 * A record that is looked at once: whose it is, what it holds and what the contract says of it. All
 * that is done with it is made of this.
 */
export type Reading = {
  readonly record: StreamRecord;
  /** Undefined where no dataset asks for it. */
  readonly route: Route | undefined;
  readonly opened: Opened | undefined;
  /** Of a row. */
  readonly judged: JudgedLine | undefined;
  /** Whether the payload stands in landing as JSON, and not as base64. */
  readonly printsAsJson: boolean;
};

/** The records that rows are made of: an aggregated one is several. A damaged one stays itself. */
export const singleRecords = (records: readonly RawRecord[]): readonly StreamRecord[] => {
  if (!records.some(({ payload }) => isAggregate(payload))) return records;
  return records.flatMap((record): StreamRecord[] => {
    const opened = deaggregate(record.payload);
    if (opened.kind !== 'records') return [record];
    return opened.records.map(({ subSequence, partitionKey, payload }) => ({
      ...record,
      ...{ sub: subSequence, partitionKey, payload },
    }));
  });
};

/** Tells whose a record is; undefined when no dataset asks for it. */
const router = (routes: Routes): ((record: StreamRecord) => Route | undefined) => {
  const others = routes.find(({ dataset: { stream } }) => stream?.when === undefined);
  const asked = routes.flatMap((route) => {
    const when = route.dataset.stream?.when;
    return when === undefined ? [] : [{ ...when, route }];
  });
  // An attribute has its name in the payload; only with a backslash it may be spelt otherwise.
  const names = asked.map(({ attribute }) =>
    encoder.encode(`"${attribute.slice(attribute.lastIndexOf('.') + 1)}"`),
  );
  return ({ payload }) => {
    const mayAsk = payload.includes(BACKSLASH) || names.some((name) => holds(payload, name));
    const attribute = mayAsk ? attributeOf(payload) : undefined;
    return asked.find((one) => attribute?.(one.attribute) === one.is)?.route ?? others;
  };
};

const encoder = new TextEncoder();
const BACKSLASH = 0x5c;

/** The records as the datasets that ask for them read them. */
export const readRecords = (routes: Routes, records: readonly RawRecord[]): readonly Reading[] => {
  const singles = singleRecords(records);
  return readEach(singles, singles.map(router(routes)));
};

/** A record of a segment, and the key of the object in landing that it goes to. */
export type Placed = { readonly reading: Reading; readonly key: string };

/** Records with the places that a segment has for them. */
export const placed = (
  { objects, places }: Pick<Segment, 'objects' | 'places'>,
  readings: readonly Reading[],
): readonly Placed[] => {
  // What the stream has forgotten was at the beginning.
  const missing = places.length - readings.length;
  const found: Placed[] = [];
  for (const [at, reading] of readings.entries()) {
    const key = objects[places[missing + at] ?? -1];
    if (key !== undefined) found.push({ reading, key });
  }
  return found;
};

/**
 * The records that are left of a segment that was decided before, perhaps by another deploy: each
 * is read as the dataset reads it whose object it goes to.
 */
export const readSegment = (
  routes: Routes,
  segment: Pick<Segment, 'objects' | 'places'>,
  records: readonly RawRecord[],
): readonly Placed[] => {
  const { objects, places } = segment;
  const byObject = objects.map((key) =>
    routes.find(({ dataset }) => dataset.name === prefixOf(key)),
  );
  const singles = singleRecords(records);
  const missing = places.length - singles.length;
  const own = singles.map((_, at) => byObject[places[missing + at] ?? -1]);
  return placed(segment, readEach(singles, own));
};

/** Reads records, all of a dataset together: a judge is quicker with many. */
const readEach = (
  records: readonly StreamRecord[],
  routes: readonly (Route | undefined)[],
): readonly Reading[] => {
  const [first] = routes;
  // Mostly a stream is of one dataset.
  if (routes.every((route) => route === first)) return readAs(first, records);
  const readings = new Array<Reading>(records.length);
  for (const [route, places] of Map.groupBy(routes.keys(), (at) => routes[at])) {
    const own = places.flatMap((at) => records[at] ?? []);
    const read = readAs(route, own).values();
    for (const at of places) {
      const { value } = read.next();
      if (value !== undefined) readings[at] = value;
    }
  }
  return readings;
};

const readAsNone = (record: StreamRecord): Reading => ({
  ...{ record, route: undefined, opened: undefined, judged: undefined },
  printsAsJson: isJson(record.payload),
});

const readAs = (route: Route | undefined, records: readonly StreamRecord[]): readonly Reading[] => {
  if (route === undefined) return records.map(readAsNone);
  const { dataset, judge } = route;
  const isBare = isPlain(dataset.stream);
  const isBytes = isBinary(dataset.stream);
  const opened = records.map((record) => (isBare ? bare(record) : openRecord(dataset, record)));
  const lines: Uint8Array[] = [];
  for (const one of opened) if (one.kind === 'row') lines.push(one.line);
  const verdicts = judge(lines).values();
  return records.map((record, at): Reading => {
    const one = opened[at];
    const judged = one?.kind === 'row' ? verdicts.next().value : undefined;
    // A row, or an envelope around one, was read as JSON already.
    const isKnown = isBare ? judged?.ok === true : one?.kind === 'row';
    return {
      ...{ record, route, opened: one, judged },
      printsAsJson: !isBytes && (isKnown || isJson(record.payload)),
    };
  });
};

const isPlain = (stream: StreamOptions | undefined): boolean =>
  stream?.envelope === 'json' && stream.body.kind === 'json';

/** A record that is the row itself: its judge tells all that is wrong with it, JSON or not. */
const bare = ({ payload }: StreamRecord): Opened => ({
  ...{ kind: 'row', line: onOneLine(payload), meta: { kind: 'none' } },
});
