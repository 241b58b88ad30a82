import { describe, expect, test } from 'vitest';
import type { BoundRule, WindowResult, WindowStore } from '../../../core/windows/index.ts';
import { resultLine } from '../../../core/windows/rows.ts';
import { historyOf, kinds, ruleOf } from '../../core/windows/histories.ts';
import { type Cut, linesOf, oracle } from '../../core/windows/oracle.ts';
import { randomOf } from '../../sim/random.ts';
import { type Broken, bring, type World } from './windows-world.ts';

/** Of each of the four kinds of window. */
const HISTORIES = 250;
const PLANTED_HISTORIES = 60;

const valid = (results: readonly WindowResult[]): readonly WindowResult[] =>
  results.filter(({ retracted, isGap }) => !retracted && !isGap);

/** Lines of the objects that landed for a dataset. */
const landedOf = ({ objects }: World, dataset: string): readonly string[] =>
  [...objects]
    .filter(([uri]) => uri.startsWith(`s3://landing/${dataset}/_windows/`))
    .flatMap(([, bytes]) => bytes.toString('utf8').split('\n').slice(0, -1));

type Line = { readonly window_id: string; readonly version: string };

/** What landed must be all versions of each window, each once, and the last what the store says. */
const landingFaults = (world: World, rule: BoundRule): readonly string[] => {
  const [windowed] = world.windowed;
  if (windowed === undefined) return ['no windows'];
  const lines = landedOf(world, windowed.results.name);
  const byWindow = Map.groupBy(lines, (line) => (JSON.parse(line) as Line).window_id);
  const faults = [...byWindow].flatMap(([id, own]) => {
    const versions = own.map((line) => Number((JSON.parse(line) as Line).version));
    const isWhole = versions.toSorted((a, b) => a - b).every((version, at) => version === at + 1);
    return isWhole ? [] : [`landed: ${id} has the versions ${versions.join(', ')}`];
  });
  const all = new Set(lines);
  const last = world.memory.results().map((result) => resultLine(windowed.results, rule, result));
  return [
    ...faults,
    ...last.filter((line) => !all.has(line)).map((line) => `not landed: ${line}`),
    ...(byWindow.size === last.length ? [] : ['landed: other windows than were decided']),
  ];
};

const lateFaults = (world: World): readonly string[] => {
  const lines = landedOf(world, 'happenings_late').map((line) => JSON.parse(line).event_id);
  return new Set(lines).size === lines.length ? [] : ['an event is late twice'];
};

const faultsIn = async (
  seed: number,
  rule: BoundRule,
  cut: Cut,
  broken?: Broken,
): Promise<readonly string[]> => {
  const history = historyOf(randomOf(seed, 'history'), rule);
  const world = await bring(rule, history, randomOf(seed, 'bring'), broken);
  const events = history.flatMap((shard) => shard.events);
  const truth = oracle(events, cut);
  const found = linesOf(valid(world.memory.results()));
  const taken = world.memory.shards().reduce((sum, shard) => sum + shard.events, 0);
  return [
    ...[...truth.keys()].filter((line) => !found.has(line)).map((line) => `missing: ${line}`),
    ...[...found.keys()].filter((line) => !truth.has(line)).map((line) => `wrong: ${line}`),
    ...(taken === events.length ? [] : [`${taken} of ${events.length} events were counted`]),
    ...(world.memory.marks().length === 0 ? [] : ['windows are left open']),
    ...landingFaults(world, rule),
    ...lateFaults(world),
  ].map((fault) => `seed ${seed}: ${fault}`);
};

const faultsOf = async (
  histories: number,
  rule: BoundRule,
  cut: Cut,
  broken?: Broken,
): Promise<readonly string[]> => {
  const faults: string[] = [];
  for (let seed = 0; seed < histories; seed += 1)
    faults.push(...(await faultsIn(seed, rule, cut, broken)));
  return faults;
};

describe.each(kinds)('windows of the kind %s', (_, window, cut) => {
  test(`come to what the oracle says, however ${HISTORIES} histories are brought`, async () => {
    const rule = ruleOf(window);
    expect((await faultsOf(HISTORIES, rule, cut)).slice(0, 5)).toEqual([]);
  });
});

const planted: readonly (readonly [string, string, Broken, RegExp])[] = [
  [
    'a mark is removed though it was written again',
    'tumbling',
    (windows, { markNow }) => ({
      ...windows,
      removeMarks: (marks) => windows.removeMarks(marks.flatMap((mark) => markNow(mark) ?? [])),
    }),
    /missing/,
  ],
  [
    'the state of a shard is written before its panes',
    'tumbling',
    (windows) => {
      const left: (() => Promise<void>)[] = [];
      const moveShard: WindowStore['moveShard'] = async (from, to) => {
        const written = await windows.moveShard(from, to);
        for (const write of left.splice(0)) await write();
        return written;
      };
      const putPanes: WindowStore['putPanes'] = async (panes) =>
        void left.push(() => windows.putPanes(panes));
      return { ...windows, putPanes, moveShard };
    },
    /missing/,
  ],
  [
    'results are decided whoever else has decided',
    'tumbling',
    (windows) => ({
      ...windows,
      moveCloser: async (dataset, _, closer) => {
        const { turn } = await windows.closer(dataset);
        return await windows.moveCloser(dataset, turn, closer);
      },
    }),
    /landed/,
  ],
];

test.each(planted)('the oracle notices that %s', async (_, kind, broken, noticed) => {
  const [, window, cut] = kinds.find(([name]) => name === kind) ?? [];
  if (window === undefined || cut === undefined) throw new Error(`no kind ${kind}`);
  const rule = ruleOf(window);
  let faults: readonly string[] = [];
  for (let seed = 0; seed < PLANTED_HISTORIES && !noticed.test(faults.join('\n')); seed += 1)
    faults = [...faults, ...(await faultsIn(seed, rule, cut, broken))];
  expect(faults.join('\n')).toMatch(noticed);
});
