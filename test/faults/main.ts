import { Command, Option } from 'commander';
import { wholeNumber } from '../../bin/commands/command.ts';
import type { Output } from '../../bin/console/output.ts';
import { type ProfileName, profileNames } from '../../bin/local/profiles.ts';
import { runTool } from '../../bin/tool.ts';
import type { RunResult } from './run.ts';
import { problemsOf, type SearchResult, search, summaryOf } from './search.ts';
import type { Mode } from './troubles.ts';

type Options = {
  readonly runs: number;
  readonly doors: number;
  readonly from: number;
  readonly killOnly: boolean;
  readonly proxyOnly: boolean;
  readonly profile: ProfileName;
};

const RUNS = 20;

const reproduced = ({ seed, isOfDoors }: RunResult, { profile }: Options, mode: Mode): string => {
  const what = isOfDoors ? '--runs 0 --doors 1' : '--runs 1';
  const more = [
    ...(mode === 'all' ? [] : [`--${mode}`]),
    ...(profile === 'local' ? [] : ['--profile', profile]),
  ];
  return ['npm run faults --', what, `--from ${seed}`, ...more].join(' ');
};

const told = ({ seed, files, ms, timedKills }: RunResult, strikes: number): string =>
  `  seed ${seed}: ${files} files, ${strikes} strikes, ${timedKills} timed kills, ` +
  `${(ms / 1000).toFixed(1)} s`;

const tellTotals = ({ results, strikes }: SearchResult, out: Output): void => {
  for (const [what, times] of [...strikes].sort(([a], [b]) => a.localeCompare(b)))
    out.line(`${String(times).padStart(6)}  ${what}`);
  const gaveUp = results.reduce((all, { verdict }) => all + verdict.gaveUp.length, 0);
  out.line(`${gaveUp} sound files were kept in quarantine after all attempts had failed`);
  const healed = results.flatMap((result) => result.healed);
  out.line(`${healed.length} runs or notices had to be helped on after the faults`);
};

const hunt = async (options: Options, out: Output): Promise<boolean> => {
  const mode = options.killOnly ? 'kill-only' : options.proxyOnly ? 'proxy-only' : 'all';
  let isGood = true;
  const found = await search({
    ...{ from: options.from, runs: options.runs, doors: options.doors },
    ...{ profile: options.profile, mode },
    onRun: (result, strikes) => {
      out.note(told(result, strikes.length));
      for (const text of result.healed) out.note(`    helped on: ${text}`);
      for (const text of result.verdict.gaveUp) out.note(`    given up: ${text}`);
      const problems = problemsOf(result.verdict);
      if (problems.length === 0) return;
      isGood = false;
      out.line(`${out.styles.bad('✖')} ${reproduced(result, options, mode)}`);
      for (const problem of problems) out.line(`    ${problem}`);
      for (const strike of strikes) out.line(`    struck: ${strike}`);
    },
  });
  for (const problem of problemsOf(found.atLast)) {
    isGood = false;
    out.line(`${out.styles.bad('✖')} at last: ${problem}`);
  }
  tellTotals(found, out);
  out.line(summaryOf(found));
  return isGood;
};

const whole = (text: string): number => wholeNumber(0, 2 ** 31).parse(text);

const makeProgram = (out: Output, fail: () => void): Command =>
  new Command('faults')
    .description('Runs Headgate on a local AWS whose answers get lost and whose workers die.')
    .option('--runs <n>', 'how many that land files', whole, RUNS)
    .option('--doors <n>', 'how many that send records to the stream and the API', whole, 0)
    .option('--from <seed>', 'the first', whole, 1)
    .option('--kill-only', 'only end processes', false)
    .option('--proxy-only', 'only disturb requests', false)
    .addOption(
      new Option('--profile <name>', 'which local AWS').choices(profileNames).default('local'),
    )
    .action(async (options: Options) => {
      if (!(await hunt(options, out))) fail();
    });

if (import.meta.main) process.exitCode = await runTool(makeProgram, process);
