import { describe, expect, test } from 'vitest';
import { judgeCruise } from '../../../bin/checks/static-checks.ts';
import { tallyReport } from '../../../bin/checks/vitest-run.ts';

const report = (success: boolean, ...files: [status: string, ...tests: string[]][]): string =>
  JSON.stringify({
    success,
    testResults: files.map(([status, ...tests], at) => ({
      name: `${at}.test.ts`,
      status,
      assertionResults: tests.map((each) => ({ status: each, fullName: 'does' })),
    })),
  });

describe('the count of a test run', () => {
  test.each([
    ['all passed', report(true, ['passed', 'passed', 'passed']), 0, 2, 0],
    ['one failed', report(false, ['failed', 'passed', 'failed']), 1, 1, 1],
    ['a skipped test did not pass', report(true, ['passed', 'passed', 'skipped']), 0, 1, 1],
    ['a file that did not load', report(false, ['failed'], ['passed', 'passed']), 1, 1, 1],
    ['an error outside every test', report(false, ['passed', 'passed']), 1, 1, 1],
    [
      'a bad exit is a failure, whatever the report says',
      report(true, ['passed', 'passed']),
      1,
      1,
      1,
    ],
    ['nothing was run', report(true), 0, 0, 1],
  ])('%s', (_name, json, status, passed, failed) => {
    expect(tallyReport(json, status)).toEqual({ passed, failed });
  });
});

describe('the dependency rules', () => {
  const cruise = (totalCruised: number, violations: object[] = []) =>
    JSON.stringify({ summary: { totalCruised, violations } });

  test('a cruise without violations passes', () => {
    expect(judgeCruise(cruise(200))).toBeNull();
  });

  test('a cruise that saw next to nothing does not pass', () => {
    expect(judgeCruise(cruise(0))).toContain('only 0 modules');
  });

  test('a violation is told with its rule and both ends', () => {
    const violation = { from: 'core/a.ts', to: 'lib/b.ts', rule: { name: 'core-imports' } };
    expect(judgeCruise(cruise(200, [violation]))).toBe('core-imports: core/a.ts → lib/b.ts');
  });
});
