import type { FileId, RunId } from '../../core/ids.ts';
import type { FileEntry, RunEntry } from '../../core/ledger.ts';
import type { RunSummary } from '../../core/quality/summary.ts';
import { walkState } from './memory-letters.ts';

/** Everything the in-memory ledger holds; tests read it, and may break it on purpose. */
export const ledgerState = () => ({
  files: new Map<FileId, FileEntry>(),
  runs: new Map<RunId, RunEntry>(),
  contents: new Map<string, FileId>(),
  turns: new Map<string, { runId: RunId; until: number }>(),
  summaries: new Map<RunId, RunSummary>(),
  ...walkState(),
});
export type LedgerState = ReturnType<typeof ledgerState>;
