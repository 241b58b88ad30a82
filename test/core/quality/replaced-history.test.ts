import { expect, test } from 'vitest';
import { EpochMs, type RunId } from '../../../core/ids.ts';
import { type RunSummary, withoutReplaced } from '../../../core/quality/summary.ts';
import { runIdOf } from '../../bin/fake-stack.ts';
import { orders } from '../../support/landed.ts';

const summary = (runId: RunId, replaces?: RunId): RunSummary => ({
  ...{ runId, dataset: orders, at: EpochMs.parse(0), rowsIn: 1, published: 1, rejectedShare: 0 },
  ...{ score: 100, sampled: 1, released: false, columns: {} },
  ...(replaces === undefined ? {} : { replaces }),
});

const [first, second, third, fourth] = [1, 2, 3, 4].map((n) => runIdOf('orders', n)) as [
  ...[RunId, RunId, RunId, RunId],
];

test('a run is compared with neither what was replaced, nor with what it replaces itself', () => {
  const history = [summary(fourth), summary(third, second), summary(second, first), summary(first)];
  const idsOf = (found: readonly RunSummary[]) => found.map(({ runId }) => runId);
  expect(idsOf(withoutReplaced(history, undefined))).toEqual([fourth, third]);
  expect(idsOf(withoutReplaced(history, { runId: fourth }))).toEqual([third]);
  expect(withoutReplaced([], { runId: first })).toEqual([]);
});
