import { makeOutput, type Output } from '../console/output.ts';
import { mutantRooms, runMutants } from '../mutants/rooms.ts';
import { staticChecks } from './static-checks.ts';
import { addTallies, runBeside, type Tally, type VitestRun } from './vitest-run.ts';

/** What can be asked for: `npm test`, `npm run check`, `npm run e2e`, `npm run test:release`. */
type Suite = {
  readonly withStatic: boolean;
  /** Whether the tests of the contract engine's core must notice its mutants. */
  readonly withMutants?: boolean;
  /** One behind the other; those of one step beside each other. */
  readonly steps: readonly (readonly [VitestRun, ...VitestRun[]])[];
  readonly env: Readonly<Record<string, string>>;
};

const suites: Readonly<Record<string, Suite>> = {
  all: {
    withStatic: true,
    steps: [
      [{ projects: ['unit', 'infra'] }],
      // Each has a local AWS of its own, and waits for it more than it works; the simulation takes
      // the time that the shorter one leaves.
      [{ projects: ['e2e', 'e2e-faults', 'sim'] }, { projects: ['e2e-secure'] }],
    ],
    env: {},
  },
  check: { withStatic: true, steps: [[{ projects: ['unit', 'infra', 'sim'] }]], env: {} },
  /** One behind the other: all use the same AWS where one is named. */
  e2e: { withStatic: false, steps: [[{ projects: ['e2e*', 'doors-e2e'] }]], env: {} },
  /** Tests that can take longer look at this and do: more seeds, more rows, more crashes. */
  release: {
    withStatic: true,
    withMutants: true,
    steps: [
      // No file may need what another has loaded or left behind.
      [
        {
          projects: ['unit', 'infra', 'sim', 'e2e*', 'doors-e2e'],
          flags: ['--isolate'],
        },
      ],
    ],
    env: { HEADGATE_RELEASE: '1' },
  },
};

const runStatic = async (out: Output, env: NodeJS.ProcessEnv): Promise<Tally> => {
  const ends = staticChecks.map(async ({ name, run }): Promise<Tally> => {
    const complaint = await run(env);
    if (complaint === null) out.line(`${out.styles.good('✔')} ${name}`);
    else out.line(`${out.styles.bad('✖')} ${name}\n${complaint.trimEnd()}\n`);
    return complaint === null ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
  });
  return (await Promise.all(ends)).reduce(addTallies);
};

const judgeMutants = async (out: Output, env: NodeJS.ProcessEnv): Promise<Tally> => {
  const enough = await runMutants(mutantRooms, [], out, env);
  return enough ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
};

/**
 * Tests choose their AWS themselves: an endpoint or a profile left over in the shell must not turn
 * `npm test` into something else. `npm run e2e` alone heeds AWS_ENDPOINT_URL.
 */
const withoutAws = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('AWS_')));

/** Runs a suite; the last line of its output is the count, alone. */
const runSuite = async (suite: Suite, process: NodeJS.Process): Promise<number> => {
  const out = makeOutput(process.stdout, process.stderr, process.env);
  const outer = suite.withStatic ? withoutAws(process.env) : process.env;
  const env = { ...outer, ...suite.env };
  const none: Tally = { passed: 0, failed: 0 };
  const fixed = suite.withStatic ? await runStatic(out, env) : none;
  let tested = fixed;
  for (const step of suite.steps) tested = addTallies(tested, await runBeside(step, env, out));
  const noticed = suite.withMutants === true ? await judgeMutants(out, env) : none;
  const { passed, failed } = addTallies(tested, noticed);
  out.line(`\n${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
};

const [name = 'all'] = process.argv.slice(2);
const suite = suites[name];
if (suite === undefined) {
  process.stderr.write(
    `There is no suite '${name}'; there are ${Object.keys(suites).join(', ')}.\n`,
  );
  process.exitCode = 2;
} else {
  process.exitCode = await runSuite(suite, process);
}
