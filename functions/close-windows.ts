import { s3Uri } from '../core/layout.ts';
import {
  type Batch,
  type Closer,
  resultLine,
  resultsObject,
  toldFinding,
  type Windowed,
} from '../core/windows/index.ts';
import { decideBatch } from './decide-batch.ts';
import type { WindowDeps } from './window-deps.ts';

/** `busy`: another call is at it, and what is left is left to it. */
export type Closed = { readonly kind: 'idle' | 'closed' | 'busy'; readonly results: number };

/**
 * One pass over the windows of a dataset that are due. What it comes to is decided by one write,
 * conditional on nobody having decided since; only then are results written and landed, each of
 * which may be done twice, by whoever finds the decision.
 */
export const closeWindows = async (
  deps: WindowDeps,
  windowed: Windowed,
  { endless }: { readonly endless: boolean },
): Promise<Closed> => {
  const { name } = windowed.dataset;
  const found = await deps.windows.closer(name);
  const free = found.batch === null ? found : await finish(deps, windowed, found, found.batch);
  if (free === 'fenced') return { kind: 'busy', results: 0 };
  const decided = await decideBatch(deps, windowed, free, endless);
  if (decided === undefined) return { kind: 'idle', results: 0 };
  const { batch, watermarks } = decided;
  const results = batch.results.length;
  const isEmpty = results === 0 && batch.next.length === 0;
  const closer: Closer = { turn: free.turn + 1, watermarks, batch: isEmpty ? null : batch };
  if ((await deps.windows.moveCloser(name, free.turn, closer)) === 'fenced')
    return { kind: 'busy', results: 0 };
  if (isEmpty) {
    await deps.windows.removeMarks(batch.done);
    return { kind: 'closed', results };
  }
  const end = await finish(deps, windowed, closer, batch);
  return { kind: end === 'fenced' ? 'busy' : 'closed', results };
};

/** Does what was decided, and says so. */
const finish = async (
  deps: WindowDeps,
  windowed: Windowed,
  closer: Closer,
  batch: Batch,
): Promise<Closer | 'fenced'> => {
  const { windows } = deps;
  const { name } = windowed.dataset;
  await windows.putResults(batch.results);
  await landResults(deps, windowed, closer.turn, batch);
  await tell(deps, windowed, batch);
  await windows.putMarks(batch.next);
  await windows.removeMarks(batch.done);
  const free: Closer = { ...closer, turn: closer.turn + 1, batch: null };
  if ((await windows.moveCloser(name, closer.turn, free)) === 'fenced') return 'fenced';
  deps.count('WindowResults', batch.results.length, name);
  return free;
};

const landResults = async (
  { store, landingBucket }: WindowDeps,
  { results: into, rules }: Windowed,
  turn: number,
  { results }: Batch,
): Promise<void> => {
  // A rule that is declared no more has nothing to say: its batch was decided before a deploy.
  const lines = results.flatMap((result) => {
    const rule = rules.find(({ series }) => series.id === result.series);
    return rule === undefined ? [] : [`${resultLine(into, rule, result)}\n`];
  });
  if (lines.length === 0) return;
  const body = lines.join('');
  const uri = s3Uri(landingBucket, resultsObject(into, turn, body));
  await store.putOnce(uri, Buffer.from(body));
};

const tell = async (
  { announcer, count, now }: WindowDeps,
  { dataset }: Windowed,
  { findings }: Batch,
): Promise<void> => {
  if (findings.length === 0) return;
  const at = now();
  await announcer.announceAll(
    findings.map((finding) => ({
      ...{ type: 'Window Anomaly', source: 'headgate', at },
      detail: toldFinding(dataset, finding),
    })),
  );
  count('WindowAnomalies', findings.length, dataset.name);
};
