import { assertNever } from '../../core/assert.ts';
import { executionName, publishNames } from '../../core/execution-name.ts';
import type { RunEntry, RunState } from '../../core/ledger.ts';
import type { ExecutionStatus } from '../../core/ports.ts';
import type { ReconcileFinding } from '../../core/reconcile/findings.ts';
import {
  isLeftAlone,
  judgeRun,
  type RunFacts,
  type RunQuestion,
} from '../../core/reconcile/runs.ts';
import { loadedRun } from '../handle-failure.ts';
import { inTurns } from '../in-turns.ts';
import { callsAtOnce, entriesPerPage, inScope, type ReconcileDeps, type Scope } from './deps.ts';

const underWay: readonly RunState[] = ['CREATED', 'STARTED', 'LOADING'];
/** Oldest first, so that what is beyond comes up once these have ended. */
const pagesPerStateMax = 5;

/** Every run that the ledger has under way, and whether anything works on it. */
export const lookAtRuns = async (
  deps: ReconcileDeps,
  scope: Scope,
): Promise<readonly ReconcileFinding[]> => {
  const findings: ReconcileFinding[] = [];
  for (const state of underWay) findings.push(...(await lookAtState(deps, scope, state)));
  return findings;
};

const lookAtState = async (
  deps: ReconcileDeps,
  scope: Scope,
  state: RunState,
): Promise<readonly ReconcileFinding[]> => {
  const findings: ReconcileFinding[] = [];
  let after: string | null = null;
  for (let page = 0; page < pagesPerStateMax; page += 1) {
    const { runs, next } = await deps.ledger.runsIn({ state, after, limit: entriesPerPage });
    const now = deps.now();
    const old = runs.filter((run) => inScope(scope, run.dataset) && !isLeftAlone(run, now));
    const found = await inTurns(old, callsAtOnce, (run) => lookAtRun(deps, run));
    findings.push(...found.filter((finding) => finding !== null));
    if (next === null) break;
    after = next;
  }
  return findings;
};

/**
 * The execution is asked before the run is read: once it has ended, all it wrote is in the ledger.
 * The index, where the run came from, may lag behind.
 */
const lookAtRun = async (deps: ReconcileDeps, seen: RunEntry): Promise<ReconcileFinding | null> => {
  const status = await deps.executions.status(executionName(seen));
  const run = await deps.ledger.run(seen.runId);
  if (run === undefined || run.fence !== seen.fence) return null;
  let facts: RunFacts = { run, status, now: deps.now() };
  for (;;) {
    const judged = judgeRun(facts);
    if (judged === null || 'action' in judged) return judged;
    facts = { ...facts, ...(await answer(deps, run, judged)) };
  }
};

const answer = async (
  deps: ReconcileDeps,
  run: RunEntry,
  { kind }: RunQuestion,
): Promise<Pick<RunFacts, 'loaded' | 'published'>> => {
  switch (kind) {
    case 'look-in-table':
      return { loaded: await loadedRun(deps.world.catalog, run.dataset, run.runId) };
    case 'look-at-starts':
      return { published: await startsOf(deps, run) };
    default:
      return assertNever(kind);
  }
};

/** Up to the first that was not used. */
const startsOf = async (
  { executions }: ReconcileDeps,
  run: RunEntry,
): Promise<readonly ExecutionStatus[]> => {
  const found: ExecutionStatus[] = [];
  for (const name of publishNames(run)) {
    found.push(await executions.status(name));
    if (found.at(-1) === 'unknown') break;
  }
  return found;
};
