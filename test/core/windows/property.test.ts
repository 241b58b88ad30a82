import { describe, expect, test } from 'vitest';
import {
  advanceShard,
  type BoundRule,
  latestOf,
  resultsOf,
  tumbling,
  type WindowEvent,
  type WindowResult,
} from '../../../core/windows/index.ts';
import { randomOf } from '../../sim/random.ts';
import { historyOf, kinds, ruleOf } from './histories.ts';
import { type Cut, fastPieces, linesOf, oracle, pieceOf } from './oracle.ts';
import { type Outcome, type Parts, play, sound } from './stream.ts';

/** Of each kind of window; test/functions/stream/windows.test.ts brings more of them, further. */
const HISTORIES = 50;
const PLANTED_HISTORIES = 20;
const ALERT_HISTORIES = 50;
/** What a quantile may be off, and a little for the arithmetic itself. */
const QUANTILE_ERROR = 0.01 + 1e-9;

const valid = (results: readonly WindowResult[]) =>
  latestOf(results).filter(({ retracted }) => !retracted);

const isNear = (found: unknown, truth: number | null | undefined): boolean => {
  if (typeof found !== 'number' || typeof truth !== 'number') return found === truth;
  // The least doubles have not enough digits to be within a hundredth of one another.
  return Math.abs(found - truth) <= Math.abs(truth) * QUANTILE_ERROR + Number.MIN_VALUE;
};

/** Everything that is wrong with what a history came to; nothing, as it should be. */
const faultsOf = (outcome: Outcome, shards: ReturnType<typeof historyOf>, cut: Cut): string[] => {
  const events = shards.flatMap((shard) => shard.events);
  const truth = oracle(events, cut);
  const found = linesOf(valid(outcome.results));
  const taken = outcome.shards.reduce((sum, shard) => sum + shard.events, 0);
  return [
    ...[...truth.keys()].filter((line) => !found.has(line)).map((line) => `missing: ${line}`),
    ...[...found.keys()].filter((line) => !truth.has(line)).map((line) => `wrong: ${line}`),
    ...[...found].flatMap(([line, median]) =>
      truth.has(line) && !isNear(median, truth.get(line)) ? [`median ${median}: ${line}`] : [],
    ),
    ...(taken === events.length ? [] : [`${taken} of ${events.length} events were counted`]),
    ...(outcome.again === 0 ? [] : [`the same again made ${outcome.again} versions`]),
    ...(outcome.ranAhead ? ['the watermark was ahead of the clock'] : []),
  ];
};

const faultsIn = (seed: number, rule: BoundRule, cut: Cut, parts: Parts): string[] => {
  const shards = historyOf(randomOf(seed, 'history'), rule);
  const outcome = play(rule, shards, randomOf(seed, 'play'), parts);
  return faultsOf(outcome, shards, cut).map((fault) => `seed ${seed}: ${fault}`);
};

describe.each(kinds)('windows of the kind %s', (_, window, cut) => {
  const rule = ruleOf(window);

  test(`come to what the oracle says, in ${HISTORIES} histories`, () => {
    const faults = Array.from({ length: HISTORIES }, (__, seed) =>
      faultsIn(seed, rule, cut, sound),
    ).flat();
    expect(faults.slice(0, 5)).toEqual([]);
  });
});

const alertCases = [
  ['burst', 7_000_000n, (within: readonly WindowEvent[]) => within.length > 3],
  [
    'spree',
    20_000_000n,
    (within: readonly WindowEvent[]) =>
      within.reduce((sum, { values }) => sum + Number(values.amount), 0) > 5_000,
  ],
] as const;

test.each(alertCases)('the alert %s is raised for the same pieces of time', (name, span, is) => {
  const rule = ruleOf(tumbling({ size: '10s' }));
  let raised = 0;
  for (let seed = 0; seed < ALERT_HISTORIES; seed += 1) {
    const shards = historyOf(randomOf(seed, 'history'), rule);
    const { alerts } = play(rule, shards, randomOf(seed, 'play'));
    const found = [...alerts.values()].filter(({ alert }) => alert === name);
    const pieces = found.map((alert) => pieceOf(alert, span));
    const events = shards.flatMap((shard) => shard.events);
    expect(new Set(pieces), `seed ${seed}`).toEqual(fastPieces(events, span, is));
    expect(pieces.length, 'one alert for each piece').toBe(new Set(pieces).size);
    raised += pieces.length;
  }
  expect(raised).toBeGreaterThan(ALERT_HISTORIES / 2);
});

type Planted = {
  readonly fault: string;
  readonly kind: string;
  readonly parts: Partial<Parts>;
  readonly found: RegExp;
};

const planted: readonly Planted[] = [
  {
    fault: 'late events are dropped',
    kind: 'tumbling',
    parts: {
      advance: (rule, state, loaded, events, now) => {
        const { watermark } = state;
        const kept = events.filter(({ at }) => watermark === null || at >= watermark - 5_000_000n);
        const { shard } = advanceShard(rule, state, loaded, events, now);
        return { ...advanceShard(rule, state, loaded, kept, now), shard };
      },
    },
    found: /missing/,
  },
  {
    fault: 'repeats are counted again',
    kind: 'global',
    parts: {
      advance: (rule, state, loaded, events, now) => {
        const anew = loaded.map((pane) => ({ ...pane, through: -1n }));
        return advanceShard(rule, { ...state, checkpoint: null }, anew, events, now);
      },
    },
    found: /wrong/,
  },
  {
    fault: 'a pane forgets which events it has when its shard crashed',
    kind: 'sliding',
    parts: {
      advance: (rule, state, loaded, events, now) => {
        const anew = loaded.map((pane) => ({ ...pane, through: -1n }));
        return advanceShard(rule, state, anew, events, now);
      },
    },
    found: /wrong/,
  },
  {
    fault: 'an event ahead of the clock moves the watermark',
    kind: 'tumbling',
    parts: {
      advance: (rule, state, loaded, events, now) => {
        const step = advanceShard(rule, state, loaded, events, now);
        const last = [...events].sort((a, b) => (a.at < b.at ? 1 : -1))[0]?.at ?? null;
        const { watermark } = step.shard;
        const moved = watermark === null || (last ?? watermark) > watermark ? last : watermark;
        return { ...step, shard: { ...step.shard, watermark: moved } };
      },
    },
    found: /ahead of the clock/,
  },
  {
    fault: 'swallowed sessions are left as they are',
    kind: 'session',
    parts: {
      results: (...given) => resultsOf(...given).filter(({ retracted }) => !retracted),
    },
    found: /wrong/,
  },
  {
    fault: 'a window that was published is never restated',
    kind: 'tumbling',
    parts: { results: (...given) => resultsOf(...given).filter(({ version }) => version === 1) },
    found: /missing/,
  },
];

test.each(planted)('the oracle notices that $fault', ({ kind, parts, found }) => {
  const [, window, cut] = kinds.find(([name]) => name === kind) ?? kinds[0] ?? [];
  if (window === undefined || cut === undefined) throw new Error(`no kind ${kind}`);
  const rule = ruleOf(window);
  const faults = Array.from({ length: PLANTED_HISTORIES }, (_, seed) =>
    faultsIn(seed, rule, cut, { ...sound, ...parts }),
  ).flat();
  expect(faults.join('\n')).toMatch(found);
});
