import * as z from 'zod';
import { assertNever } from '../core/assert.ts';
import type { FileCode, Refusal } from '../core/codes.ts';
import { type EndedFile, PartPointer, pointerOf, RunPointer } from '../core/documents.ts';
import { PermanentError, TransientError } from '../core/errors.ts';
import {
  CaughtError,
  decideFailure,
  type Failure,
  type FailureDecision,
  failureText,
  type LoadedRun,
} from '../core/failure.ts';
import { type DatasetName, Fence, type FileId, type RunId } from '../core/ids.ts';
import { LandedFile, type RunEntry } from '../core/ledger.ts';
import { attemptKey, type Catalog, findRun, type World } from '../core/load/commit.ts';
import { giveUpAttempt } from '../core/load/give-up.ts';
import type { Snapshot } from '../core/load/table.ts';
import type { Clock, Ledger, Pipeline, Store } from '../core/ports.ts';
import { lostFile, mustPublish } from '../core/replay/fields.ts';
import { refusedAs } from './refuse.ts';
import { putRefusedFile } from './refused-file.ts';
import { runDocuments } from './run-documents.ts';
import type { Telemetry } from './telemetry.ts';

/** What the pipeline's Catch passes on. `part` stands there when one part failed, not the run. */
export const QuarantineEvent = RunPointer.extend({
  part: z.number().int().positive().optional(),
  error: CaughtError,
  /** From the execution's own context: the function cannot know the pipeline it is part of. */
  pipelineArn: z.string().min(1).optional(),
});
export type QuarantineEvent = z.infer<typeof QuarantineEvent>;

/** What the pipeline does next; see the run-level Choice in lib/pipeline.ts. */
export type QuarantineAction =
  | 'part-quarantined'
  | 'isolate'
  | 'publish'
  | 'next-attempt'
  | 'quarantined'
  | 'ended';

export type QuarantineDeps = Telemetry & {
  readonly ledger: Pick<Ledger, 'run' | 'file' | 'settleFile' | 'failRun' | 'nextAttempt'>;
  readonly store: Pick<Store, 'get' | 'put' | 'putOnce'>;
  readonly pipelineAt: (arn: string) => Pipeline;
  /** The table, to look for the run's rows and to give its attempts up. */
  readonly world: World;
  readonly cleanBucket: string;
  readonly quarantineBucket: string;
  readonly now: Clock;
};

export type QuarantineResult = {
  readonly action: QuarantineAction;
  readonly files: number;
  /** With `publish`: the attempt whose rows are in the table. */
  readonly attempt?: Fence;
};

/** Decides what becomes of a failed part or run, and does it. Safe to repeat at any point. */
export const quarantine =
  (deps: QuarantineDeps) =>
  async (input: unknown): Promise<QuarantineResult> => {
    const event = QuarantineEvent.parse(input);
    const { runId, dataset, part } = event;
    const result = await act(deps, event, await decide(deps, event));
    const { action, files } = result;
    deps.log.warn('failure handled', { runId, part: part ?? null, action, files });
    deps.count('FailuresHandled', 1, dataset);
    return result;
  };

type Decided = { readonly run: RunEntry; readonly decision: FailureDecision };

const decide = async (deps: QuarantineDeps, event: QuarantineEvent): Promise<Decided> => {
  const { ledger, store, cleanBucket, world } = deps;
  const { runId, dataset, fence, error } = event;
  const run = await ledger.run(runId);
  if (run === undefined) throw new PermanentError(`run ${runId} is not in the ledger`);
  const part = event.part === undefined ? null : await filesOfPart(store, cleanBucket, event);
  const failure: Failure = { run, fence, error, part };
  const decision = decideFailure(failure);
  if (decision.kind !== 'look-in-table') return { run, decision };
  const loaded = await loadedRun(world.catalog, dataset, runId);
  return { run, decision: decideFailure({ ...failure, loaded }) };
};

const filesOfPart = async (
  store: QuarantineDeps['store'],
  cleanBucket: string,
  event: QuarantineEvent,
): Promise<readonly FileId[]> => {
  const plan = await runDocuments(store, cleanBucket, event).plan();
  const part = plan.parts.find(({ part: number }) => number === event.part);
  if (part === undefined) throw new PermanentError(`the plan has no part ${event.part}`);
  return part.files.map(({ fileId }) => fileId);
};

const act = async (
  deps: QuarantineDeps,
  event: QuarantineEvent,
  { run, decision }: Decided,
): Promise<QuarantineResult> => {
  switch (decision.kind) {
    case 'ended':
    case 'isolate':
      return { action: decision.kind, files: 0 };
    case 'publish':
      return publishAfterAll(decision.loaded);
    case 'failed':
      return { action: failedAction(event), files: 0 };
    case 'quarantine-file':
      return await quarantinePart(deps, event, decision);
    case 'quarantine-run':
      return await givingUp(deps, event, run, quarantineRun);
    case 'next-attempt':
      return await givingUp(deps, event, run, nextAttempt);
    case 'start-again':
      await start(deps, event, decision.fence);
      return { action: 'next-attempt', files: 0 };
    case 'look-in-table':
      throw new PermanentError(`run ${event.runId}: the table was asked and gave no answer`);
    default:
      return assertNever(decision);
  }
};

/** A part of a failed run fails too, so that the run's own Catch sees it. */
const failedAction = ({ part }: QuarantineEvent): QuarantineAction =>
  part === undefined ? 'quarantined' : 'isolate';

const publishAfterAll = ({ attempt }: LoadedRun): QuarantineResult => ({
  ...{ action: 'publish', files: 0 },
  ...(attempt === null ? {} : { attempt }),
});

/** What the run's state says of its load while something is done about the run. */
type Loading = 'given-up' | 'left-alone';

/**
 * A commit that was sent may still be on its way when the table does not show it. Nothing follows
 * before the table has been made to refuse it; when it was first after all, its rows are published.
 */
const givingUp = async (
  deps: QuarantineDeps,
  event: QuarantineEvent,
  run: RunEntry,
  then: (
    deps: QuarantineDeps,
    event: QuarantineEvent,
    loading: Loading,
  ) => Promise<QuarantineResult>,
): Promise<QuarantineResult> => {
  const { runId, dataset, fence } = event;
  if (run.state !== 'LOADING') return await then(deps, event, 'left-alone');
  const found = await giveUpAttempt(deps.world, dataset, runId, fence);
  return found === null ? await then(deps, event, 'given-up') : publishAfterAll(loadedAs(found));
};

/**
 * Ends the part's only file, in the part's document as any stage does: when the worker that was
 * given up has written it after all, that one stands, and the part goes on.
 */
const quarantinePart = async (
  deps: QuarantineDeps,
  event: QuarantineEvent,
  { fileId, code }: Extract<FailureDecision, { kind: 'quarantine-file' }>,
): Promise<QuarantineResult> => {
  const file = await deps.ledger.file(fileId);
  const detail = `part ${event.part} of ${event.runId}: ${failureText(event.error)}`;
  if (mustPublish(file ?? {})) {
    await failRun(
      deps,
      event,
      { code: 'E_REPLAY', detail: lostFile(fileId, code, detail) },
      'left-alone',
    );
    return { action: failedAction(event), files: 0 };
  }
  const ended =
    file?.state === 'CLAIMED' ? [refusedAs(LandedFile.parse(file), { code, detail })] : [];
  const { part } = PartPointer.parse(event);
  const documents = runDocuments(deps.store, deps.cleanBucket, event);
  const judged = await documents.decidePart({ part, files: [], ended });
  let files = 0;
  for (const end of judged.ended ?? []) files += await endFile(deps, event, end);
  return { action: 'part-quarantined', files };
};

const quarantineRun = async (
  deps: QuarantineDeps,
  event: QuarantineEvent,
  loading: Loading,
): Promise<QuarantineResult> => {
  const { runId, fence } = event;
  const detail = `attempt ${fence} of ${runId}: ${failureText(event.error)}`;
  const reason = { code: 'E_INTERNAL', detail } as const;
  const run = await deps.ledger.run(runId);
  if (run?.state === 'LOADING' && loading === 'left-alone') throw movedOn(runId);
  // The end of a replay gives its files back: none of them is to blame.
  const blamed = run?.replays === undefined ? (run?.files ?? []) : [];
  let files = 0;
  for (const fileId of blamed) files += await explain(deps, event, fileId, reason);
  await failRun(deps, event, reason, loading);
  if (files > 0) deps.count('FilesQuarantined', files, event.dataset);
  return { action: failedAction(event), files };
};

const failRun = async (
  { ledger, now, count }: QuarantineDeps,
  { runId, fence, dataset }: QuarantineEvent,
  reason: Refusal<'E_INTERNAL' | 'E_REPLAY'>,
  loading: Loading,
): Promise<void> => {
  const failure = { reason, unlessLoading: loading === 'left-alone' };
  if ((await ledger.failRun(runId, fence, failure, now())) === 'fenced') throw movedOn(runId);
  count('RunsFailed', 1, dataset);
};

/** The reason as an object before it is a state; returns how many files it is about. */
const explain = async (
  deps: QuarantineDeps,
  { dataset }: QuarantineEvent,
  fileId: FileId,
  reason: Refusal<FileCode>,
): Promise<0 | 1> => {
  const file = await deps.ledger.file(fileId);
  if (file?.state !== 'CLAIMED') return 0;
  const refused = { file: LandedFile.parse(file), dataset, ...reason, at: deps.now() };
  await putRefusedFile(deps.store, deps.quarantineBucket, refused);
  return 1;
};

const endFile = async (
  deps: QuarantineDeps,
  { runId, dataset, fence }: QuarantineEvent,
  { file, outcome }: EndedFile,
): Promise<0 | 1> => {
  const entry = await deps.ledger.file(file.fileId);
  if (entry?.state !== 'CLAIMED') return 0;
  const at = deps.now();
  if (outcome.state === 'QUARANTINED')
    await putRefusedFile(deps.store, deps.quarantineBucket, {
      ...{ file, dataset, ...outcome.reason, at },
    });
  const written = await deps.ledger.settleFile(runId, fence, file.fileId, outcome, at);
  if (written === 'fenced') throw movedOn(runId);
  if (outcome.state === 'QUARANTINED') deps.count('FilesQuarantined', 1, dataset);
  return 1;
};

const nextAttempt = async (
  deps: QuarantineDeps,
  event: QuarantineEvent,
  loading: Loading,
): Promise<QuarantineResult> => {
  const { runId, fence } = event;
  const next = await deps.ledger.nextAttempt(runId, fence, deps.now(), loading);
  if (next.kind === 'fenced') throw movedOn(event.runId);
  await start(deps, event, next.fence);
  return { action: 'next-attempt', files: 0 };
};

const start = async (
  { ledger, pipelineAt }: QuarantineDeps,
  { runId, dataset, pipelineArn }: QuarantineEvent,
  fence: RunPointer['fence'],
): Promise<void> => {
  if (pipelineArn === undefined)
    throw new PermanentError(`run ${runId}: the event does not name the pipeline to start`);
  const run = await ledger.run(runId);
  const pointer = run?.fence === fence ? pointerOf(run) : { runId, dataset, fence };
  await pipelineAt(pipelineArn).start(pointer);
};

/** The ledger changed under us: the next try reads it again and decides anew. */
const movedOn = (runId: RunId): TransientError =>
  new TransientError(`run ${runId} changed while its failure was handled`);

/** A run's rows in its table, or null when there are none. */
export const loadedRun = async (
  catalog: Pick<Catalog, 'load'>,
  dataset: DatasetName,
  runId: RunId,
): Promise<LoadedRun | null> => {
  const metadata = await catalog.load(dataset);
  const found = metadata === undefined ? undefined : findRun(metadata, runId);
  return found === undefined ? null : loadedAs(found);
};

const loadedAs = (snapshot: Snapshot): LoadedRun => ({
  snapshotId: String(snapshot['snapshot-id']),
  attempt: Fence.safeParse(Number(snapshot.summary[attemptKey])).data ?? null,
});
