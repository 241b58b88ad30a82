import type { EpochMs, Fence, RunId } from '../core/ids.ts';
import { type FileEntry, type RunEntry, terminalRunStates } from '../core/ledger.ts';
import { itemKeys, runStatus, toFile, toRun } from './ledger-items.ts';
import { getItem, getItems, type Table } from './ledger-table.ts';

/** Races with other writers are decided by reading again; more than a few in a row is no race. */
export const raceTriesMax = 5;

/** The run as it is now. */
export const readRun = async (table: Table, runId: RunId): Promise<RunEntry | undefined> => {
  const item = await getItem(table, itemKeys.run(runId), `read run ${runId}`);
  return item === undefined ? undefined : toRun(item);
};

/** The files of a run as they are now. */
export const readFiles = async (table: Table, run: RunEntry): Promise<readonly FileEntry[]> => {
  const keys = run.files.map(itemKeys.file);
  return (await getItems(table, keys, `read files of ${run.runId}`)).map(toFile);
};

/** What every change of a run's state writes. */
export const runState = (state: RunEntry['state'], now: EpochMs) => ({
  state,
  status: runStatus(state),
  updatedAt: now,
});

const valueName = (state: RunEntry['state']): string => state.toLowerCase();
const terminalNames = terminalRunStates.map((state) => `:${valueName(state)}`);

/** Holds for a run that this attempt owns and that has not ended, nor begun to load. */
export const openRun = (fence: Fence, isLoadingLeft = false) => ({
  condition: `#fence = :fence AND NOT #state IN (${[
    ...terminalNames,
    ...(isLoadingLeft ? [':loading'] : []),
  ].join(', ')})`,
  values: {
    fence,
    ...(isLoadingLeft ? { loading: 'LOADING' } : {}),
    ...Object.fromEntries(terminalRunStates.map((state) => [valueName(state), state])),
  },
});
