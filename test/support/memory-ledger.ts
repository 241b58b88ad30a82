import { newestFileFirst, newestRunFirst } from '../../adapters/ledger-lists.ts';
import { Fence } from '../../core/ids.ts';
import { FileEntry, RunEntry, terminalRunStates } from '../../core/ledger.ts';
import { limits } from '../../core/limits.ts';
import type { Ledger, RunEnd } from '../../core/ports.ts';
import { bounded } from '../../core/quality/summary.ts';
import {
  claimedByRelease,
  claimedFields,
  givenBack,
  mustPublish,
} from '../../core/replay/fields.ts';
import { discardedFields, givesWay, outcomeFields, releasedFields } from '../../core/settlement.ts';
import { type LedgerState, ledgerState } from './ledger-state.ts';
import { letters, pages, walks } from './memory-letters.ts';
import { endReplay, filesOf, giveBack, replays } from './memory-replays.ts';

export { type LedgerState, ledgerState } from './ledger-state.ts';

/**
 * The ledger as a Map. Each method runs without a pause, so that it is as atomic as DynamoDB's
 * conditional writes; wrap it with `faulty` for throttles, lost replies and crashes.
 */
export const memoryLedger = (state: LedgerState = ledgerState()): Ledger => ({
  file: async (fileId) => state.files.get(fileId),
  run: async (runId) => state.runs.get(runId),
  claim: async (run, files, now) => {
    const ids = files.map(({ fileId }) => fileId);
    const twin = state.runs.get(run.runId);
    if (twin !== undefined) return sameMembers(twin.files, ids) ? 'claimed' : 'taken';
    if (ids.some((id) => state.files.has(id))) return 'taken';
    const none = { counts: null, reason: null } as const;
    const fence = Fence.parse(1);
    const runEntry = { ...run, ...none, state: 'CREATED', fence, files: ids, quality: null };
    const times = { createdAt: now, updatedAt: now };
    state.runs.set(run.runId, RunEntry.parse({ ...runEntry, ...times, snapshotId: null }));
    for (const file of files) {
      const owned = { dataset: run.dataset, state: 'CLAIMED', runId: run.runId, fence };
      const entry = { ...file, ...owned, ...none, contentId: null, updatedAt: now };
      state.files.set(file.fileId, FileEntry.parse(entry));
    }
    return 'claimed';
  },
  claimAgain: async (run, files, now) => {
    const ids = files.map(({ fileId }) => fileId);
    const twin = state.runs.get(run.runId);
    if (twin !== undefined) return sameMembers(twin.files, ids) ? 'claimed' : 'taken';
    const isSame = ({ fileId, runId, state: was }: FileEntry): boolean =>
      state.files.get(fileId)?.state === was && state.files.get(fileId)?.runId === runId;
    if (!files.every(isSame)) return 'taken';
    const none = { counts: null, reason: null } as const;
    const fence = Fence.parse(1);
    const created = { ...run, ...none, state: 'CREATED', fence, files: ids, quality: null };
    const times = { createdAt: now, updatedAt: now };
    state.runs.set(run.runId, RunEntry.parse({ ...created, ...times, snapshotId: null }));
    const claimed = { ...none, state: 'CLAIMED', runId: run.runId, fence, updatedAt: now } as const;
    for (const file of files) state.files.set(file.fileId, { ...file, ...claimed });
    return 'claimed';
  },
  settleArrival: async (file, dataset, end, now) => {
    if (state.files.has(file.fileId)) return;
    const none = { runId: null, fence: null, contentId: null, counts: null };
    const entry = { ...file, ...end, ...none, dataset, updatedAt: now };
    state.files.set(file.fileId, FileEntry.parse(entry));
  },
  markStarted: async (runId, now) => {
    const run = state.runs.get(runId);
    if (run?.state === 'CREATED')
      state.runs.set(runId, { ...run, state: 'STARTED', updatedAt: now });
  },
  ...endings(state),
  ...turns(state),
  ...decisions(state),
  ...walks(state),
  ...letters(state),
  ...pages(state),
  ...replays(state),
  remember: async (summary) => {
    if (!state.summaries.has(summary.runId)) state.summaries.set(summary.runId, bounded(summary));
  },
  history: async (dataset, limit) =>
    [...state.summaries.values()]
      .filter((summary) => summary.dataset === dataset)
      .sort((a, b) => (a.runId < b.runId ? 1 : -1))
      .slice(0, limit),
  listRuns: async ({ dataset, limit }) =>
    [...state.runs.values()]
      .filter((run) => dataset === undefined || run.dataset === dataset)
      .sort(newestRunFirst)
      .slice(0, limit),
  listFiles: async ({ dataset, states, limit }) =>
    [...state.files.values()]
      .filter((file) => dataset === undefined || file.dataset === dataset)
      .filter((file) => states === undefined || states.includes(file.state))
      .sort(newestFileFirst)
      .slice(0, limit),
});

const endings = (
  state: LedgerState,
): Pick<
  Ledger,
  'settleFile' | 'claimContent' | 'markLoading' | 'endRun' | 'failRun' | 'nextAttempt'
> => ({
  settleFile: async (runId, fence, fileId, outcome, now) => {
    const file = state.files.get(fileId);
    if (file?.runId !== runId || file.fence !== fence) return 'fenced';
    if (file.state !== 'CLAIMED') return file.state === outcome.state ? 'written' : 'fenced';
    if (mustPublish(file) && outcome.state !== 'PUBLISHED') return 'fenced';
    state.files.set(fileId, { ...file, ...outcomeFields(outcome), updatedAt: now });
    return 'written';
  },
  claimContent: async (dataset, contentId, fileId) => {
    const file = state.files.get(fileId);
    if (file !== undefined) state.files.set(fileId, { ...file, contentId });
    const key = `${dataset}/${contentId}`;
    const owner = state.contents.get(key) ?? fileId;
    const ownerState = state.files.get(owner)?.state;
    const free = ownerState !== undefined && givesWay.includes(ownerState);
    if (owner !== fileId && !free) return { kind: 'duplicate', of: owner };
    state.contents.set(key, fileId);
    return { kind: 'mine' };
  },
  markLoading: async (runId, fence, now) => {
    const run = state.runs.get(runId);
    if (run === undefined || run.fence !== fence || terminalRunStates.includes(run.state))
      return 'fenced';
    state.runs.set(runId, { ...run, state: 'LOADING', updatedAt: now });
    return 'written';
  },
  endRun: async (runId, fence, { unlessLoading = false, ...end }, now) => {
    const run = state.runs.get(runId);
    if (run === undefined || run.fence !== fence) return 'fenced';
    if (terminalRunStates.includes(run.state)) return sameEnd(run, end) ? 'written' : 'fenced';
    if (unlessLoading && run.state === 'LOADING') return 'fenced';
    state.runs.set(runId, { ...run, ...end, updatedAt: now });
    if (run.replays !== undefined) endReplay(state, run, run.replays.runId, end.state, now);
    return 'written';
  },
  failRun: async (runId, fence, { reason, unlessLoading }, now) => {
    const run = state.runs.get(runId);
    if (run === undefined || run.fence !== fence) return 'fenced';
    if (terminalRunStates.includes(run.state)) return run.state === 'FAILED' ? 'written' : 'fenced';
    if (unlessLoading && run.state === 'LOADING') return 'fenced';
    const none = { counts: null, quality: null, snapshotId: null };
    state.runs.set(runId, { ...run, ...none, state: 'FAILED', reason, updatedAt: now });
    if (run.replays !== undefined) endReplay(state, run, run.replays.runId, 'FAILED', now);
    else quarantineClaimed(state, run, reason, now);
    return 'written';
  },
  nextAttempt: async (runId, fence, now, loading) => {
    const run = state.runs.get(runId);
    if (run === undefined || run.fence !== fence || terminalRunStates.includes(run.state))
      return { kind: 'fenced' };
    if (loading === 'left-alone' && run.state === 'LOADING') return { kind: 'fenced' };
    const next = Fence.parse(fence + 1);
    state.runs.set(runId, { ...run, fence: next, state: 'STARTED', updatedAt: now });
    for (const fileId of run.files) {
      const file = state.files.get(fileId);
      if (file?.state === 'CLAIMED')
        state.files.set(fileId, { ...file, fence: next, updatedAt: now });
    }
    return { kind: 'next', fence: next };
  },
});

const quarantineClaimed = (
  state: LedgerState,
  run: RunEntry,
  reason: FileEntry['reason'],
  now: FileEntry['updatedAt'],
): void => {
  const claimed = filesOf(state, run).filter((file) => file.state === 'CLAIMED');
  const fields = { state: 'QUARANTINED', counts: null, reason, updatedAt: now } as const;
  for (const file of claimed) state.files.set(file.fileId, { ...file, ...fields });
};

const decisions = (state: LedgerState): Pick<Ledger, 'release' | 'discard'> => ({
  release: async (runId, by, now) => {
    const run = state.runs.get(runId);
    if (run?.state !== 'HELD')
      return run?.released === undefined ? { kind: 'not-held', run } : { kind: 'released', run };
    const held = heldFiles(state, run);
    for (const { fileId, contentId } of held) {
      const owner = state.contents.get(`${run.dataset}/${contentId}`) ?? fileId;
      if (owner !== fileId) return { kind: 'taken', fileId, by: owner };
    }
    const fields = releasedFields(run, by, now);
    const released = { ...run, ...fields, updatedAt: now };
    state.runs.set(runId, released);
    for (const file of held)
      state.files.set(file.fileId, { ...file, ...claimedBy(released, file), updatedAt: now });
    return { kind: 'released', run: released };
  },
  discard: async (runId, by, now) => {
    const run = state.runs.get(runId);
    if (run?.state === 'DISCARDED') return { kind: 'discarded', run };
    if (run?.state !== 'HELD') return { kind: 'not-held', run };
    const fields = discardedFields(run, by);
    const discarded = { ...run, ...fields, updatedAt: now };
    state.runs.set(runId, discarded);
    const own = run.replays === undefined ? heldFiles(state, run) : [];
    giveBack(state, givenBack(run, filesOf(state, run), 'DISCARDED'), now);
    for (const file of own) state.files.set(file.fileId, { ...file, ...fields, updatedAt: now });
    return { kind: 'discarded', run: discarded };
  },
});

const claimedBy = ({ replays: of, runId, fence }: RunEntry, file: FileEntry) =>
  of === undefined
    ? ({ state: 'CLAIMED', counts: null, reason: null, fence } as const)
    : claimedFields(file, runId, fence);

const heldFiles = (state: LedgerState, run: RunEntry): FileEntry[] =>
  run.replays === undefined
    ? filesOf(state, run).filter((file) => file.state === 'HELD')
    : claimedByRelease(run, filesOf(state, run));

const turns = (state: LedgerState): Pick<Ledger, 'takeTurn' | 'endTurn'> => ({
  takeTurn: async (dataset, runId, now) => {
    const turn = state.turns.get(dataset);
    if (turn !== undefined && turn.runId !== runId && turn.until > now) return 'busy';
    state.turns.set(dataset, { runId, until: now + limits.loadLeaseMs });
    return 'taken';
  },
  endTurn: async (dataset, runId) => {
    if (state.turns.get(dataset)?.runId === runId) state.turns.delete(dataset);
  },
});

const sameEnd = (run: RunEntry, end: RunEnd): boolean =>
  run.state === end.state && run.snapshotId === end.snapshotId;

const sameMembers = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((one) => b.includes(one));
