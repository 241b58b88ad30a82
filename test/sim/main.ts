import { Command } from 'commander';
import { wholeNumber } from '../../bin/commands/command.ts';
import type { Output } from '../../bin/console/output.ts';
import { runTool } from '../../bin/tool.ts';
import { runExhaustive } from './exhaustive-run.ts';
import { shrink } from './explicit.ts';
import { troublesOf } from './faults.ts';
import { huntMutants } from './hunt.ts';
import { coldCells } from './matrix.ts';
import { runMany } from './pool.ts';
import { simulate } from './simulate.ts';
import type { Tally } from './tally.ts';
import { timeline } from './timeline.ts';
import { runTwice } from './twice.ts';
import { workloadOf } from './workload.ts';

const SEEDS = 10_000;
/** From so many seeds on each reachable cell of the matrix must have been hit often. */
const MATRIX_FROM = 10_000;
const HITS_MIN = 100;

/** The last line of a search, which is quoted. */
export const summaryOf = ({ seeds, effects, faults, lost, duplicated, stuck }: Tally): string =>
  `${seeds} seeds, ${effects} effects, ${faults} faults, ` +
  `${lost} lost, ${duplicated} duplicated, ${stuck} stuck`;

const isSound = ({ lost, duplicated, stuck, wrong }: Tally): boolean =>
  lost + duplicated + stuck + wrong === 0;

const random = async (from: number, seeds: number, out: Output): Promise<boolean> => {
  const tally = await runMany(from, seeds, (so) => out.note(`  ${summaryOf(so)}`));
  for (const { seed, problems } of tally.failures)
    out.line(`${out.styles.bad('✖')} npm run sim:seed -- ${seed}    ${problems[0]}`);
  const cold = seeds < MATRIX_FROM ? [] : coldCells(tally.hits, HITS_MIN);
  if (cold.length > 0) out.line(`hit less than ${HITS_MIN} times: ${cold.join(', ')}`);
  if (tally.wrong > 0) out.line(`${tally.wrong} states that nothing allows`);
  out.line(`${tally.gaveUp} sound files were kept in quarantine after all attempts had failed`);
  out.line(summaryOf(tally));
  return isSound(tally) && cold.length === 0;
};

/** What happened in one history, effect by effect; of a failing one also its smallest form. */
const one = async (seed: number, isWhole: boolean, out: Output): Promise<boolean> => {
  const lines = timeline(out.styles);
  const history = await simulate({ seed, onMoment: lines.onMoment });
  if (isWhole || history.problems.length === 0) for (const line of lines.lines) out.line(line);
  for (const problem of history.problems) out.line(out.styles.bad(problem));
  if (history.problems.length > 0) {
    const small = await shrink({ seed });
    const smallest = timeline(out.styles);
    await simulate({ ...small, onMoment: smallest.onMoment });
    const { deeds, strikes } = small;
    out.line('The smallest history with the same problem:');
    for (const line of smallest.lines) out.line(line);
    out.line(JSON.stringify({ seed, deeds, troubles: 'of the seed', strikes }));
  } else out.note(JSON.stringify({ deeds: workloadOf(seed), skewMs: troublesOf(seed).skewMs }));
  out.line(`seed ${seed}: ${history.effects} effects, ${history.faulted} faults`);
  return history.problems.length === 0;
};

const whole = (text: string): number => wholeNumber(0, 2 ** 31).parse(text);

const makeProgram = (out: Output, fail: () => void): Command => {
  const end = (isGood: boolean): void => {
    if (!isGood) fail();
  };
  const command = new Command('sim').description('Runs Headgate over a simulated AWS with faults.');
  command
    .command('random', { isDefault: true })
    .description('histories of many seeds, on all cores')
    .option('--seeds <n>', 'how many', whole, SEEDS)
    .option('--from <seed>', 'the first', whole, 1)
    .action(async ({ seeds, from }) => end(await random(from, seeds, out)));
  command
    .command('exhaustive')
    .description('every schedule of a small scope: one file, its faults one by one and in pairs')
    .action(async () => end(await runExhaustive(out)));
  command
    .command('mutants')
    .description('puts known faults into Headgate, each of which must be found')
    .option('--seeds <n>', 'at most so many for each', whole, 2_000)
    .argument('[name...]', 'only these')
    .action(async (names: string[], { seeds }) => end(await huntMutants(names, seeds, out)));
  command
    .command('determinism')
    .description('runs each history twice: a seed must say all that happens in it')
    .option('--seeds <n>', 'how many', whole, 100)
    .action(async ({ seeds }) => end(await runTwice(seeds, out)));
  command
    .command('seed')
    .description('one history with its timeline; of a failing one the smallest form')
    .argument('<seed>', 'its number', whole)
    .option('--whole', 'the timeline of a failing one, too', false)
    .action(async (seed: number, options) => end(await one(seed, options.whole, out)));
  return command;
};

if (import.meta.main) process.exitCode = await runTool(makeProgram, process);
