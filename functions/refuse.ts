import type { FileCode, Refusal } from '../core/codes.ts';
import type { RunPointer } from '../core/documents.ts';
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

/** A file of a run; a replay may not end every one of its files. */
export type RunFile = LandedFile & Pick<FileEntry, 'was'>;

/** Ends one file of a run in the ledger, or stops when a newer attempt owns it. */
export const settle = async (
  deps: Pick<SettleDeps, 'ledger' | 'log' | 'now'>,
  pointer: RunPointer,
  file: RunFile,
  outcome: FileOutcome,
): Promise<void> => {
  const { ledger, log, now } = deps;
  const { runId, fence } = pointer;
  if (outcome.state !== 'PUBLISHED')
    await assertFree(deps, pointer, file, outcome.state, 'its end');
  const written = await ledger.settleFile(runId, fence, file.fileId, outcome, now());
  if (written === 'fenced') throw fenced(runId);
  log.info('file settled', { runId, fileId: file.fileId, state: outcome.state });
};

/** Ends the replay, not the file, where the file's published rows would be lost. */
const assertFree = async (
  deps: Pick<SettleDeps, 'ledger' | 'now'>,
  pointer: RunPointer,
  file: RunFile,
  code: string,
  detail: string,
): Promise<void> => {
  if (mustPublish(file)) await refuseReplay(deps, pointer, lostFile(file.fileId, code, detail));
};

/** Quarantines a whole file: the reason as an object first, then the ledger, then the count. */
export const refuse = async (
  deps: SettleDeps,
  pointer: RunPointer,
  file: RunFile,
  reason: Refusal<FileCode>,
): Promise<void> => {
  const { dataset } = pointer;
  await assertFree(deps, pointer, file, reason.code, reason.detail);
  const refused = { file, dataset, code: reason.code, detail: reason.detail, at: deps.now() };
  await putRefusedFile(deps.store, deps.quarantineBucket, refused);
  await settle(deps, pointer, file, { state: 'QUARANTINED', reason });
  deps.count('FilesQuarantined', 1, dataset);
};

/** Ends a file whose bytes nobody can read any more, or not without asking for them first. */
export const unreadable = async (
  deps: SettleDeps,
  pointer: RunPointer,
  file: RunFile,
  why: Unreadable,
): Promise<undefined> => {
  if (why === 'gone') {
    const detail = 'the object version was deleted before it was read';
    await assertFree(deps, pointer, file, 'GONE', detail);
    await settle(deps, pointer, file, { state: 'GONE', detail });
  } else {
    const detail = 'the object is in an archive storage class';
    await refuse(deps, pointer, file, { code: 'E_ARCHIVED', detail });
  }
};
