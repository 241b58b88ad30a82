import type { RunPointer } from '../core/documents.ts';
import { PermanentError } from '../core/errors.ts';
import type { Clock, Ledger } from '../core/ports.ts';
import { fenced } from './owned-run.ts';

/**
 * Ends a replay that must not go on, as a whole: its files are again what they were, and the rows
 * of the run that it replays stay where they are. Never returns.
 */
export const refuseReplay = async (
  { ledger, now }: { readonly ledger: Pick<Ledger, 'endRun'>; readonly now: Clock },
  { runId, fence }: RunPointer,
  detail: string,
): Promise<never> => {
  const reason = { code: 'E_REPLAY', detail } as const;
  const end = { state: 'FAILED', counts: null, quality: null, snapshotId: null, reason } as const;
  if ((await ledger.endRun(runId, fence, end, now())) === 'fenced') throw fenced(runId);
  throw new PermanentError(`replay ${runId} is refused, and what was published stays: ${detail}`);
};
