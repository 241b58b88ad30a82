import { assertNever } from '../../core/assert.ts';
import { Fence } from '../../core/ids.ts';
import { noticeBody } from '../../core/landing/notice.ts';
import { runIdOf } from '../../core/landing/run-id.ts';
import type { FileEntry } from '../../core/ledger.ts';
import type { Action } from '../../core/reconcile/findings.ts';
import { executionEnded } from '../../core/reconcile/runs.ts';
import { isKnownCode } from '../../core/reconcile/versions.ts';
import { quarantine } from '../handle-failure.ts';
import { putRefusedFile } from '../refused-file.ts';
import type { ReconcileDeps } from './deps.ts';

/** Does what a finding asks for. Every action is one that may be repeated at any time. */
export const act = async (deps: ReconcileDeps, action: Action): Promise<void> => {
  switch (action.kind) {
    case 'announce':
      return await deps.notices.send(noticeBody(action.object));
    case 'claim-again':
      return await claimAgain(deps, action.entry);
    case 'note-start':
      return await deps.ledger.markStarted(action.runId, deps.now());
    case 'start':
      await deps.pipeline.start(action.pointer);
      return await deps.ledger.markStarted(action.pointer.runId, deps.now());
    case 'fail':
      return await fail(deps, action);
    case 'explain':
      return await explain(deps, action.entry);
    case 'resolve':
      return await deps.ledger.moveLetter(action.messageId, 'resolved', deps.now());
    default:
      return assertNever(action);
  }
};

/** Its run is started as any that intake has claimed; one that is not, reconcile finds. */
const claimAgain = async (deps: ReconcileDeps, entry: FileEntry): Promise<void> => {
  const { ledger, pipeline, contracts, now } = deps;
  const { dataset, fileId } = entry;
  const contractVersion = dataset === null ? undefined : contracts.get(dataset);
  // Of a dataset that is no longer declared nothing can be published.
  if (dataset === null || contractVersion === undefined) return;
  const runId = runIdOf(dataset, now(), [fileId]);
  const claim = await ledger.claimAgain({ runId, dataset, contractVersion }, [entry], now());
  if (claim === 'taken') return;
  await pipeline.start({ runId, dataset, fence: Fence.parse(1) });
  await ledger.markStarted(runId, now());
};

/** The ledger is read again there: a run that moved on meanwhile is left alone. */
const fail = async (
  deps: ReconcileDeps,
  { pointer }: Extract<Action, { kind: 'fail' }>,
): Promise<void> => {
  const { runId, dataset, fence } = pointer;
  await quarantine({
    ...deps,
    pipelineAt: () => deps.pipeline,
  })({ runId, dataset, fence, error: executionEnded, pipelineArn: deps.pipelineArn });
};

/** With the time the file was refused at: the same object, however often it is written. */
const explain = async (
  { store, quarantineBucket }: ReconcileDeps,
  entry: FileEntry,
): Promise<void> => {
  const { dataset, reason, updatedAt: at } = entry;
  if (reason === null || !isKnownCode(reason.code)) return;
  const { code, detail } = { code: reason.code, detail: reason.detail };
  await putRefusedFile(store, quarantineBucket, { file: entry, dataset, code, detail, at });
};
