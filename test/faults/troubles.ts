import { randomOf } from '../sim/random.ts';
import { crashKinds, faultKinds, type Plan, type Rates } from './fault.ts';

/** Which faults a search is about. */
export const modes = ['all', 'kill-only', 'proxy-only'] as const;
export type Mode = (typeof modes)[number];

/** What happens to one run, all of it drawn from its seed. */
export type Troubles = {
  readonly plan: Plan;
  /** When a process that works is ended, after the first file has landed. */
  readonly killsAtMs: readonly number[];
};

/** About as long as a run of several files takes. */
const killsWithinMs = 3_500;

/**
 * Each seed has a few kinds of its own: with all of them at once, each would only be seen by code
 * that has just dealt with another.
 */
export const troublesOf = (seed: number, mode: Mode): Troubles => {
  const random = randomOf(seed, 'troubles');
  const luck = random.next();
  const withProxy = mode === 'proxy-only' || (mode === 'all' && luck < 0.7);
  const withKills = mode === 'kill-only' || (mode === 'all' && luck >= 0.4);
  const rates: Record<string, number> = {};
  if (withProxy)
    for (let more = random.whole(1, 4); more >= 0; more -= 1)
      rates[random.pick(faultKinds)] = 0.02 + random.next() * 0.08;
  if (withKills) rates[random.pick(crashKinds)] = 0.005 + random.next() * 0.015;
  const kills = withKills ? random.whole(1, 4) : 0;
  const killsAtMs = Array.from({ length: kills }, () => random.whole(0, killsWithinMs));
  return {
    plan: { seed, rates: rates satisfies Rates },
    killsAtMs: killsAtMs.sort((a, b) => a - b),
  };
};
