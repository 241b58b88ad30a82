import type { RunEntry } from '../ledger.ts';
import { type Base, type Change, findRun, scanFiles } from '../load/commit.ts';
import type { DataFile } from '../load/manifest.ts';

/** What a replay makes of the table; refused: the rows to replace are not there as they were. */
export type ReplayChange =
  | { readonly kind: 'change'; readonly change: Change }
  | { readonly kind: 'refused'; readonly detail: string };

/** Where a snapshot's summary names the run whose rows it took out. */
export const replacesKey = 'headgate.replaces';

/** What tells whether a run has rows in the table. */
export type Replayed = Pick<RunEntry, 'runId' | 'snapshotId' | 'counts'>;

/** Whether a run has put rows into the table, which its replay has to take out. */
export const hasRows = ({ snapshotId, counts }: Omit<Replayed, 'runId'>): boolean =>
  // A replay that published nothing has a snapshot too: it took rows out.
  snapshotId !== null && counts?.published !== 0;

/** Whether a run makes a snapshot: a replay also to take rows out and put none in. */
export const commits = (
  { staged }: { readonly staged: readonly unknown[] },
  replayed: Omit<Replayed, 'runId'> | undefined,
): boolean => staged.length > 0 || (replayed !== undefined && hasRows(replayed));

/** A data file is named by the run that wrote it; see `curatedKeys.data`. */
const isOf = (location: string, runId: string) => {
  const begin = `${location}/data/${runId}-a`;
  return (file: DataFile): boolean => file.file_path.startsWith(begin);
};

/**
 * Takes the data files of the replayed run out and puts the new ones in, in one snapshot. All of
 * its files must be live: another writer that has rewritten some of them (a compaction, a
 * deletion of rows) has made them its own, and nobody can tell any more which rows those are.
 */
export const replayChange = async (
  base: Base,
  files: readonly DataFile[],
  replayed: Replayed,
  /** Rows that those files must have; null: nobody knows. */
  rows: number | null,
  summary: Readonly<Record<string, string>> = {},
): Promise<ReplayChange> => {
  const named = { ...summary, [replacesKey]: replayed.runId };
  if (!hasRows(replayed))
    return { kind: 'change', change: { operation: 'append', add: files, summary: named } };
  const { metadata } = base;
  const live = (await scanFiles(base)).map((entry) => entry.data_file);
  const own = live.filter(isOf(metadata.location, replayed.runId));
  const added = findRun(metadata, replayed.runId)?.summary['added-data-files'];
  const found = own.reduce((sum, file) => sum + file.record_count, 0n);
  const isWhole =
    own.length > 0 &&
    (added === undefined || Number(added) === own.length) &&
    (rows === null || BigInt(rows) === found);
  if (!isWhole)
    return {
      kind: 'refused',
      detail: `${own.length} of ${added ?? 'an unknown number of'} data files of ${replayed.runId} are in the table; the others were rewritten or rolled back by another writer`,
    };
  const remove = new Set(own.map((file) => file.file_path));
  return { kind: 'change', change: { operation: 'overwrite', add: files, remove, summary: named } };
};
