import * as z from 'zod';
import { assertNever } from '../../core/assert.ts';
import { contractVersion } from '../../core/contract.ts';
import { explainedReason } from '../../core/explained-reason.ts';
import type { RunEntry } from '../../core/ledger.ts';
import { selectionWords } from '../../core/replay/selection.ts';
import { discardHeld, releaseHeld } from '../decide-run.ts';
import {
  type Answer,
  answered,
  datasetNamed,
  noDataset,
  noRun,
  type OperateDeps,
  refused,
} from './deps.ts';
import { replayOne } from './replay-one.ts';
import { asAnswer, type Call, readBody, runIdOf } from './request.ts';

const Nothing = z.strictObject({});

/** Publishes a held run as it is. Again: the first release stands. */
export const releaseRun = async (deps: OperateDeps, call: Call): Promise<Answer> => {
  const asked = readBody(call, Nothing);
  if (asked.kind === 'problem') return asAnswer(asked);
  const runId = runIdOf(call);
  if (runId === undefined) return noRun;
  const result = await releaseHeld(deps, runId, { by: call.by, now: deps.now() });
  switch (result.kind) {
    case 'released':
      return decided(deps, call, result.run, 'RunsReleased');
    case 'no-run':
      return noRun;
    case 'not-held':
      return notHeld(result.run);
    case 'taken':
      return notReleasable(
        `the bytes of file ${result.fileId} were dropped again, and file ${result.by} has them now; discard this run`,
      );
    case 'no-rows':
      return notReleasable('it has no row to publish; discard it, and drop a mended file');
    case 'work-gone':
      return notReleasable(
        'its work is gone from the clean zone, where it expires; drop its files again, which are still in landing, and discard it',
      );
    default:
      return assertNever(result);
  }
};

/** Gives a held run up. Again: the first discard stands. */
export const discardRun = async (deps: OperateDeps, call: Call): Promise<Answer> => {
  const asked = readBody(call, Nothing);
  if (asked.kind === 'problem') return asAnswer(asked);
  const runId = runIdOf(call);
  if (runId === undefined) return noRun;
  const result = await discardHeld(deps, runId, { by: call.by, now: deps.now() });
  if (result.kind === 'no-run') return noRun;
  if (result.kind === 'not-held') return notHeld(result.run);
  return decided(deps, call, result.run, 'RunsDiscarded');
};

const ReplayBody = z.strictObject({
  dry_run: z.boolean().default(false),
  again: z.boolean().default(false),
});

/** Judges the files of a run anew, and replaces its rows. Again: it joins what is under way. */
export const replayRun = async (deps: OperateDeps, call: Call): Promise<Answer> => {
  const asked = readBody(call, ReplayBody);
  if (asked.kind === 'problem') return asAnswer(asked);
  const runId = runIdOf(call);
  if (runId === undefined || (await deps.ledger.run(runId)) === undefined) return noRun;
  const dataset = datasetNamed(deps, runId.slice(0, runId.indexOf('-')));
  if (dataset === undefined) return noDataset;
  const { dry_run: isDry, again } = asked.value;
  const selection = selectionWords({ kind: 'run', runId });
  const words = { selection, again, contractVersion: contractVersion(dataset), dataset };
  const replayed = await replayOne(deps, runId, words, { by: call.by, isDry });
  if (replayed === undefined) return noRun;
  if (replayed.outcome === 'refused' && !isDry)
    return refused({ name: 'not-replayable', detail: replayed.detail ?? '' });
  return answered(replayed);
};

const decided = (
  { log, count }: OperateDeps,
  { by }: Call,
  run: RunEntry,
  metric: 'RunsReleased' | 'RunsDiscarded',
): Answer => {
  const { runId, dataset, state, fence, reason } = run;
  log.info('held run decided', { runId, state, by });
  count(metric, 1, dataset);
  return answered({ run_id: runId, state, attempt: fence, reason: explainedReason(reason) });
};

const notHeld = ({ runId, state }: RunEntry): Answer =>
  refused({
    name: 'not-held',
    detail: `${runId} is ${state}; only a HELD run is decided about: GET /runs?state=HELD lists them`,
  });

const notReleasable = (detail: string): Answer => refused({ name: 'not-releasable', detail });
