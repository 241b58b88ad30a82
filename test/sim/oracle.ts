import { unmarshall } from '@aws-sdk/util-dynamodb';
import { FileId } from '../../core/ids.ts';
import { fileIdOf } from '../../core/landing/file-id.ts';
import { quarantineKeys, s3Uri } from '../../core/layout.ts';
import { baseOf, runIdKey, scanFiles } from '../../core/load/commit.ts';
import type { Version } from './aws/s3.ts';
import { isOfDoor, judgeDoors } from './door-oracle.ts';
import { POISON, type Row } from './engine.ts';
import type { SentThrough } from './senders.ts';
import type { SimulatedWorld } from './world.ts';

/** What a history came to. */
export type Verdict = {
  readonly lost: readonly string[];
  readonly duplicated: readonly string[];
  readonly stuck: readonly string[];
  readonly wrong: readonly string[];
  /** Sound files that were quarantined because every attempt failed: kept, not published. */
  readonly gaveUp: number;
};

type Entry = Readonly<Record<string, unknown>> & {
  readonly state: string;
  readonly reason?: { readonly code: string } | null;
};

/** Ends of a file; HELD waits for a person. */
const ends = [
  ...['PUBLISHED', 'QUARANTINED', 'DUPLICATE', 'SUPERSEDED', 'HELD', 'DISCARDED', 'GONE'],
  'IGNORED',
];

/** The rows of a text that are to be published: the valid ones, of each id the first. */
const rowsOf = (text: string): readonly string[] => {
  const seen = new Set<string>();
  const rows: string[] = [];
  for (const line of text.split('\n')) {
    const [id = ''] = line.split(',');
    if (!/^[a-z][a-z0-9]*,[0-9]+$/.test(line) || seen.has(id)) continue;
    seen.add(id);
    rows.push(line);
  }
  return rows;
};

const tableRows = async (world: SimulatedWorld, table: string): Promise<Row[]> => {
  const metadata = world.catalog.tables.get(table);
  if (metadata === undefined) return [];
  const store = { get: async (uri: string) => world.objects.get(uri) };
  const files = await scanFiles(await baseOf({ store }, metadata));
  return files.flatMap(({ data_file }) => {
    const rows: Row[] = JSON.parse(world.objects.get(data_file.file_path).toString('utf8'));
    if (BigInt(rows.length) !== data_file.record_count)
      throw new Error(`${data_file.file_path} has not the rows that its manifest says`);
    return rows;
  });
};

type Landed = {
  readonly version: Version;
  readonly fileId: string;
  readonly dataset: string;
  readonly text: string;
  readonly entry: Entry | undefined;
};

/**
 * Compares the end of a history with what landed. Written without a look at how Headgate does it:
 * from the versions and the promises alone.
 */
export const judge = async (
  world: SimulatedWorld,
  sent: SentThrough,
  { toldOfAll }: { readonly toldOfAll: boolean },
): Promise<Verdict> => {
  const entries = new Map<string, Entry>();
  const runs = new Map<string, Record<string, unknown>>();
  for (const [key, item] of world.table.items) {
    const entry = unmarshall(item);
    if (key.startsWith('FILE#'))
      entries.set(String(entry.fileId), { ...entry, state: String(entry.state) });
    if (key.startsWith('RUN#')) runs.set(key, entry);
  }
  const landed = world.landing.versions.map((version): Landed => {
    const fileId = fileIdOf({ bucket: 'landing', ...version });
    const dataset = version.key.slice(0, version.key.indexOf('/'));
    const text = version.bytes.toString('utf8');
    return { version, fileId, dataset, text, entry: entries.get(fileId) };
  });
  const found: Found = { lost: [], duplicated: [], stuck: [], wrong: [] };
  for (const each of landed) judgeFile(world, each, found);
  for (const [key, run] of runs)
    if (!runEnds.includes(String(run.state))) found.stuck.push(`${key} is ${String(run.state)}`);
  const throughDoors = landed.filter(({ version }) => isOfDoor(version.key));
  const doorIds = new Set(throughDoors.map(({ fileId }) => fileId));
  const doorRows: Row[] = [];
  for (const name of ['sales', 'strict', 'prices']) {
    const own = landed.filter(({ dataset, fileId }) => dataset === name && !doorIds.has(fileId));
    const all = await tableRows(world, name);
    const rows = all.filter(({ _file }) => !doorIds.has(_file));
    doorRows.push(...all.filter(({ _file }) => doorIds.has(_file)));
    if (name === 'prices') judgeReplaced(own, rows, toldOfAll, found);
    else judgeAppended(own, rows, found);
    judgeSnapshots(world, name, runs, found);
  }
  const doorFiles = throughDoors.map(({ version, entry }) => ({
    ...{ version, state: entry?.state, counts: entry?.counts },
  }));
  judgeDoors(world, sent, doorFiles, doorRows, found);
  const isGivenUp = (each: Landed): boolean => each.entry?.state === 'QUARANTINED' && isSound(each);
  return { ...found, gaveUp: landed.filter(isGivenUp).length };
};

const runEnds = ['PUBLISHED', 'HELD', 'DISCARDED', 'NOTHING', 'FAILED'];

/** Each version that is still there is in the ledger, at an end; a refused one has a reason. */
const judgeFile = (world: SimulatedWorld, each: Landed, found: Found): void => {
  const { version, entry, fileId } = each;
  const name = `${version.key} ${version.versionId}`;
  const isDeleted = version.deletedAt !== undefined;
  if (entry === undefined) {
    if (!isDeleted) found.lost.push(`${name} is not in the ledger`);
    return;
  }
  const { state } = entry;
  if (!ends.includes(state)) found.stuck.push(`${name} is ${state}`);
  if (state === 'GONE' && !isDeleted) found.wrong.push(`${name} is GONE, and is there`);
  const dataset = typeof entry.dataset === 'string' ? entry.dataset : '_';
  const reason = s3Uri('quarantine', quarantineKeys.refusedFile(dataset, FileId.parse(fileId)));
  if (state === 'QUARANTINED' && !world.objects.objects.has(reason))
    found.wrong.push(`${name} is QUARANTINED without an explanation`);
  judgeRejects(world, each, found);
  const expected = expectedEnd(each);
  const isOther = state === 'DUPLICATE' && expected === 'QUARANTINED';
  if (expected !== undefined && state !== expected && !isOther)
    found.wrong.push(`${name} is ${state}, not ${expected}`);
};

/** As many rows are kept as the ledger says were rejected. */
const judgeRejects = (
  world: SimulatedWorld,
  { version, entry, fileId }: Landed,
  found: Found,
): void => {
  const counts = entry?.counts;
  if (typeof counts !== 'object' || counts === null) return;
  const rejected = Number(Reflect.get(counts, 'rejected'));
  const kept = [...world.objects.objects]
    .filter(([uri]) => uri.endsWith(`/rejects/${fileId}.parquet`))
    .map(([, { bytes }]) => JSON.parse(bytes.toString('utf8')).length);
  if (rejected > 0 && !kept.includes(rejected))
    found.lost.push(`${version.key} ${version.versionId}: ${rejected} rejected rows are not kept`);
};

const isSound = ({ text, dataset, version }: Landed): boolean =>
  ['sales', 'strict', 'prices'].includes(dataset) &&
  !text.includes(POISON) &&
  text !== '' &&
  !version.key.endsWith('_SUCCESS');

/** Where what landed leaves only one end. */
const expectedEnd = ({ version, dataset, text }: Landed): string | undefined => {
  if (version.key.endsWith('_SUCCESS')) return 'IGNORED';
  if (dataset === 'nowhere') return 'QUARANTINED';
  if (version.deletedAt !== undefined) return undefined;
  return text === '' || text.includes(POISON) ? 'QUARANTINED' : undefined;
};

type Found = Record<'lost' | 'duplicated' | 'stuck' | 'wrong', string[]>;

/** Each content once, under one of the files that have it. */
const judgeAppended = (landed: readonly Landed[], rows: readonly Row[], found: Found): void => {
  const contents = Map.groupBy(landed.filter(isSound), ({ text }) => text);
  const known = new Set(landed.map(({ fileId }) => fileId));
  for (const row of rows)
    if (!known.has(row._file)) found.wrong.push(`a row of no file: ${row._file}`);
  for (const [text, files] of contents) {
    const name = files.map(({ version }) => `${version.key} ${version.versionId}`).join(', ');
    const ids = new Set(files.map(({ fileId }) => fileId));
    const own = rows
      .filter(({ _file }) => ids.has(_file))
      .map(({ id, amount }) => `${id},${amount}`);
    const states = files.map(({ entry }) => entry?.state);
    const published = files.filter(({ entry }) => entry?.state === 'PUBLISHED');
    if (published.length > 1) found.duplicated.push(`${name}: published ${published.length} times`);
    if (published.length === 0) {
      if (own.length > 0) found.wrong.push(`${name}: rows are visible, and no file is PUBLISHED`);
      const isKept = states.some((state) =>
        ['HELD', 'DISCARDED', 'QUARANTINED', 'CLAIMED', undefined].includes(state),
      );
      const isThere = files.some(({ version }) => version.deletedAt === undefined);
      if (!isKept && isThere) found.lost.push(`${name}: ends as ${states.join(', ')}`);
      continue;
    }
    const expected = rowsOf(text);
    compare(name, expected, own, found);
  }
};

const compare = (
  name: string,
  expected: readonly string[],
  actual: readonly string[],
  found: Found,
): void => {
  const missing = expected.filter((row) => !actual.includes(row));
  if (missing.length > 0) found.lost.push(`${name}: ${missing.length} rows`);
  if (actual.length > expected.length - missing.length)
    found.duplicated.push(`${name}: ${actual.length} rows instead of ${expected.length}`);
};

/**
 * The table is the newest file that was not refused, held or gone. Events tell the second; within
 * one, S3 orders the versions of one key only, and only in the events that it sends.
 */
const judgeReplaced = (
  landed: readonly Landed[],
  rows: readonly Row[],
  toldOfAll: boolean,
  found: Found,
): void => {
  const taken = landed.filter(({ entry }) =>
    ['PUBLISHED', 'DUPLICATE', 'SUPERSEDED'].includes(entry?.state ?? ''),
  );
  const second = Math.max(...taken.map(secondOf));
  const last = taken.filter((each) => secondOf(each) === second);
  const isOlder = ({ version }: Landed): boolean =>
    toldOfAll &&
    last.some((o) => o.version.key === version.key && o.version.sequencer > version.sequencer);
  const newest = last.filter((each) => !isOlder(each));
  if (newest.length === 0) {
    if (rows.length > 0) found.wrong.push('prices has rows of no file');
    return;
  }
  const actual = rows.map(({ id, amount }) => `${id},${amount}`);
  const verdicts = newest.map(({ version, text }) => {
    const own: Found = { lost: [], duplicated: [], stuck: [], wrong: [] };
    compare(`prices is ${version.key} ${version.versionId}`, rowsOf(text), actual, own);
    return own;
  });
  const isOne = verdicts.some(({ lost, duplicated }) => lost.length + duplicated.length === 0);
  if (isOne) return;
  found.lost.push(...(verdicts[0]?.lost ?? []));
  found.duplicated.push(...(verdicts[0]?.duplicated ?? []));
};

/** Notices tell the second in which an object landed. */
const secondOf = ({ version }: Landed): number => Math.floor(version.at / 1000);

/** A snapshot of each published run that has rows, and of no other. */
const judgeSnapshots = (
  world: SimulatedWorld,
  table: string,
  runs: ReadonlyMap<string, Record<string, unknown>>,
  found: Found,
): void => {
  const ids = world.catalog.tables
    .get(table)
    ?.snapshots?.map(({ summary }) => summary[runIdKey] ?? '');
  for (const id of ids ?? []) {
    // A snapshot that changes nothing, which keeps a given-up attempt from making one.
    if (id === '') continue;
    const state = runs.get(`RUN#${id} RUN`)?.state;
    if (state !== 'PUBLISHED')
      found.wrong.push(`the snapshot of ${id} is there, and its run ${state}`);
  }
};
