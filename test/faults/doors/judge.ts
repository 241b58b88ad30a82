import type { FileEntry } from '../../../core/ledger.ts';
import type { Receipt } from '../../../core/push/receipt.ts';
import type { Verdict } from '../oracle.ts';
import type { Reader } from '../reader.ts';
import type { Put } from './senders.ts';
import { type Call, type DoorTable, doorTables, type Sent } from './workload.ts';

/** One version of an object that a door has written. */
export type DoorFile = {
  readonly key: string;
  /** Of a stream: `shard/sequence` of each line. */
  readonly records: readonly string[];
  readonly entry: FileEntry | undefined;
};

/** What was sent in a run, and what came of it. */
export type DoorEvidence = {
  readonly put: readonly Put[];
  readonly calls: readonly (readonly [Call, readonly Receipt[]])[];
  readonly files: readonly DoorFile[];
  readonly reader: Pick<Reader, 'table'>;
};

type Found = Record<'lost' | 'duplicated' | 'stuck' | 'wrong' | 'gaveUp', string[]>;

const times = (all: readonly string[]): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const one of all) counts.set(one, (counts.get(one) ?? 0) + 1);
  return counts;
};

/** Compares landing and tables with what was sent; written from the promises alone. */
export const judgeDoors = async (evidence: DoorEvidence): Promise<Verdict> => {
  const found: Found = { lost: [], duplicated: [], stuck: [], wrong: [], gaveUp: [] };
  const { put, calls, files, reader } = evidence;
  judgeLanding(put, files, found);
  for (const [call, receipts] of calls) judgeReceipts(call, receipts, files, found);
  for (const file of files) judgeEnd(file, found);
  const sent = [...put, ...calls.flatMap(([{ records }]) => records)];
  const given = files.filter(({ entry }) => entry?.reason?.code.startsWith('E_') === true);
  found.gaveUp.push(...given.map(({ key, entry }) => `${key}: ${entry?.reason?.code}`));
  for (const table of Object.keys(doorTables))
    await judgeRows(reader, table as DoorTable, sent, given.length > 0, found);
  judgeCounts(sent, files, given.length > 0, found);
  return found;
};

/** Each (shard, sequence) is in landing once. */
const judgeLanding = (put: readonly Put[], files: readonly DoorFile[], found: Found): void => {
  const landed = times(files.flatMap(({ records }) => records));
  for (const { shard, sequence } of put) {
    const n = landed.get(`${shard}/${sequence}`) ?? 0;
    if (n === 0) found.lost.push(`${shard}/${sequence} is not in landing`);
    if (n > 1) found.duplicated.push(`${shard}/${sequence} is in landing ${n} times`);
  }
  for (const [key, n] of times(files.map((file) => file.key)))
    if (n > 1) found.duplicated.push(`${key} has ${n} versions`);
};

/** All who sent a call have one receipt, and what it says has landed is there. */
const judgeReceipts = (
  { key, records }: Call,
  receipts: readonly Receipt[],
  files: readonly DoorFile[],
  found: Found,
): void => {
  const texts = new Set(receipts.map((receipt) => JSON.stringify(receipt)));
  if (texts.size !== 1) found.wrong.push(`the call ${key} has ${texts.size} receipts`);
  const [receipt] = receipts;
  if (receipt === undefined) return;
  const told = receipt.outcomes.map(({ outcome }) => outcome === 'accepted');
  if (told.join() !== records.map(({ isGood }) => isGood).join())
    found.wrong.push(`the receipt of ${key} does not say what was sent`);
  for (const landed of [receipt.landed.accepted, receipt.landed.rejected])
    if (landed !== null && !files.some((file) => file.key === landed))
      found.lost.push(`${landed} of the call ${key} is not in landing`);
};

const judgeEnd = ({ key, entry }: DoorFile, found: Found): void => {
  if (entry === undefined) found.lost.push(`${key} is not in the ledger`);
  else if (entry.state === 'CLAIMED') found.stuck.push(`${key} is ${entry.state}`);
  else if (!['PUBLISHED', 'QUARANTINED'].includes(entry.state))
    found.wrong.push(`${key} is ${entry.state}`);
};

/** Each good record is a row, once, as PyIceberg reads it; a bad one is none. */
const judgeRows = async (
  reader: DoorEvidence['reader'],
  table: DoorTable,
  sent: readonly Sent[],
  maybeGivenUp: boolean,
  found: Found,
): Promise<void> => {
  const column = doorTables[table];
  const { rows } = await reader.table(table, [column]);
  const counts = times(rows.flatMap((row) => row[column] ?? []));
  for (const { id, isGood } of sent.filter((one) => one.table === table)) {
    const n = counts.get(id ?? '') ?? 0;
    if (n > 1) found.duplicated.push(`${id} is in ${table} ${n} times`);
    if (n === 0 && isGood && !maybeGivenUp) found.lost.push(`${id} is not in ${table}`);
    if (n > 0 && !isGood) found.wrong.push(`${id} is in ${table}, and was rejected`);
  }
};

/** As many rows were rejected as records were bad, and none twice. */
const judgeCounts = (
  sent: readonly Sent[],
  files: readonly DoorFile[],
  maybeGivenUp: boolean,
  found: Found,
): void => {
  if (maybeGivenUp) return;
  const sum = (of: 'published' | 'rejected' | 'deduplicated'): number =>
    files.reduce((all, { entry }) => all + (entry?.counts?.[of] ?? 0), 0);
  const bad = sent.filter(({ isGood }) => !isGood).length;
  const expected = JSON.stringify([sent.length - bad, bad, 0]);
  const actual = JSON.stringify([sum('published'), sum('rejected'), sum('deduplicated')]);
  if (actual !== expected) found.wrong.push(`the ledger counts ${actual}, not ${expected}`);
};
