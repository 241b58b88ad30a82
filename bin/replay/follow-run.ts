import type { RunId } from '../../core/ids.ts';
import { type RunEntry, terminalRunStates } from '../../core/ledger.ts';
import type { DeployedStack } from '../world.ts';

const firstPauseMs = 150;
const pauseMsMax = 2_000;

/** Asks the ledger until the run has ended, or the time is up. */
export const followRun = async (
  request: {
    readonly stack: { readonly ledger: Pick<DeployedStack['ledger'], 'run'> };
    readonly runId: RunId;
    /** In the clock's milliseconds. */
    readonly deadline: number;
    readonly clock: () => number;
    readonly sleep: (ms: number) => Promise<void>;
  },
  tell: (state: string) => void,
): Promise<RunEntry | undefined> => {
  const { stack, runId, deadline, clock, sleep } = request;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 1.5, pauseMsMax)) {
    const run = await stack.ledger.run(runId);
    tell(run?.state ?? 'not there yet');
    if (run !== undefined && terminalRunStates.includes(run.state)) return run;
    if (clock() >= deadline) return run;
    await sleep(Math.min(pauseMs, Math.max(0, deadline - clock())));
  }
};
