import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { Output } from '../console/output.ts';
import { root } from '../local/places.ts';
import { runTool, showTool } from './tool-run.ts';

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

/** Some projects of vitest.config.ts in one process; a trailing * takes all that begin so. */
export type VitestRun = {
  readonly projects: readonly string[];
  /** Of Vitest, beside the projects. */
  readonly flags?: readonly string[];
};

const reportsDir = join(root, '.headgate', 'test-reports');

const argsOf = ({ projects, flags = [] }: VitestRun, report: string): readonly string[] => [
  'run',
  ...projects.flatMap((project) => ['--project', project]),
  ...flags,
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${report}`,
];

/** Runs one in the terminal's foreground, or as `run` does it. */
const runVitest = async (
  of: VitestRun,
  env: NodeJS.ProcessEnv,
  run: typeof showTool = showTool,
): Promise<Tally> => {
  const report = join(reportsDir, `${of.projects.join('+').replaceAll('*', '')}.json`);
  await mkdir(reportsDir, { recursive: true });
  await rm(report, { force: true });
  const status = await run('vitest', argsOf(of, report), env);
  try {
    return tallyReport(await readFile(report, 'utf8'), status);
  } catch {
    return { passed: 0, failed: 1 };
  }
};

/**
 * Runs several beside each other: the first in the foreground, what the others say is shown as each
 * has ended. For those that wait more than they work, and share nothing.
 */
export const runBeside = async (
  [first, ...others]: readonly [VitestRun, ...VitestRun[]],
  env: NodeJS.ProcessEnv,
  out: Output,
): Promise<Tally> => {
  const names = others.flatMap(({ projects }) => projects);
  if (names.length > 0) out.note(`Beside these: ${names.join(', ')}, told when they have ended.`);
  const shown = runVitest(first, env);
  const told: string[] = [];
  const quiet = others.map((of) =>
    runVitest(of, env, async (tool, args) => {
      const { status, text } = await runTool(tool, args, env);
      told.push(text);
      return status;
    }),
  );
  const tallies = await Promise.all([shown, ...quiet]);
  for (const text of told) out.line(text.trimEnd());
  return tallies.reduce(addTallies);
};
