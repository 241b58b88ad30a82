import type { FileId } from '../../core/ids.ts';
import { quarantineKeys, s3Uri } from '../../core/layout.ts';
import { type FileEntry, type RunEntry, terminalRunStates } from '../../core/ledger.ts';
import type { Ledger } from '../../core/ports.ts';
import { datasetNamed } from '../../datasets/index.ts';
import { type Content, compared, type Table, tables } from './contents.ts';
import type { Reader, Row } from './reader.ts';

/** An object version that has landed. */
export type LandedFile = { readonly key: string; readonly fileId: FileId };

/** One that was put, and what it is to come to. */
export type Landed = LandedFile & { readonly content: Content };

/** What a run came to; every text is a complaint. */
export type Verdict = {
  readonly lost: readonly string[];
  readonly duplicated: readonly string[];
  readonly stuck: readonly string[];
  readonly wrong: readonly string[];
  /** Sound files that were quarantined because every attempt failed: kept, not published. */
  readonly gaveUp: readonly string[];
};

/** Where it can be seen. */
export type Evidence = {
  readonly ledger: Pick<Ledger, 'file' | 'run'>;
  readonly reader: Pick<Reader, 'table' | 'parquet'>;
  readonly quarantineBucket: string;
};

type Found = Record<'lost' | 'duplicated' | 'stuck' | 'wrong', string[]>;
type Judged = Landed & { readonly entry: FileEntry | undefined };

const ends = ['PUBLISHED', 'QUARANTINED', 'DUPLICATE', 'SUPERSEDED', 'HELD'];

/** Ends of a file whose every attempt failed, whatever it holds. */
const isGivenUp = ({ entry }: Judged): boolean =>
  entry?.state === 'QUARANTINED' && ['E_INTERNAL', 'E_RESOURCE'].includes(entry.reason?.code ?? '');

/**
 * Compares ledger, tables and quarantine with what was landed; the tables as PyIceberg reads them.
 * Written from the promises alone. `landed` is in the order of the puts; of the tables that a file
 * replaces as a whole it needs all that ever landed.
 */
export const judge = async (
  { ledger, reader, quarantineBucket }: Evidence,
  landed: readonly Landed[],
  earlier: readonly Landed[],
): Promise<Verdict> => {
  const found: Found = { lost: [], duplicated: [], stuck: [], wrong: [] };
  const withEntry = async (each: Landed): Promise<Judged> => ({
    ...each,
    entry: await ledger.file(each.fileId),
  });
  const own = await Promise.all(landed.map(withEntry));
  for (const each of own) judgeEnd(each, found);
  const runs = await runsOf(ledger, own);
  for (const run of runs.values()) judgeRun(run, own, found);
  for (const each of own) await judgeRejects(reader, quarantineBucket, each, runs, found);
  for (const table of tables) {
    const files = own.filter(({ content }) => content.table === table);
    if (files.length === 0) continue;
    const before = earlier.filter(({ content }) => content.table === table);
    if (datasetNamed(table)?.write.kind === 'replace') {
      const all = [...(await Promise.all(before.map(withEntry))), ...files];
      await judgeReplaced(reader, table, all, found);
    } else await judgeAppended(reader, table, files, found);
    await judgeSnapshots(reader, table, runs, found);
  }
  const gaveUp = own.filter((each) => isGivenUp(each) && each.content.expect.kind === 'rows');
  return {
    ...found,
    gaveUp: gaveUp.map(
      ({ key, entry }) => `${key}: ${entry?.reason?.code}, ${entry?.reason?.detail}`,
    ),
  };
};

const runsOf = async (
  ledger: Evidence['ledger'],
  files: readonly Judged[],
): Promise<ReadonlyMap<string, RunEntry>> => {
  const ids = new Set(files.flatMap(({ entry }) => entry?.runId ?? []));
  const runs = await Promise.all([...ids].map((id) => ledger.run(id)));
  return new Map(runs.flatMap((run) => (run === undefined ? [] : [[run.runId, run]])));
};

/** Each version is in the ledger, at an end that what it holds allows. */
const judgeEnd = (each: Judged, found: Found): void => {
  const { key, entry, content } = each;
  if (entry === undefined) {
    found.lost.push(`${key} is not in the ledger`);
    return;
  }
  const { state, reason, counts } = entry;
  const told = `${key} is ${state} (${reason?.code ?? 'no reason'})`;
  if (state === 'CLAIMED') found.stuck.push(told);
  else if (!ends.includes(state)) found.wrong.push(told);
  const { expect } = content;
  if (expect.kind === 'refused') {
    // Or it came twice while the first was still read: then that one is the refused one.
    if (!['QUARANTINED', 'DUPLICATE', 'CLAIMED'].includes(state)) found.wrong.push(told);
    return;
  }
  if (state === 'QUARANTINED' && !isGivenUp(each)) found.wrong.push(told);
  if (state !== 'PUBLISHED' && state !== 'HELD') return;
  const [published, rejected] = [expect.rows.length, expect.bad.length];
  const deduplicated = expect.rowsIn - published - rejected;
  const expected = JSON.stringify({ rowsIn: expect.rowsIn, published, rejected, deduplicated });
  const { rowsIn, published: p, rejected: r, deduplicated: d } = counts ?? {};
  const actual = JSON.stringify({ rowsIn, published: p, rejected: r, deduplicated: d });
  if (actual !== expected) found.wrong.push(`${told}: ${actual}, not ${expected}`);
};

/** It has ended, and is held if, and only if, too many of its rows are bad. */
const judgeRun = (run: RunEntry, own: readonly Judged[], found: Found): void => {
  const { runId, state, dataset } = run;
  if (!terminalRunStates.includes(state)) found.stuck.push(`${runId} is ${state}`);
  if (state !== 'HELD' && state !== 'PUBLISHED') return;
  const files = own.filter(({ entry }) => entry?.runId === runId && entry.state === state);
  const sum = (count: (of: Content['expect']) => number): number =>
    files.reduce((all, { content }) => all + count(content.expect), 0);
  const bad = sum((of) => (of.kind === 'rows' ? of.bad.length : 0));
  const rows = sum((of) => (of.kind === 'rows' ? of.rowsIn : 0));
  const isBad = bad / Math.max(1, rows) > (datasetNamed(dataset)?.rejects.holdAbove ?? 0);
  if (isBad !== (state === 'HELD')) found.wrong.push(`${runId} is ${state}: ${bad} of ${rows} bad`);
};

/** The rejected lines of a file whose rows were judged are kept as they stood in it. */
const judgeRejects = async (
  reader: Evidence['reader'],
  bucket: string,
  { key, entry, content, fileId }: Judged,
  runs: ReadonlyMap<string, RunEntry>,
  found: Found,
): Promise<void> => {
  const run = runs.get(entry?.runId ?? '');
  const isJudged = entry?.state === 'PUBLISHED' || entry?.state === 'HELD';
  if (run === undefined || !isJudged || content.expect.kind !== 'rows') return;
  const { bad } = content.expect;
  if (bad.length === 0) return;
  const uri = s3Uri(bucket, quarantineKeys.rejects(run.dataset, run.runId, run.fence, fileId));
  const kept = await reader.parquet(uri, ['raw']).catch((error: Error) => error);
  if (kept instanceof Error) found.lost.push(`${key}: ${bad.length} rejects, ${kept.message}`);
  else {
    const lines = kept.map(({ raw }) =>
      Buffer.from(raw ?? '', 'hex')
        .toString('utf8')
        .trimEnd(),
    );
    compareTexts(`rejects of ${key}`, bad, lines, found);
  }
};

/** Each content once, under one of the files that have it. */
const judgeAppended = async (
  reader: Evidence['reader'],
  table: Table,
  files: readonly Judged[],
  found: Found,
): Promise<void> => {
  const columns = [...compared[table], '_file'];
  const { rows } = await reader.table(
    table,
    columns,
    files.map(({ fileId }) => fileId),
  );
  for (const [content, same] of Map.groupBy(files, (file) => file.content)) {
    const name = same.map(({ key }) => key).join(', ');
    const ids = new Set<string | null>(same.map(({ fileId }) => fileId));
    const own = rows.filter(({ _file = null }) => ids.has(_file));
    const states = same.map(({ entry }) => entry?.state);
    const published = same.filter(({ entry }) => entry?.state === 'PUBLISHED');
    if (published.length > 1) found.duplicated.push(`${name}: PUBLISHED ${published.length} times`);
    if (published.length > 0 && content.expect.kind === 'rows') {
      compareRows(name, table, content.expect.rows, own, found);
      continue;
    }
    if (own.length > 0) found.wrong.push(`${name}: ${own.length} rows are visible, as ${states}`);
    const isKept = states.some((state) => state === 'HELD' || state === 'QUARANTINED');
    const isOpen = states.some((state) => state === 'CLAIMED' || state === undefined);
    if (!isKept && !isOpen) found.lost.push(`${name} ends as ${states}`);
  }
};

/** The table is the newest file that is neither refused nor held. */
const judgeReplaced = async (
  reader: Evidence['reader'],
  table: Table,
  all: readonly Judged[],
  found: Found,
): Promise<void> => {
  const taken = all.filter(
    ({ entry }) => entry?.state === 'PUBLISHED' || entry?.state === 'SUPERSEDED',
  );
  const newest = taken.at(-1);
  const { rows } = await reader.table(table, compared[table]);
  const expect = newest?.content.expect;
  const expected = expect?.kind === 'rows' ? expect.rows : [];
  compareRows(`${table} is ${newest?.key ?? 'empty'}`, table, expected, rows, found);
};

/** No run has two snapshots, and of this test's runs only those that are PUBLISHED have one. */
const judgeSnapshots = async (
  reader: Evidence['reader'],
  table: Table,
  runs: ReadonlyMap<string, RunEntry>,
  found: Found,
): Promise<void> => {
  const { runs: snapshots } = await reader.table(table, compared[table], []);
  for (const [runId, of] of Map.groupBy(snapshots, (each) => each))
    if (of.length > 1) found.duplicated.push(`${runId} has ${of.length} snapshots`);
  for (const runId of snapshots) {
    const state = runs.get(runId)?.state ?? 'PUBLISHED';
    if (state !== 'PUBLISHED') found.wrong.push(`${runId} has a snapshot and is ${state}`);
  }
};

const compareRows = (
  name: string,
  table: Table,
  expected: readonly Row[],
  actual: readonly Row[],
  found: Found,
): void => {
  const told = (row: Row): string => compared[table].map((column) => row[column]).join(' | ');
  compareTexts(name, expected.map(told), actual.map(told), found);
};

/** As multisets: what is missing is lost, and what is left over is there twice, or made up. */
const compareTexts = (
  name: string,
  expected: readonly string[],
  actual: readonly string[],
  found: Found,
): void => {
  const left = [...actual];
  const missing = expected.filter((text) => {
    const at = left.indexOf(text);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
  if (missing.length > 0)
    found.lost.push(`${name}: ${missing.length} of ${expected.length} rows, as ${missing[0]}`);
  const known = new Set(expected);
  const again = left.filter((text) => known.has(text));
  if (again.length > 0) found.duplicated.push(`${name}: ${again.length} rows, as ${again[0]}`);
  const others = left.filter((text) => !known.has(text));
  if (others.length > 0) found.wrong.push(`${name}: ${others.length} rows, as ${others[0]}`);
};
