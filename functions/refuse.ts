import type { FileCode, Refusal } from '../core/codes.ts';
import type { EndedFile, RunPointer } from '../core/documents.ts';
import type { FileEntry, FileOutcome, LandedFile } from '../core/ledger.ts';
import type { Clock, Ledger, Store, Unreadable } from '../core/ports.ts';
import { lostFile, mustPublish } from '../core/replay/fields.ts';
import { fenced } from './owned-run.ts';
import { refuseReplay } from './refuse-replay.ts';
import { putRefusedFile } from './refused-file.ts';
import type { Telemetry } from './telemetry.ts';

export type SettleDeps = {
  readonly ledger: Pick<Ledger, 'settleFile' | 'endRun'>;
  readonly store: Pick<Store, 'put'>;
  readonly quarantineBucket: string;
  readonly now: Clock;
} & Telemetry;

/** Ends one file of a run in the ledger, or stops when a newer attempt owns it. */
export const settle = async (
  { ledger, log, now }: Pick<SettleDeps, 'ledger' | 'log' | 'now'>,
  { runId, fence }: RunPointer,
  file: LandedFile,
  outcome: FileOutcome,
): Promise<void> => {
  const written = await ledger.settleFile(runId, fence, file.fileId, outcome, now());
  if (written === 'fenced') throw fenced(runId);
  log.info('file settled', { runId, fileId: file.fileId, state: outcome.state });
};

/** Ends the replay, not the file, where the file's published rows would be lost. */
export const assertFree = async (
  deps: Pick<SettleDeps, 'ledger' | 'now'>,
  pointer: RunPointer,
  file: Pick<FileEntry, 'fileId' | 'was'>,
  { state: code, ...outcome }: EndedFile['outcome'],
): Promise<void> => {
  if (!mustPublish(file)) return;
  const { reason } = { reason: undefined, ...outcome };
  const detail = reason?.detail ?? 'its end';
  await refuseReplay(deps, pointer, lostFile(file.fileId, reason?.code ?? code, detail));
};

/** What a stage decided of a file that it ends: for its document, before the ledger hears of it. */
export const refusedAs = (file: LandedFile, { code, detail }: Refusal<FileCode>): EndedFile => ({
  ...{ file, outcome: { state: 'QUARANTINED', reason: { code, detail } } },
});

/** The end of a file whose bytes nobody can read any more, or not without asking for them first. */
export const unreadable = (file: LandedFile, why: Unreadable): EndedFile => {
  if (why === 'archived')
    return refusedAs(file, {
      ...{ code: 'E_ARCHIVED', detail: 'the object is in an archive storage class' },
    });
  const detail = 'the object version was deleted before it was read';
  return { file, outcome: { state: 'GONE', detail } };
};

/**
 * Ends the files of a document that stands: of a refused one the reason as an object first, then
 * the ledger, then the count. Safe to repeat.
 */
export const settleEnded = async (
  deps: SettleDeps,
  pointer: RunPointer,
  ended: readonly EndedFile[] = [],
): Promise<void> => {
  const { dataset } = pointer;
  for (const { file, outcome } of ended) {
    if (outcome.state === 'QUARANTINED') {
      const refused = { file, dataset, ...outcome.reason, at: deps.now() };
      await putRefusedFile(deps.store, deps.quarantineBucket, refused);
    }
    await settle(deps, pointer, file, outcome);
    if (outcome.state === 'QUARANTINED') deps.count('FilesQuarantined', 1, dataset);
  }
};
