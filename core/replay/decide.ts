import type { DatasetName, EpochMs, FileId, RunId } from '../ids.ts';
import { type FileEntry, type RunEntry, terminalRunStates } from '../ledger.ts';
import type { NewReplay, Unreadable } from '../ports.ts';
import { hasRows } from './change.ts';
import { isReplayable } from './fields.ts';
import { replayIdOf } from './replay-id.ts';

/** All that decides about the replay of one run, as it was read. */
export type Replayable = {
  readonly run: RunEntry;
  readonly files: readonly FileEntry[];
  /** The newest replay of the run, when it has one. */
  readonly replay: RunEntry | undefined;
  /** Files whose bytes belong to another file now. */
  readonly owners: ReadonlyMap<FileId, FileId>;
  /** Files whose bytes cannot be read. */
  readonly unreadable: ReadonlyMap<FileId, Unreadable>;
  /** Where each file is the whole table: the run whose rows the table has. */
  readonly newest: RunId | null;
};

/** What was asked for, by whom. */
export type ReplayRequest = {
  readonly selection: string;
  /** Of the definition that the files will be judged by. */
  readonly contractVersion: string;
  /** True: also what the same selection has replayed already. */
  readonly again: boolean;
  readonly by: string;
  readonly now: EpochMs;
};

/** A file of the run that its replay leaves as it is. */
export type LeftFile = { readonly file: FileEntry; readonly why: string };

export type ReplayDecision =
  | {
      readonly kind: 'claim';
      readonly replay: NewReplay;
      readonly files: readonly FileEntry[];
      readonly left: readonly LeftFile[];
    }
  /** A replay of it is under way: a twin of this command, or one that was cut off. */
  | { readonly kind: 'join'; readonly runId: RunId; readonly selection: string }
  /** The same selection has replayed it under the same contract. */
  | { readonly kind: 'done'; readonly runId: RunId }
  /** Another run has its place. */
  | { readonly kind: 'replaced'; readonly by: RunId }
  | { readonly kind: 'refused'; readonly what: string; readonly next: string };

/** Decides about the replay of a run. The order of the questions is the whole rule. */
export const decideReplay = (found: Replayable, request: ReplayRequest): ReplayDecision => {
  const { run, replay } = found;
  if (run.replacedBy !== undefined) return { kind: 'replaced', by: run.replacedBy };
  if (replay !== undefined && !terminalRunStates.includes(replay.state))
    return { kind: 'join', runId: replay.runId, selection: replay.replays?.selection ?? '' };
  if (replay?.state === 'HELD') return heldReplay(replay);
  const isSame =
    run.replays?.selection === request.selection && run.contractVersion === request.contractVersion;
  if (isSame && !request.again && run.state === 'PUBLISHED')
    return { kind: 'done', runId: run.runId };
  const refusal = refusalOf(found);
  if (refusal !== undefined) return refusal;
  const { files, left } = chosen(found);
  if (files.length === 0) return nothingLeft(run, left);
  const generation = (run.replay?.generation ?? run.replays?.generation ?? 0) + 1;
  const { selection, contractVersion, by, now } = request;
  const dataset: DatasetName = run.dataset;
  const replays = { runId: run.runId, generation, by, at: now, selection };
  const runId = replayIdOf(dataset, now, run.runId, generation);
  return { kind: 'claim', replay: { runId, dataset, contractVersion, replays }, files, left };
};

const refused = (what: string, next: string): ReplayDecision => ({ kind: 'refused', what, next });

const heldReplay = ({ runId, replays }: RunEntry): ReplayDecision =>
  refused(
    `${runId}, a replay of ${replays?.runId}, is HELD.`,
    `Publish it (npx headgate release ${runId}) or give it up (npx headgate discard ${runId}).`,
  );

const nothingLeft = ({ runId }: RunEntry, left: readonly LeftFile[]): ReplayDecision =>
  refused(
    `No file of ${runId} can be replayed: ${left.map(({ file, why }) => `${file.key} ${why}`).join('; ')}.`,
    'Drop its files again; what is in landing stays there.',
  );

const refusalOf = ({ run, files, unreadable, newest }: Replayable): ReplayDecision | undefined => {
  const { runId, state } = run;
  if (!terminalRunStates.includes(state))
    return refused(`${runId} is ${state}.`, `Wait until it has ended: npx headgate run ${runId}`);
  if (state === 'HELD')
    return refused(
      `${runId} is HELD; nothing of it is published yet.`,
      `Publish it (npx headgate release ${runId}) or give it up (npx headgate discard ${runId}) and drop its files again.`,
    );
  if (state === 'DISCARDED')
    return refused(`${runId} is DISCARDED.`, 'Drop its files again: the same bytes may come.');
  const lost = files.find((file) => file.state === 'PUBLISHED' && unreadable.has(file.fileId));
  if (lost !== undefined)
    return refused(
      `The bytes of ${lost.key} (file ${lost.fileId}) are ${unreadable.get(lost.fileId)}. Its rows lie in the same data files as those of the other files of ${runId}, so a replay would lose them.`,
      'Restore the object, or drop the other files again, mended.',
    );
  if (newest !== null && newest !== runId && hasRows(run))
    return refused(
      `${runId} is not the run whose rows the table of ${run.dataset} has; each file of this dataset replaces the whole table.`,
      `Replay that one: npx headgate replay --run ${newest}`,
    );
  return undefined;
};

/** Files of the run that are claimed anew, and those that are left, each with its reason. */
const chosen = ({ run, files, owners, unreadable, newest }: Replayable) => {
  const left: LeftFile[] = [];
  const taken: FileEntry[] = [];
  const published = files.some(({ state }) => state === 'PUBLISHED');
  for (const file of files) {
    const why = whyLeft(file);
    if (why === undefined) taken.push(file);
    else left.push({ file, why });
  }
  return { files: taken, left };

  function whyLeft({ fileId, state, runId }: FileEntry): string | undefined {
    if (runId !== run.runId) return `belongs to ${runId ?? 'no run'} now`;
    if (!isReplayable(state)) return `is ${state}`;
    const owner = owners.get(fileId);
    if (owner !== undefined) return `has the bytes of file ${owner}, which came again`;
    const gone = unreadable.get(fileId);
    if (gone !== undefined) return `is ${gone}`;
    // Where each file is the whole table, one that was refused beside it is none of its rows.
    if (newest !== null && published && state !== 'PUBLISHED') return `is ${state}`;
    return undefined;
  }
};
