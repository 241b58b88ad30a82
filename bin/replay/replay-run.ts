import { assertNever } from '../../core/assert.ts';
import type { Dataset } from '../../core/dataset.ts';
import { pointerOf } from '../../core/documents.ts';
import { TransientError } from '../../core/errors.ts';
import { EpochMs, type FileId, RunId } from '../../core/ids.ts';
import { type FileEntry, type RunEntry, terminalRunStates } from '../../core/ledger.ts';
import { runIdKey } from '../../core/load/commit.ts';
import type { Unreadable } from '../../core/ports.ts';
import {
  decideReplay,
  type Replayable,
  type ReplayDecision,
  type ReplayRequest,
} from '../../core/replay/decide.ts';
import { existingRun } from '../commands/run.ts';
import { UserError } from '../console/errors.ts';
import type { DeployedStack } from '../world.ts';

/** What a replay needs of the deployed stack. */
export type ReplayWorld = Pick<
  DeployedStack,
  'ledger' | 'landing' | 'catalog' | 'start' | 'caller' | 'name' | 'where'
>;

/** What is asked for; who asks, and when, is added when it is done. */
export type Asked = Pick<ReplayRequest, 'selection' | 'again' | 'contractVersion'> & {
  readonly dataset: Dataset;
};

/** What would become of a run, or is to become of it. */
export type Planned = {
  readonly run: RunEntry;
  readonly decision: Exclude<ReplayDecision, { kind: 'replaced' }>;
};

/** Runs that replace one another, followed so far; a longer chain is none. */
const chainMax = 1_000;

/** The run that has the files of this one now, which may be itself. */
export const standingRun = async (world: ReplayWorld, runId: RunId): Promise<RunEntry> => {
  let run = await existingRun(world, runId);
  for (let step = 0; run.replacedBy !== undefined && step < chainMax; step += 1)
    run = await existingRun(world, run.replacedBy);
  return run;
};

/** Reads all that decides about the replay of a run, and decides; changes nothing. */
export const planReplay = async (
  world: ReplayWorld,
  runId: RunId,
  asked: Asked,
  request: Pick<ReplayRequest, 'by' | 'now'>,
): Promise<Planned> => {
  const run = await standingRun(world, runId);
  const decision = decideReplay(await readReplayable(world, run, asked.dataset), {
    ...asked,
    ...request,
  });
  if (decision.kind === 'replaced')
    throw new TransientError(`${run.runId} was replaced by ${decision.by} a moment ago`);
  return { run, decision };
};

const readReplayable = async (
  world: ReplayWorld,
  run: RunEntry,
  dataset: Dataset,
): Promise<Replayable> => {
  const { ledger, landing } = world;
  const entries = await Promise.all(run.files.map((fileId) => ledger.file(fileId)));
  const files = entries.filter((file) => file !== undefined);
  const owners = new Map<FileId, FileId>();
  const unreadable = new Map<FileId, Unreadable>();
  for (const file of files) {
    if (file.runId !== run.runId) continue;
    const owner = await ownerOf(world, run, file);
    if (owner !== undefined && owner !== file.fileId) owners.set(file.fileId, owner);
    const head = await landing.head(file);
    if (head.kind !== 'found') unreadable.set(file.fileId, head.kind);
  }
  const newest = dataset.write.kind === 'replace' ? await newestLoaded(world, dataset) : null;
  const replay = run.replay && (await ledger.run(run.replay.runId));
  return { run, files, replay, owners, unreadable, newest };
};

const ownerOf = async (
  { ledger }: ReplayWorld,
  { dataset }: RunEntry,
  { contentId }: FileEntry,
): Promise<FileId | undefined> =>
  contentId === null ? undefined : await ledger.contentOwner(dataset, contentId);

/** The run whose rows the table of a dataset has: the one that made its newest snapshot. */
const newestLoaded = async ({ catalog }: ReplayWorld, { name }: Dataset): Promise<RunId | null> => {
  const snapshots = (await catalog.load(name))?.snapshots ?? [];
  const newest = [...snapshots]
    .sort((a, b) => b['sequence-number'] - a['sequence-number'])
    .find(({ summary }) => summary[runIdKey] !== undefined);
  return RunId.safeParse(newest?.summary[runIdKey]).data ?? null;
};

/** How a replay was started. `joined`: one of the same run was under way. */
export type Started = {
  readonly kind: 'started' | 'joined' | 'done';
  readonly runId: RunId;
};

/** Lost races that are looked at again; twins lose one each. */
const roundsMax = 3;

/**
 * Claims and starts the replay of a run. Again it changes nothing: what is under way is started
 * once more, which is a no-op unless the first start was lost.
 */
export const startReplay = async (
  world: ReplayWorld,
  runId: RunId,
  asked: Asked,
  clock: () => number,
): Promise<Started> => {
  const by = await world.caller();
  for (let round = 0; round < roundsMax; round += 1) {
    const now = EpochMs.parse(clock());
    const { run, decision } = await planReplay(world, runId, asked, { by, now });
    switch (decision.kind) {
      case 'refused':
        throw new UserError({ what: decision.what, next: decision.next });
      case 'done':
        return { kind: 'done', runId: decision.runId };
      case 'join':
        await startRun(world, decision.runId, now);
        return { kind: 'joined', runId: decision.runId };
      case 'claim': {
        const { replay, files } = decision;
        if ((await world.ledger.replay(replay, run, files, now)) === 'changed') continue;
        await startRun(world, replay.runId, now);
        return { kind: 'started', runId: replay.runId };
      }
      default:
        return assertNever(decision);
    }
  }
  throw new TransientError(`run ${runId} changed ${roundsMax} times while its replay was claimed`);
};

const startRun = async (world: ReplayWorld, runId: RunId, now: EpochMs): Promise<void> => {
  const run = await existingRun(world, runId);
  if (terminalRunStates.includes(run.state)) return;
  await world.start(pointerOf(run));
  await world.ledger.markStarted(runId, now);
};
