import { type Strike, strikes } from './explicit.ts';
import { noTroubles } from './faults.ts';
import { type Faults, faultKinds, type Moment, type Worker } from './kernel.ts';
import { isReachable } from './matrix.ts';
import { type History, type Simulation, simulate } from './simulate.ts';
import type { Deed } from './workload.ts';

/** A history that is one of all those of its kind. */
export type Schedule = { readonly group: string; readonly name: string } & Simulation;

/** A file of a good row, a bad one and a second of the same key: every end that a row may have. */
const one: readonly Deed[] = [
  { kind: 'put', atMs: 0, key: 'sales/one.csv', text: 'a1,5\nb1,x\na1,6\n' },
];

const base = {
  reconciles: false,
  seed: 1,
  deeds: one,
  troubles: noTroubles,
  latency: () => 1,
} as const;

type Observed = { readonly history: History; readonly moments: readonly Moment[] };

const observed = async (simulation: Simulation): Promise<Observed> => {
  const moments: Moment[] = [];
  const history = await simulate({ ...simulation, onMoment: (moment) => moments.push(moment) });
  return { history, moments };
};

/** Longer than any history. */
const forever = 10 * 86_400_000;

const at = ({ index, kind }: Strike): string => `${kind} at ${index}`;

/** Each fault at each effect of the way of one file, told once, twice and three times. */
async function* singles(): AsyncGenerator<Schedule> {
  for (const deliveries of [1, 2, 3]) {
    const troubles = { ...noTroubles, eventTwice: deliveries > 1 ? 1 : 0 };
    const simulation = { ...base, troubles, extraNotices: deliveries - 1 };
    const { moments } = await observed(simulation);
    for (const [index, { isWrite }] of moments.entries())
      for (const kind of faultKinds)
        if (isReachable(kind, isWrite))
          yield {
            ...simulation,
            ...{ group: 'one fault', name: `${at({ index, kind })}, told ${deliveries} times` },
            faults: strikes([{ index, kind }]),
          };
  }
}

/** A call by twins, and records of a stream whose shard is split. */
const atDoors: readonly Deed[] = [
  {
    ...{ kind: 'call', atMs: 0, dataset: 'sales', key: 'k', senders: 2 },
    records: [
      { id: 'p1', isGood: true },
      { id: 'p2', isGood: false },
    ],
  },
  { kind: 'records', atMs: 0, records: ['s1', 's2', 's3'].map((id) => ({ id, isGood: true })) },
  { kind: 'reshard', atMs: 10 },
  { kind: 'records', atMs: 20, records: [null, { id: 's4', isGood: true }] },
];

/** Each fault at each effect of the functions of the doors; behind them all is a file. */
async function* singlesAtDoors(): AsyncGenerator<Schedule> {
  const simulation = { ...base, deeds: atDoors };
  const { moments } = await observed(simulation);
  for (const [index, { isWrite, worker }] of moments.entries())
    for (const kind of faultKinds)
      if (/^(push|stream)#/.test(worker) && isReachable(kind, isWrite))
        yield {
          ...simulation,
          ...{ group: 'one fault at a door', name: at({ index, kind }) },
          faults: strikes([{ index, kind }]),
        };
}

/** The deaths that a worker may die in a history, from one effect on. */
const deaths = (moments: readonly Moment[], from: number): readonly Strike[] =>
  moments.flatMap(({ isWrite }, index) =>
    index < from
      ? []
      : (['crash-before', 'crash-after'] as const)
          .filter((kind) => isReachable(kind, isWrite))
          .map((kind) => ({ index, kind })),
  );

/** Two workers die, at each pair of effects: the second wherever the first one's death leads. */
async function* pairs(): AsyncGenerator<Schedule> {
  const { moments } = await observed(base);
  for (const first of deaths(moments, 0)) {
    const after = await observed({ ...base, faults: strikes([first]) });
    for (const second of deaths(after.moments, first.index + 1))
      yield {
        ...base,
        ...{ group: 'two crashes', name: `${at(first)}, ${at(second)}` },
        faults: strikes([first, second]),
      };
  }
}

/** Every order in which two can take so many steps each. */
function* interleavings(a: number, b: number): Generator<readonly number[]> {
  if (a === 0 && b === 0) yield [];
  if (a > 0) for (const rest of interleavings(a - 1, b)) yield [0, ...rest];
  if (b > 0) for (const rest of interleavings(a, b - 1)) yield [1, ...rest];
}

/** Effects of a delivery until its execution runs. */
const DELIVERY_EFFECTS = 5;
const SLOT_MS = 1_000;

/** Two deliveries of one notice at the same time, in every order of their effects. */
function* deliveries(): Generator<Schedule> {
  for (const order of interleavings(DELIVERY_EFFECTS, DELIVERY_EFFECTS))
    yield {
      ...base,
      ...{ group: 'two deliveries', name: order.join(''), extraNotices: 1 },
      latency: slotted(order),
    };
}

/** Gives the n-th effect of the two first workers the place that the order has for it. */
const slotted = (order: readonly number[]) => {
  const taken = new Map<number, number>();
  return ({ id }: Worker, elapsed: number): number => {
    const nth = taken.get(id) ?? 0;
    taken.set(id, nth + 1);
    const places = order.flatMap((who, place) => (who === id - 1 ? [place] : []));
    const place = places[nth];
    return place === undefined ? 1 : Math.max(1, (place + 1) * SLOT_MS - elapsed);
  };
};

/** A worker falls asleep at each effect, and wakes as a zombie at each moment of what follows. */
async function* zombies(): AsyncGenerator<Schedule> {
  const { moments } = await observed(base);
  for (const index of moments.keys()) {
    const faults = strikes([{ index, kind: 'freeze' }]);
    const asleep = await observed({ ...base, faults, freezeMs: () => forever });
    const start = asleep.moments[index]?.at ?? 0;
    const wakes = new Set(asleep.moments.slice(index + 1).map((moment) => moment.at - start));
    for (const ms of wakes)
      yield {
        ...base,
        ...{ group: 'zombies', name: `asleep at ${index} for ${ms} ms` },
        ...{ faults, freezeMs: () => ms + 0.5 },
      };
  }
}

/**
 * All three workers that judge the file die, and so do their part and its run; whoever was to
 * quarantine the file falls asleep over it, and wakes at each moment of the next attempt.
 */
async function* lateQuarantines(): AsyncGenerator<Schedule> {
  const begin = (): Faults => {
    let deaths = 0;
    let naps = 0;
    return ({ worker, site }) => {
      if (/validate$/i.test(worker.name) && site === 'dynamo.GetItem' && deaths < 6) {
        deaths += 1;
        return deaths % 2 === 0 ? 'crash-before' : undefined;
      }
      if (worker.name !== 'quarantine' || site !== 'dynamo.UpdateItem' || naps === 2)
        return undefined;
      naps += 1;
      return 'freeze';
    };
  };
  const asleep = await observed({ ...base, faults: begin(), freezeMs: () => forever });
  const start = asleep.moments.find(({ fault }) => fault === 'freeze')?.at ?? 0;
  const wakes = new Set(asleep.moments.map(({ at: when }) => when - start));
  for (const ms of wakes)
    if (ms > 0)
      yield {
        ...base,
        ...{ group: 'late quarantines', name: `asleep for ${ms} ms` },
        ...{ faults: begin(), freezeMs: () => ms + 0.5 },
      };
}

const orders = [
  ...[
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
  ],
  ...[
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ],
] as const;

/** Three versions of one key, told in every order, each once or twice, at once or one by one. */
async function* versions(): AsyncGenerator<Schedule> {
  for (const dataset of ['sales', 'prices'])
    for (const order of orders)
      for (const twice of [0, 1])
        for (const apart of [0, 60_000])
          yield {
            ...base,
            ...{ group: 'three versions', name: `${dataset} ${order.join('')} ${twice} ${apart}` },
            deeds: order.map((_, index) => ({
              ...{ kind: 'put', atMs: index * 1_000, key: `${dataset}/k.csv` },
              text: `v${index}r1,${index}\nv${index}r2,${index}\n`,
            })),
            troubles: { ...noTroubles, eventTwice: twice },
            eventAtMs: (put: number) => 10_000 + (order[put] ?? 0) * apart + (order[put] ?? 0) * 10,
          };
}

/** What the small scope is made of. */
export const scope: Readonly<Record<string, () => AsyncGenerator<Schedule> | Generator<Schedule>>> =
  {
    'one fault': singles,
    'one fault at a door': singlesAtDoors,
    'two crashes': pairs,
    zombies,
    'late quarantines': lateQuarantines,
    'two deliveries': deliveries,
    'three versions': versions,
  };

/** Every schedule of the small scope, or of some groups of it. */
export async function* schedules(
  groups: readonly string[] = Object.keys(scope),
): AsyncGenerator<Schedule> {
  for (const group of groups) yield* scope[group]?.() ?? [];
}
