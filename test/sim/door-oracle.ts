import type { Version } from './aws/s3.ts';
import { textOf } from './doors.ts';
import type { Row } from './engine.ts';
import type { Answer, SentThrough } from './senders.ts';
import type { SimulatedWorld } from './world.ts';

export type DoorFile = {
  readonly version: Version;
  readonly state: string | undefined;
  readonly counts: unknown;
};

type Found = Record<'lost' | 'duplicated' | 'stuck' | 'wrong', string[]>;

export const isOfDoor = (key: string): boolean => /^[^/]+\/_(push|stream)\//.test(key);

const isRejected = ({ version }: DoorFile): boolean => version.key.endsWith('-rejected.jsonl');
const linesOf = ({ version }: DoorFile): readonly string[] =>
  version.bytes.toString('utf8').split('\n').slice(0, -1);

/** Of a line of a stream its sequence number and payload; of a pushed one the line itself. */
const recordIn = (line: string): { readonly sequence: string; readonly text: string } => {
  const { sequence, record, bytes } = JSON.parse(line);
  const text = record === undefined ? Buffer.from(bytes, 'base64').toString('utf8') : record;
  return { sequence, text: typeof text === 'string' ? text : JSON.stringify(text) };
};

const isGood = (text: string): boolean => /^\{"id":"\w+","amount":\d+\}$/.test(text);
const idOf = (text: string): string => JSON.parse(text).id;

/**
 * Compares what was sent through the doors with what is in landing and in the tables: each record
 * is there once, the good ones apart from the bad ones, and nothing is that nobody sent.
 */
export const judgeDoors = (
  { stream }: Pick<SimulatedWorld, 'stream'>,
  sent: SentThrough,
  files: readonly DoorFile[],
  rows: readonly Row[],
  found: Found,
): void => {
  for (const [key, versions] of Map.groupBy(files, ({ version }) => version.key))
    if (versions.length > 1) found.duplicated.push(`${key} was written ${versions.length} times`);
  for (const file of files) {
    const rejected = Number(Reflect.get(Object(file.counts), 'rejected') ?? 0);
    if (!isRejected(file) && rejected > 0)
      found.wrong.push(`${file.version.key}: ${rejected} records were taken, and are rejected`);
  }
  for (const { id, done, records } of stream.shards)
    if (done < records.length) found.stuck.push(`${id}: ${records.length - done} records wait`);
  const [streamed, pushed] = [recordsIn(files, '_stream'), recordsIn(files, '_push')];
  judgePlaces([...streamed, ...pushed], found);
  judgeStream(stream.forgotten, sent, streamed, found);
  judgeCalls(sent, pushed, found);
  judgeRows([...streamed, ...pushed], rows, found);
};

/** One record that lies in landing. */
type LandedRecord = { readonly text: string; readonly sequence?: string; readonly file: DoorFile };

const recordsIn = (files: readonly DoorFile[], folder: '_push' | '_stream'): LandedRecord[] =>
  files
    .filter(({ version }) => version.key.includes(`/${folder}/`))
    .flatMap((file) =>
      linesOf(file).map((line) => ({
        ...(folder === '_push' ? { text: line } : recordIn(line)),
        file,
      })),
    );

/** The good ones lie apart from the bad ones. */
const judgePlaces = (landed: readonly LandedRecord[], found: Found): void => {
  for (const { text, file } of landed)
    if (isGood(text) === isRejected(file))
      found.wrong.push(`${text} landed in ${file.version.key}`);
};

/** Each (shard, sequence) is in landing once, unless the stream forgot it before. */
const judgeStream = (
  forgotten: ReadonlySet<string>,
  { put }: SentThrough,
  landed: readonly LandedRecord[],
  found: Found,
): void => {
  const times = countsOf(landed.map(({ sequence = '' }) => sequence));
  for (const { shard, sequence } of put) {
    const n = times.get(sequence) ?? 0;
    if (n === 0 && !forgotten.has(sequence))
      found.lost.push(`${shard}/${sequence} is not in landing`);
    if (n > 1) found.duplicated.push(`${shard}/${sequence} landed ${n} times`);
  }
};

const countsOf = (all: readonly string[]): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const one of all) counts.set(one, (counts.get(one) ?? 0) + 1);
  return counts;
};

const recordsOf = ({ call }: Answer): readonly string[] => call.records.map(textOf);

/** One key has one receipt, whatever was sent with it; what it says has landed, nothing else. */
const judgeCalls = (
  { answers, tries }: SentThrough,
  landed: readonly LandedRecord[],
  found: Found,
): void => {
  const texts = countsOf(landed.map(({ text }) => text));
  const keyed = answers.filter(({ call }) => call.key !== null);
  const byKey = Map.groupBy(keyed, ({ call }) => `${call.dataset} ${call.key}`);
  const expected = [...byKey].flatMap(([key, own]) => takenOf(key, own, found));
  // Without a key each try is a call of its own.
  const most = new Map(expected.map((text) => [text, 1]));
  for (const [{ key, records }, times] of tries)
    if (key === null) for (const record of records) most.set(textOf(record), times);
  for (const [text, times] of most) {
    const n = texts.get(text) ?? 0;
    if (n === 0) found.lost.push(`${text} was taken, and is not in landing`);
    if (n > times) found.duplicated.push(`${text} was sent ${times} times, and landed ${n}`);
  }
  const refused = [...texts.keys()].filter((text) => !most.has(text));
  if (refused.length > 0) found.wrong.push(`${refused[0]} landed, and was refused`);
};

/** The records that the one receipt of a key is about. */
const takenOf = (key: string, own: readonly Answer[], found: Found): readonly string[] => {
  const taken = own.filter(({ status }) => status === 202);
  const statuses = own.map(({ status }) => status);
  if (statuses.some((status) => status !== 202 && status !== 422))
    found.wrong.push(`${key} is answered ${statuses.join()}`);
  const receipts = new Set(taken.map(({ body }) => body));
  if (receipts.size !== 1) found.wrong.push(`${key} has ${receipts.size} receipts`);
  const [first] = taken;
  return first === undefined ? [] : recordsOf(first);
};

/** A record is a row once for each published object that holds it; a repeat may be dropped. */
const judgeRows = (landed: readonly LandedRecord[], rows: readonly Row[], found: Found): void => {
  const published = landed.filter(({ text, file }) => file.state === 'PUBLISHED' && isGood(text));
  const copies = countsOf(published.map(({ text }) => idOf(text)));
  const counts = countsOf(rows.map(({ id }) => id));
  for (const [id, most] of copies) {
    const n = counts.get(id) ?? 0;
    if (n === 0) found.lost.push(`${id} landed and is in no table`);
    if (n > most) found.duplicated.push(`${id} landed ${most} times and is ${n} rows`);
  }
  for (const id of counts.keys())
    if (!copies.has(id)) found.wrong.push(`${id} is a row, and nobody published it`);
};
