import { TransientError } from '../../core/errors.ts';
import type { RunId } from '../../core/ids.ts';
import { UserError } from '../console/errors.ts';
import type { Progress } from '../console/progress.ts';
import { followRun } from './follow-run.ts';
import { type Asked, type ReplayWorld, standingRun, startReplay } from './replay-run.ts';
import type { Replayed } from './report.ts';

type ReplayAll = {
  readonly stack: ReplayWorld;
  readonly runIds: readonly RunId[];
  readonly asked: Asked;
  /** 0: nobody waits. */
  readonly waitMs: number;
  readonly clock: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly progress: Progress;
};

/**
 * Replays runs one after the other. One that is refused, held or fails leaves the others alone;
 * cut off at any point, the same call again goes on where it was.
 */
export const replayAll = async (request: ReplayAll): Promise<Replayed[]> => {
  const { runIds, progress } = request;
  const replayed: Replayed[] = [];
  for (const [index, runId] of runIds.entries()) {
    const place = runIds.length === 1 ? '' : ` (${index + 1} of ${runIds.length})`;
    replayed.push(
      await progress.step(`replay ${runId}${place}`, (tell) => replayOne(request, runId, tell)),
    );
  }
  return replayed;
};

const replayOne = async (
  { stack, asked, waitMs, clock, sleep }: ReplayAll,
  runId: RunId,
  tell: (detail: string) => void,
): Promise<Replayed> => {
  const of = await standingRun(stack, runId);
  try {
    const started = await startReplay(stack, runId, asked, clock);
    if (started.kind === 'done') return { kind: 'done', of };
    const following = { stack, runId: started.runId, clock, sleep, deadline: clock() + waitMs };
    const run = await followRun(following, tell);
    if (run === undefined) throw new TransientError(`run ${started.runId} is not in the ledger`);
    return { kind: 'replayed', of, run };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const [what = '', ...next] = error.message.split('\n');
    return { kind: 'refused', of, what, next: next.join(' ') };
  }
};
