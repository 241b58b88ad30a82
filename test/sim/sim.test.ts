import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { exhaust } from './exhaustive-run.ts';
import { strikes } from './explicit.ts';
import { noTroubles, troublesOf } from './faults.ts';
import { hunt } from './hunt.ts';
import { faultKinds, type Moment } from './kernel.ts';
import { coldCells } from './matrix.ts';
import { mutants } from './mutants/index.ts';
import { runMany } from './pool.ts';
import { simulate } from './simulate.ts';

const isRelease = process.env.HEADGATE_RELEASE === '1';
const minutes = (count: number) => ({ timeout: count * 60_000 });

describe('histories with faults at random', () => {
  const seeds = isRelease ? 100_000 : 10_000;
  test(`of ${seeds} seeds lose, double and block nothing`, minutes(60), async () => {
    const tally = await runMany(1, seeds, () => undefined);
    expect(tally.failures).toEqual([]);
    expect(tally).toMatchObject({ seeds, lost: 0, duplicated: 0, stuck: 0, wrong: 0 });
    expect(coldCells(tally.hits, 100)).toEqual([]);
  });

  test('are a function of their seed', minutes(5), async () => {
    const traced = async (seed: number): Promise<readonly Moment[]> => {
      const moments: Moment[] = [];
      await simulate({ seed, onMoment: (moment) => moments.push(moment) });
      return moments;
    };
    for (let seed = 1; seed <= 100; seed += 1) {
      const moments = await traced(seed);
      expect(moments.length).toBeGreaterThan(0);
      expect(await traced(seed)).toEqual(moments);
    }
  });
});

describe('every schedule of a small scope', () => {
  const quick = ['one fault', 'two deliveries', 'three versions'];
  test('keeps every promise', minutes(30), async () => {
    const { counts, violations } = await exhaust(isRelease ? undefined : quick);
    expect(violations).toEqual([]);
    for (const group of quick) expect(counts.get(group)).toBeGreaterThan(40);
  });
});

describe('a fault that is put into Headgate', () => {
  const seeds = isRelease ? 20_000 : 600;
  const wanted = isRelease ? mutants : mutants.filter(({ isRare }) => isRare !== true);
  test(`is found within ${seeds} seeds, each of ${wanted.length}`, minutes(60), async () => {
    const hunted = await hunt(wanted, seeds);
    const survivors = hunted.filter(({ problem }) => problem === undefined);
    expect(survivors.map(({ mutant }) => mutant.name)).toEqual([]);
    expect(hunted).toHaveLength(wanted.length);
  });
});

const Regression = z.object({
  /** What went wrong in it once. */
  was: z.string(),
  seed: z.number(),
  deeds: z.array(
    z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('put'), atMs: z.number(), key: z.string(), text: z.string() }),
      z.object({ kind: z.literal('delete'), atMs: z.number(), put: z.number() }),
    ]),
  ),
  /** Of the events and clocks: those of the seed, or none. */
  troubles: z.enum(['of the seed', 'none']),
  strikes: z.array(z.object({ index: z.number(), kind: z.enum(faultKinds) })),
});

describe('a history that went wrong once', () => {
  const folder = new URL('regressions/', import.meta.url);
  const all = readdirSync(folder).map((name) =>
    Regression.parse(JSON.parse(readFileSync(new URL(name, folder), 'utf8'))),
  );
  test.each(all)('goes right: $was', async ({ seed, deeds, troubles, strikes: struck }) => {
    const known = troubles === 'none' ? noTroubles : troublesOf(seed);
    const history = await simulate({ seed, deeds, troubles: known, faults: strikes(struck) });
    expect(history.problems).toEqual([]);
  });
});
