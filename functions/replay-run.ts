import { assertNever } from '../core/assert.ts';
import type { Dataset } from '../core/dataset.ts';
import { pointerOf } from '../core/documents.ts';
import { TransientError } from '../core/errors.ts';
import { EpochMs, type FileId, RunId } from '../core/ids.ts';
import { type FileEntry, type RunEntry, terminalRunStates } from '../core/ledger.ts';
import { type Catalog, runIdKey } from '../core/load/commit.ts';
import type { Landing, Ledger, Pipeline, Unreadable } from '../core/ports.ts';
import {
  decideReplay,
  type Replayable,
  type ReplayDecision,
  type ReplayRequest,
} from '../core/replay/decide.ts';

/** What a replay reads and writes; the command line and the API have it. */
export type ReplayingDeps = {
  readonly ledger: Pick<Ledger, 'run' | 'file' | 'replay' | 'contentOwner' | 'markStarted'>;
  readonly landing: Pick<Landing, 'head'>;
  readonly catalog: Pick<Catalog, 'load'>;
  readonly start: Pipeline['start'];
};

/** What is asked for; who asks, and when, is added when it is done. */
export type Asked = Pick<ReplayRequest, 'selection' | 'again' | 'contractVersion'> & {
  readonly dataset: Dataset;
};

/** What would become of a run, or is to become of it. */
export type Planned = {
  readonly run: RunEntry;
  readonly decision: Exclude<ReplayDecision, { kind: 'replaced' }>;
};

/** How a replay was started. `joined`: one of the same run was under way. */
export type Started =
  | { readonly kind: 'started' | 'joined' | 'done'; readonly runId: RunId }
  | { readonly kind: 'refused'; readonly what: string; readonly next: string };

/** Runs that replace one another, followed so far; a longer chain is none. */
const chainMax = 1_000;

/** The run that has the files of this one now, maybe itself; undefined where there is none. */
export const standingRun = async (
  { ledger }: { readonly ledger: Pick<Ledger, 'run'> },
  runId: RunId,
): Promise<RunEntry | undefined> => {
  let run = await ledger.run(runId);
  for (let step = 0; run?.replacedBy !== undefined && step < chainMax; step += 1)
    run = await ledger.run(run.replacedBy);
  return run;
};

/** Reads all that decides about the replay of a run, and decides; changes nothing. */
export const planReplay = async (
  deps: ReplayingDeps,
  runId: RunId,
  asked: Asked,
  request: Pick<ReplayRequest, 'by' | 'now'>,
): Promise<Planned | undefined> => {
  const run = await standingRun(deps, runId);
  if (run === undefined) return undefined;
  const decision = decideReplay(await readReplayable(deps, run, asked.dataset), {
    ...asked,
    ...request,
  });
  if (decision.kind === 'replaced')
    throw new TransientError(`${run.runId} was replaced by ${decision.by} a moment ago`);
  return { run, decision };
};

const readReplayable = async (
  deps: ReplayingDeps,
  run: RunEntry,
  dataset: Dataset,
): Promise<Replayable> => {
  const { ledger, landing } = deps;
  const entries = await Promise.all(run.files.map((fileId) => ledger.file(fileId)));
  const files = entries.filter((file) => file !== undefined);
  const owners = new Map<FileId, FileId>();
  const unreadable = new Map<FileId, Unreadable>();
  for (const file of files) {
    if (file.runId !== run.runId) continue;
    const owner = await ownerOf(deps, run, file);
    if (owner !== undefined && owner !== file.fileId) owners.set(file.fileId, owner);
    const head = await landing.head(file);
    if (head.kind !== 'found') unreadable.set(file.fileId, head.kind);
  }
  const newest = dataset.write.kind === 'replace' ? await newestLoaded(deps, dataset) : null;
  const replay = run.replay && (await ledger.run(run.replay.runId));
  return { run, files, replay, owners, unreadable, newest };
};

const ownerOf = async (
  { ledger }: ReplayingDeps,
  { dataset }: RunEntry,
  { contentId }: FileEntry,
): Promise<FileId | undefined> =>
  contentId === null ? undefined : await ledger.contentOwner(dataset, contentId);

/** The run whose rows the table of a dataset has: the one that made its newest snapshot. */
const newestLoaded = async (
  { catalog }: ReplayingDeps,
  { name }: Dataset,
): Promise<RunId | null> => {
  const snapshots = (await catalog.load(name))?.snapshots ?? [];
  const newest = [...snapshots]
    .sort((a, b) => b['sequence-number'] - a['sequence-number'])
    .find(({ summary }) => summary[runIdKey] !== undefined);
  return RunId.safeParse(newest?.summary[runIdKey]).data ?? null;
};

/** Lost races that are looked at again; twins lose one each. */
const roundsMax = 3;

/**
 * Claims and starts the replay of a run; undefined where there is none of that id. Again it changes
 * nothing: what is under way is started once more, a no-op unless the first start was lost.
 */
export const beginReplay = async (
  deps: ReplayingDeps,
  runId: RunId,
  asked: Asked,
  { by, clock }: { readonly by: string; readonly clock: () => number },
): Promise<Started | undefined> => {
  for (let round = 0; round < roundsMax; round += 1) {
    const now = EpochMs.parse(clock());
    const planned = await planReplay(deps, runId, asked, { by, now });
    if (planned === undefined) return undefined;
    const { run, decision } = planned;
    switch (decision.kind) {
      case 'refused':
        return { kind: 'refused', what: decision.what, next: decision.next };
      case 'done':
        return { kind: 'done', runId: decision.runId };
      case 'join':
        await startRun(deps, decision.runId, now);
        return { kind: 'joined', runId: decision.runId };
      case 'claim': {
        const { replay, files } = decision;
        if ((await deps.ledger.replay(replay, run, files, now)) === 'changed') continue;
        await startRun(deps, replay.runId, now);
        return { kind: 'started', runId: replay.runId };
      }
      default:
        return assertNever(decision);
    }
  }
  throw new TransientError(`run ${runId} changed ${roundsMax} times while its replay was claimed`);
};

const startRun = async (deps: ReplayingDeps, runId: RunId, now: EpochMs): Promise<void> => {
  const run = await deps.ledger.run(runId);
  if (run === undefined) throw new TransientError(`run ${runId} is not in the ledger`);
  if (terminalRunStates.includes(run.state)) return;
  await deps.start(pointerOf(run));
  await deps.ledger.markStarted(runId, now);
};
