import { describe, expect, test } from 'vitest';
import { exhaust } from './exhaustive-run.ts';
import { hunt } from './hunt.ts';
import { coldCells } from './matrix.ts';
import { misfits } from './misfits.ts';
import { mutants } from './mutants/index.ts';
import { runMany } from './pool.ts';
import { regressions } from './regressions.ts';
import { simulate } from './simulate.ts';
import { twice } from './twice.ts';

const isRelease = process.env.HEADGATE_RELEASE === '1';
const minutes = (count: number) => ({ timeout: count * 60_000 });

describe('histories with faults at random', () => {
  const seeds = isRelease ? 100_000 : 2_000;
  test(`of ${seeds} seeds lose, double and block nothing`, minutes(60), async () => {
    const tally = await runMany(1, seeds, () => undefined);
    expect(tally.failures).toEqual([]);
    expect(tally).toMatchObject({ seeds, lost: 0, duplicated: 0, stuck: 0, wrong: 0 });
    expect(coldCells(tally.hits, isRelease ? 1_000 : 20)).toEqual([]);
  });

  test('are a function of their seed', minutes(5), async () => {
    const { effects, differing } = await twice(100);
    expect(effects).toBeGreaterThan(10_000);
    expect(differing).toEqual([]);
  });
});

describe('every schedule of a small scope', () => {
  const quick = ['one fault', 'one fault at a door', 'two deliveries', 'three versions'];
  test('keeps every promise', minutes(30), async () => {
    const { counts, violations } = await exhaust(isRelease ? undefined : quick);
    expect(violations).toEqual([]);
    for (const group of quick) expect(counts.get(group)).toBeGreaterThan(40);
  });
});

describe('a fault that is put into Headgate', () => {
  test('fits the code as it is', () => {
    expect(misfits(mutants)).toEqual([]);
    expect(mutants.length).toBeGreaterThan(25);
  });

  const seedsMax = isRelease ? 3_000 : 120;
  const wanted = isRelease ? mutants : mutants.filter(({ isRare }) => isRare !== true);
  test(`is found within ${seedsMax} seeds, each of ${wanted.length}`, minutes(60), async () => {
    const hunted = await hunt(wanted, { seedsMax, regressionsFirst: !isRelease });
    const survivors = hunted.filter(({ problem }) => problem === undefined);
    expect(survivors.map(({ mutant }) => mutant.name)).toEqual([]);
    expect(hunted).toHaveLength(wanted.length);
  });
});

describe('a history that went wrong once', () => {
  test.each(regressions)('goes right: $was', async ({ simulation }) => {
    const history = await simulate(simulation);
    expect(history.problems).toEqual([]);
    expect(history.verdict).toMatchObject({ lost: [], duplicated: [], stuck: [], wrong: [] });
  });
});
