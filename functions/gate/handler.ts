import type { Refusal, RunCode } from '../../core/codes.ts';
import type { Dataset } from '../../core/dataset.ts';
import { type GateDocument, RunPointer } from '../../core/documents.ts';
import { decideGate } from '../../core/gate.ts';
import type { FileId } from '../../core/ids.ts';
import type { Counts, RunEntry } from '../../core/ledger.ts';
import type { Clock, Ledger } from '../../core/ports.ts';
import { asksHistory } from '../../core/quality/index.ts';
import { historyRunsMax, withoutReplaced } from '../../core/quality/summary.ts';
import { countsOf } from '../../core/validate/quality.ts';
import { definitionOf, fenced, ownedRun } from '../owned-run.ts';
import { runDocuments } from '../run-documents.ts';
import type { Telemetry } from '../telemetry.ts';

export type GateDeps = {
  readonly ledger: Pick<Ledger, 'run' | 'history' | 'settleFile' | 'endRun'>;
  readonly store: Parameters<typeof runDocuments>[0];
  readonly cleanBucket: string;
  readonly datasetNamed: (name: string) => Dataset | undefined;
  readonly now: Clock;
} & Telemetry;

/** Compares a run with its dataset's limits: publish it, hold it, or end it with nothing. */
export const gate = (deps: GateDeps) => async (event: unknown) => {
  const pointer = RunPointer.parse(event);
  const run = await ownedRun(deps.ledger, pointer);
  const dataset = definitionOf(deps.datasetNamed, pointer.dataset);
  const documents = runDocuments(deps.store, deps.cleanBucket, pointer);
  const [validated, transformed] = [await documents.validated(), await documents.transform()];
  const judged = decideGate(dataset, validated, transformed, {
    history: asksHistory(dataset) ? await historyOf(deps, run) : [],
    now: deps.now(),
    released: run.released !== undefined,
  });
  const verdict = await documents.decideGate(judged);
  const { refusal: reason } = verdict;
  if (reason !== null) {
    // Those of a replay are given back with its end: their old rows are still the published ones.
    const files = run.replays === undefined ? countsOf(validated, transformed.files) : [];
    await hold(deps, pointer, verdict, reason, files);
  }
  if (verdict.decision === 'nothing') await end(deps, pointer, 'NOTHING', verdict);
  deps.log.info('gate', { runId: pointer.runId, decision: verdict.decision });
  deps.count('QualityScore', verdict.quality.score, pointer.dataset);
  return { decision: verdict.decision, score: verdict.quality.score, ...verdict.counts };
};

const historyOf = async ({ ledger }: GateDeps, { dataset, replays }: RunEntry) =>
  withoutReplaced(await ledger.history(dataset, historyRunsMax), replays);

const hold = async (
  deps: GateDeps,
  pointer: RunPointer,
  verdict: GateDocument,
  reason: Refusal<RunCode>,
  files: Iterable<readonly [FileId, Counts]>,
): Promise<void> => {
  for (const [fileId, counts] of files)
    await deps.ledger.settleFile(
      pointer.runId,
      pointer.fence,
      fileId,
      { state: 'HELD', counts, reason },
      deps.now(),
    );
  await end(deps, pointer, 'HELD', verdict);
  deps.count('RunsHeld', 1, pointer.dataset);
};

const end = async (
  deps: GateDeps,
  { runId, fence }: RunPointer,
  state: 'HELD' | 'NOTHING',
  verdict: GateDocument,
): Promise<void> => {
  const { counts, quality, refusal } = verdict;
  const run = { state, counts, quality, snapshotId: null, reason: refusal };
  if ((await deps.ledger.endRun(runId, fence, run, deps.now())) === 'fenced') throw fenced(runId);
};
