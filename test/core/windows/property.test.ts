import { describe, expect, test } from 'vitest';
import {
  advanceShard,
  type BoundRule,
  latestOf,
  microsOf,
  resultsOf,
  type WindowResult,
} from '../../../core/windows/index.ts';
import { randomOf } from '../../sim/random.ts';
import { historyOf, kinds, ruleOf } from './histories.ts';
import { type Cut, linesOf, oracle } from './oracle.ts';
import { type Outcome, type Parts, play, sound } from './stream.ts';

const HISTORIES = 100;
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
