import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { root } from '../local/places.ts';
import { showTool } from './tool-run.ts';

/** Passed and failed, of whatever is counted. */
export type Tally = { readonly passed: number; readonly failed: number };

export const addTallies = (a: Tally, b: Tally): Tally => ({
  passed: a.passed + b.passed,
  failed: a.failed + b.failed,
});

const Report = z.object({
  success: z.boolean(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(z.object({ status: z.string(), fullName: z.string() })),
    }),
  ),
});

const reportFile = join(root, '.headgate', 'test-report.json');

/**
 * Counts a run from Vitest's own report. A skipped test did not pass, a file that could not be
 * loaded has no tests to count, and a run may fail outside any test: each counts as failed.
 */
export const tallyReport = (json: string, status: number): Tally => {
  const { success, testResults } = Report.parse(JSON.parse(json));
  let passed = 0;
  let failed = 0;
  for (const file of testResults) {
    const bad = file.assertionResults.filter((test) => test.status !== 'passed').length;
    passed += file.assertionResults.length - bad;
    failed += bad === 0 && file.status !== 'passed' ? 1 : bad;
  }
  const endedWell = success && status === 0 && passed > 0;
  return { passed, failed: failed === 0 && !endedWell ? 1 : failed };
};

/** Runs the named projects of vitest.config.ts; all of them when none is named. */
export const runVitest = async (
  projects: readonly string[],
  env: NodeJS.ProcessEnv,
  flags: readonly string[] = [],
): Promise<Tally> => {
  await mkdir(dirname(reportFile), { recursive: true });
  await rm(reportFile, { force: true });
  const status = await showTool(
    'vitest',
    [
      'run',
      ...projects.flatMap((project) => ['--project', project]),
      ...flags,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${reportFile}`,
    ],
    env,
  );
  try {
    return tallyReport(await readFile(reportFile, 'utf8'), status);
  } catch {
    return { passed: 0, failed: 1 };
  }
};
