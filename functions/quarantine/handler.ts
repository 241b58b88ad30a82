import * as z from 'zod';
import { assertNever } from '../../core/assert.ts';
import type { FileCode, Refusal } from '../../core/codes.ts';
import { pointerOf, RunPointer } from '../../core/documents.ts';
import { PermanentError, TransientError } from '../../core/errors.ts';
import {
  CaughtError,
  decideFailure,
  type Failure,
  type FailureDecision,
  failureText,
} from '../../core/failure.ts';
import type { DatasetName, FileId, RunId } from '../../core/ids.ts';
import type { Clock, Ledger, Pipeline, Store } from '../../core/ports.ts';
import { lostFile, mustPublish } from '../../core/replay/fields.ts';
import { putRefusedFile } from '../refused-file.ts';
import { runDocuments } from '../run-documents.ts';
import type { Telemetry } from '../telemetry.ts';

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
  readonly ledger: Pick<Ledger, 'run' | 'file' | 'settleFile' | 'endRun' | 'nextAttempt'>;
  readonly store: Pick<Store, 'get' | 'put'>;
  readonly pipelineAt: (arn: string) => Pipeline;
  /** The snapshot whose summary carries the run id, or null when the table has none. */
  readonly findSnapshot: (dataset: DatasetName, runId: RunId) => Promise<string | null>;
  readonly cleanBucket: string;
  readonly quarantineBucket: string;
  readonly now: Clock;
};

export type QuarantineResult = { readonly action: QuarantineAction; readonly files: number };

/** Decides what becomes of a failed part or run, and does it. Safe to repeat at any point. */
export const quarantine =
  (deps: QuarantineDeps) =>
  async (input: unknown): Promise<QuarantineResult> => {
    const event = QuarantineEvent.parse(input);
    const { runId, dataset, part } = event;
    const decision = await decide(deps, event);
    const result = await act(deps, event, decision);
    const { action, files } = result;
    deps.log.warn('failure handled', { runId, part: part ?? null, action, files });
    deps.count('FailuresHandled', 1, dataset);
    return result;
  };

const decide = async (
  { ledger, store, cleanBucket, findSnapshot }: QuarantineDeps,
  event: QuarantineEvent,
): Promise<FailureDecision> => {
  const { runId, dataset, fence, error } = event;
  const run = await ledger.run(runId);
  if (run === undefined) throw new PermanentError(`run ${runId} is not in the ledger`);
  const part = event.part === undefined ? null : await filesOfPart(store, cleanBucket, event);
  const failure: Failure = { run, fence, error, part };
  const decision = decideFailure(failure);
  if (decision.kind !== 'look-in-table') return decision;
  return decideFailure({ ...failure, snapshotId: await findSnapshot(dataset, runId) });
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
  decision: FailureDecision,
): Promise<QuarantineResult> => {
  switch (decision.kind) {
    case 'ended':
    case 'isolate':
    case 'publish':
      return { action: decision.kind, files: 0 };
    case 'failed':
      return { action: failedAction(event), files: 0 };
    case 'quarantine-file':
      return await quarantinePart(deps, event, decision);
    case 'quarantine-run':
      return await quarantineRun(deps, event);
    case 'next-attempt':
      return await nextAttempt(deps, event);
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

/**
 * Ends the part's only file and leaves an empty part behind, for the stages that read all parts.
 */
const quarantinePart = async (
  deps: QuarantineDeps,
  event: QuarantineEvent,
  { fileId, code }: Extract<FailureDecision, { kind: 'quarantine-file' }>,
): Promise<QuarantineResult> => {
  const detail = `part ${event.part} of ${event.runId}: ${failureText(event.error)}`;
  if (mustPublish((await deps.ledger.file(fileId)) ?? {})) {
    await failRun(deps, event, { code: 'E_REPLAY', detail: lostFile(fileId, code, detail) });
    return { action: failedAction(event), files: 0 };
  }
  const files = await quarantineFile(deps, event, fileId, { code, detail });
  const documents = runDocuments(deps.store, deps.cleanBucket, event);
  if (event.part !== undefined) await documents.writePart({ part: event.part, files: [] });
  return { action: 'part-quarantined', files };
};

const quarantineRun = async (
  deps: QuarantineDeps,
  event: QuarantineEvent,
): Promise<QuarantineResult> => {
  const { runId, fence } = event;
  const detail = `attempt ${fence} of ${runId}: ${failureText(event.error)}`;
  const reason = { code: 'E_INTERNAL', detail } as const;
  const run = await deps.ledger.run(runId);
  let files = 0;
  // The end of a replay gives its files back: none of them is to blame.
  const ending = run?.replays === undefined ? (run?.files ?? []) : [];
  for (const fileId of ending) files += await quarantineFile(deps, event, fileId, reason);
  await failRun(deps, event, reason);
  return { action: failedAction(event), files };
};

const failRun = async (
  { ledger, now, count }: QuarantineDeps,
  { runId, fence, dataset }: QuarantineEvent,
  reason: Refusal<'E_INTERNAL' | 'E_REPLAY'>,
): Promise<void> => {
  const end = { state: 'FAILED', counts: null, quality: null, snapshotId: null, reason } as const;
  if ((await ledger.endRun(runId, fence, end, now())) === 'fenced') throw movedOn(runId);
  count('RunsFailed', 1, dataset);
};

/** Ends a file that is still claimed; returns how many that were, for the count. */
const quarantineFile = async (
  deps: QuarantineDeps,
  { runId, dataset, fence }: QuarantineEvent,
  fileId: FileId,
  reason: Refusal<FileCode>,
): Promise<0 | 1> => {
  const file = await deps.ledger.file(fileId);
  if (file?.state !== 'CLAIMED') return 0;
  const at = deps.now();
  await putRefusedFile(deps.store, deps.quarantineBucket, { file, dataset, ...reason, at });
  const outcome = { state: 'QUARANTINED', reason } as const;
  const written = await deps.ledger.settleFile(runId, fence, fileId, outcome, at);
  if (written === 'fenced') throw movedOn(runId);
  deps.count('FilesQuarantined', 1, dataset);
  return 1;
};

const nextAttempt = async (
  deps: QuarantineDeps,
  event: QuarantineEvent,
): Promise<QuarantineResult> => {
  const next = await deps.ledger.nextAttempt(event.runId, event.fence, deps.now());
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
