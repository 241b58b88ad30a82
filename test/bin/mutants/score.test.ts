import { expect, test } from 'vitest';
import { percentOf, scoreOf } from '../../../bin/mutants/score.ts';

const report = (...statuses: readonly string[]): string =>
  JSON.stringify({
    files: {
      'core/rules/a.ts': { mutants: statuses.slice(0, 2).map((status) => ({ status })) },
      'core/rules/b.ts': { mutants: statuses.slice(2).map((status) => ({ status })) },
    },
  });

test('a mutant that runs for ever is noticed, one that no test runs is not', () => {
  const score = scoreOf(report('Killed', 'Timeout', 'Survived', 'NoCoverage'));
  expect(score).toMatchObject({ killed: 1, timeouts: 1, survived: 1, uncovered: 1 });
  expect(percentOf(score)).toBe(50);
});

test('what is left out or cannot be loaded counts for neither side', () => {
  const score = scoreOf(report('Killed', 'Ignored', 'RuntimeError', 'CompileError'));
  expect(score).toMatchObject({ killed: 1, ignored: 1, broken: 2 });
  expect(percentOf(score)).toBe(100);
});

test('no mutants at all are no success', () => {
  expect(percentOf(scoreOf(report()))).toBe(0);
});
