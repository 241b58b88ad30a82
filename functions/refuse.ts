import type { FileCode, Refusal } from '../core/codes.ts';
import type { RunPointer } from '../core/documents.ts';
import type { FileOutcome, LandedFile } from '../core/ledger.ts';
import type { Clock, Ledger, Store, Unreadable } from '../core/ports.ts';
import { fenced } from './owned-run.ts';
import { putRefusedFile } from './refused-file.ts';
import type { Telemetry } from './telemetry.ts';

export type SettleDeps = {
  readonly ledger: Pick<Ledger, 'settleFile'>;
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

/** Quarantines a whole file: the reason as an object first, then the ledger, then the count. */
export const refuse = async (
  deps: SettleDeps,
  pointer: RunPointer,
  file: LandedFile,
  reason: Refusal<FileCode>,
): Promise<void> => {
  const { dataset } = pointer;
  const refused = { file, dataset, code: reason.code, detail: reason.detail, at: deps.now() };
  await putRefusedFile(deps.store, deps.quarantineBucket, refused);
  await settle(deps, pointer, file, { state: 'QUARANTINED', reason });
  deps.count('FilesQuarantined', 1, dataset);
};

/** Ends a file whose bytes nobody can read any more, or not without asking for them first. */
export const unreadable = async (
  deps: SettleDeps,
  pointer: RunPointer,
  file: LandedFile,
  why: Unreadable,
): Promise<undefined> => {
  if (why === 'gone') {
    const detail = 'the object version was deleted before it was read';
    await settle(deps, pointer, file, { state: 'GONE', detail });
  } else {
    const detail = 'the object is in an archive storage class';
    await refuse(deps, pointer, file, { code: 'E_ARCHIVED', detail });
  }
};
