import { decimal, double, text, timestamp } from '../../../core/fields/index.ts';
import {
  type BoundRule,
  bindRule,
  count,
  distinct,
  eventOf,
  global,
  max,
  mean,
  microsOf,
  min,
  quantile,
  session,
  sliding,
  sum,
  tooMany,
  tooMuch,
  tumbling,
  type Window,
  type WindowEvent,
  windowRule,
} from '../../../core/windows/index.ts';
import type { Random } from '../../sim/random.ts';
import type { Cut } from './oracle.ts';
import type { Shard } from './stream.ts';

export const fields = {
  at: timestamp(),
  who: text({ optional: true }),
  amount: decimal({ precision: 12, scale: 2, optional: true }),
  weight: double({ optional: true }),
  code: text({ optional: true }),
};

/** A rule with every measure. */
export const ruleOf = (window: Window): BoundRule =>
  bindRule(
    fields,
    windowRule('activity', {
      time: 'at',
      by: ['who'],
      window,
      measures: {
        ...{ events: count(), total: sum('amount'), least: min('amount'), most: max('amount') },
        ...{ mean: mean('amount'), weight: sum('weight'), middling: mean('weight') },
        ...{ codes: distinct('code'), median: quantile('weight', 0.5) },
      },
      allowedLateness: '5s',
      idleTimeout: '4s',
      futureLimit: '1m',
      alerts: [
        tooMany('burst', { span: '7s', events: 3 }),
        tooMuch('spree', { span: '20s', of: 'amount', above: '50.00' }),
      ],
    }),
  );

const second = 1_000_000n;
/** Every kind of window, and what the oracle is told of it. */
export const kinds: readonly (readonly [Window['kind'], Window, Cut])[] = [
  ['tumbling', tumbling({ size: '10s' }), { kind: 'tumbling', size: 10n * second }],
  [
    'sliding',
    sliding({ size: '15s', every: '5s' }),
    { kind: 'sliding', size: 15n * second, every: 5n * second },
  ],
  ['session', session({ gap: '4s' }), { kind: 'session', gap: 4n * second }],
  ['global', global(), { kind: 'global' }],
];

const edges = [-15n, -5n, 0n, 4n, 5n, 10n, 14n, 15n, 20n].map((at) => at * second);
/** Added up in another order, as doubles, these come to something else. */
const weights = [0.1, 0.2, 0.3, 1e16, -1e16, 1e-9, 3.5, 1 / 3, -0.7, 5e-324, 0] as const;

/** Around 1970 and around the clock, on edges and beside them, far behind and far ahead. */
const timeOf = (random: Random, index: number): bigint => {
  const kind = random.next();
  if (kind < 0.3) return random.pick([0n, ...edges]) + BigInt(random.whole(-1, 2));
  if (kind < 0.4) return -BigInt(random.whole(0, 1_000)) * second;
  if (kind < 0.45) return microsOf(1_000_000) + BigInt(random.whole(70, 1_000)) * second;
  return BigInt(index + random.whole(-6, 7)) * second;
};

const rowOf = (random: Random, index: number): WindowEvent['values'] => ({
  at: timeOf(random, index),
  who: random.pick([null, 'a', 'b', 'a,b']),
  amount: random.chance(0.2) ? null : BigInt(random.whole(0, 3_000)),
  weight: random.chance(0.2) ? null : random.pick(weights),
  code: random.pick([null, 'x', 'y', 'null']),
});

const split = (shards: readonly string[], random: Random): readonly Shard[] => {
  const [first = '', second_] = shards;
  if (second_ !== undefined && random.chance(0.5)) {
    const merged = { name: `${first}+${second_}`, parents: [first, second_], events: [] };
    return [merged, ...shards.slice(2).map((name) => ({ name, parents: [], events: [] }))];
  }
  return [
    { name: `${first}.0`, parents: [first], events: [] },
    { name: `${first}.1`, parents: [first], events: [] },
    ...shards.slice(1).map((name) => ({ name, parents: [], events: [] })),
  ];
};

/** Events of one to four shards, the first of which is split or merged half way. */
export const historyOf = (random: Random, rule: BoundRule): readonly Shard[] => {
  const names = ['s1', 's2', 's3', 's4'].slice(0, random.whole(1, 5));
  const total = random.whole(2, 28);
  const rows = Array.from({ length: total }, (_, index) => rowOf(random, index));
  const events = new Map<string, WindowEvent[]>();
  // Longer than a double is exact, as Kinesis has them.
  let sequence = 10n ** 50n;
  const put = (shard: string, row: WindowEvent['values']): void => {
    sequence += BigInt(random.whole(1, 1_000));
    const event = eventOf(rule, shard, { record: { sequence: `${sequence}` }, values: row });
    events.set(shard, [...(events.get(shard) ?? []), event]);
  };
  const half = Math.floor(total / 2);
  const [first = '', ...others] = names;
  for (const row of rows.slice(0, half)) put(random.pick([first, ...others]), row);
  const after = split(names, random);
  const [next, ...more] = after.map(({ name }) => name);
  for (const row of rows.slice(half)) put(random.pick([next ?? first, ...more]), row);
  const before = names.map((name) => ({ name, parents: [], events: [] }));
  const shards = new Map([...before, ...after].map((shard) => [shard.name, shard]));
  return [...shards.values()].map((shard) => ({ ...shard, events: events.get(shard.name) ?? [] }));
};
