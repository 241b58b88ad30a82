import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { showTool } from '../checks/tool-run.ts';
import type { Output } from '../console/output.ts';
import { formatTable } from '../console/table.ts';
import { root } from '../local/places.ts';
import { percentOf, type Score, scoreOf } from './score.ts';

/** Folders of `core` whose mutants are run, each against tests of its own. */
export const mutantRooms = ['rules', 'fields', 'transforms', 'expressions'] as const;
export type MutantRoom = (typeof mutantRooms)[number];

/** The least share of mutants that a test must notice. To be raised, never lowered. */
const leastPercent: Readonly<Record<MutantRoom, number>> = {
  rules: 90,
  fields: 90,
  transforms: 90,
  // Its types of values are the weakest part: many of their refusals are asked by no test yet.
  expressions: 80,
};

const reportsDir = join(root, '.headgate', 'mutants');

/**
 * Mutants that are there once a module is loaded, such as the name of a kind, run every test of
 * their room. They are asked of this one, and of the others when one says `--static`.
 */
const SMALL: MutantRoom = 'rules';

const argsOf = (room: MutantRoom, args: readonly string[]): readonly string[] => {
  const withStatic = room === SMALL || args.includes('--static');
  return [...(withStatic ? [] : ['--ignoreStatic']), ...args.filter((each) => each !== '--static')];
};

/** Runs the mutants of one room; those whose code and tests are as they were keep their answer. */
const runRoom = async (
  room: MutantRoom,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Score> => {
  const report = join(reportsDir, `${room}.json`);
  const status = await showTool(
    'stryker',
    [
      'run',
      ...['--incremental', '--incrementalFile', report],
      ...[
        '--mutate',
        `core/${room}/**/*.ts,!core/fields/country-codes.ts,!core/fields/currency-codes.ts`,
      ],
      ...argsOf(room, args),
    ],
    { ...env, HEADGATE_MUTANTS: room },
  );
  if (status !== 0) throw new Error(`stryker ended with ${status}; what it says is above`);
  return scoreOf(await readFile(report, 'utf8'));
};

const rowOf = (room: string, score: Score): string[] => [
  `core/${room}`,
  `${percentOf(score).toFixed(1)} %`,
  ...[score.killed, score.timeouts, score.survived, score.uncovered].map(String),
  ...[score.broken, score.ignored].map(String),
];

const number = (title: string) => ({ title, align: 'right' }) as const;

/** Runs rooms one after the other and prints their scores; true when each has enough. */
export const runMutants = async (
  rooms: readonly MutantRoom[],
  args: readonly string[],
  out: Output,
  env: NodeJS.ProcessEnv,
): Promise<boolean> => {
  await mkdir(reportsDir, { recursive: true });
  const scores: [MutantRoom, Score][] = [];
  for (const room of rooms) scores.push([room, await runRoom(room, args, env)]);
  const columns = ['score', 'killed', 'timed out', 'survived', 'uncovered', 'broken', 'left out'];
  const rows = scores.map(([room, score]) => rowOf(room, score));
  for (const line of formatTable([{ title: 'mutants of' }, ...columns.map(number)], rows)) {
    out.line(line);
  }
  const weak = scores.filter(([room, score]) => percentOf(score) < leastPercent[room]);
  for (const [room] of weak) {
    out.line(
      `core/${room}: fewer than ${leastPercent[room]} % noticed; the survivors are listed above`,
    );
  }
  return weak.length === 0;
};
