import { assertNever } from '../../core/assert.ts';
import { noticeBody } from '../../core/landing/notice.ts';
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
