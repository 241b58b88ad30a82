import { type DatasetName, type EpochMs, RunId } from '../ids.ts';
import { curatedKeys, s3Uri } from '../layout.ts';
import { type RunEntry, terminalRunStates } from '../ledger.ts';
import { limits } from '../limits.ts';
import type { ReconcileFinding } from './findings.ts';

/** An object as a listing gives it. */
export type ListedObject = {
  readonly uri: string;
  readonly sizeBytes: number;
  readonly at: EpochMs;
};

/** Where the data files of a table lie. */
export const dataPrefix = (curatedBucket: string, dataset: DatasetName): string =>
  s3Uri(curatedBucket, `${curatedKeys.table(dataset)}/data/`);

/** Live files that the listing does not have; of other places nobody has listed anything. */
export const notListed = (
  live: readonly string[],
  listed: readonly ListedObject[],
  prefix: string,
): string[] => {
  const there = new Set(listed.map(({ uri }) => uri));
  return live.filter((uri) => uri.startsWith(prefix) && !there.has(uri));
};

export const missing = (dataset: DatasetName, uri: string): ReconcileFinding => ({
  ...{ kind: 'missing', dataset, subject: uri, action: null },
  detail: 'the current snapshot has it, the bucket does not',
});

/** Files old enough to be left over that the current snapshot does not have. */
export const leftOver = (
  live: readonly string[],
  listed: readonly ListedObject[],
  now: EpochMs,
): ListedObject[] => {
  const known = new Set(live);
  return listed.filter(({ uri, at }) => !known.has(uri) && now - at >= limits.orphanAgeMs);
};

/** The run that a data file is named after; null for names that Headgate does not give. */
export const runOfObject = (uri: string): RunId | null => {
  const [, named] = /\/([^/]+)-a\d+-\d+-[0-9a-f]{8}\.parquet$/.exec(uri) ?? [];
  return RunId.safeParse(named).data ?? null;
};

/** Whether the run of a file may still publish it. */
export const mayPublish = (run: Pick<RunEntry, 'state'> | undefined): boolean =>
  run !== undefined && (run.state === 'HELD' || !terminalRunStates.includes(run.state));

export const orphaned = (
  dataset: DatasetName,
  { uri, sizeBytes }: ListedObject,
): ReconcileFinding => ({
  ...{ kind: 'orphaned', dataset, subject: uri, sizeBytes, action: null },
  detail: 'no snapshot of the table has it',
});
