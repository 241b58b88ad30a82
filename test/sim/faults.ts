import type { QueueFaults } from './aws/queue.ts';
import { doorDeedsOf } from './doors.ts';
import { type FaultKind, type Faults, faultKinds } from './kernel.ts';
import { isReachable, sitesOfFiles } from './matrix.ts';
import { type Random, randomOf } from './random.ts';

/** Functions whose workers may be the ones in trouble. */
const workers = [
  ...['intake', 'plan', 'validate', 'transform', 'gate', 'load', 'publish', 'quarantine'],
  ...['reconcile', 'dead-letters', 'operator'],
];

/** Where few histories come by: more of them are about these. */
const rare = [
  ...['sqs.SendMessage', 'sqs.SendMessage', 'sqs.SendMessage', 'states.DescribeExecution'],
  ...['states.DescribeExecution', 'states.DescribeExecution', 'states.DescribeExecution'],
  ...['s3.ListObjectVersions', 'dynamo.BatchGetItem'],
  ...['catalog.create', 'catalog.commit', 'dynamo.DeleteItem'],
  ...['states.DescribeExecution', 'events.PutEvents', 'events.PutEvents'],
];

/** What may go wrong in one history, and how often: each seed has other troubles. */
export type Troubles = {
  /** Share of effects that suffer it, by kind; absent kinds never happen. */
  readonly rates: ReadonlyMap<FaultKind, number>;
  /** One function, or one place, has much more of one fault than all others. */
  readonly focus: { readonly on: string; readonly kind: FaultKind; readonly rate: number } | null;
  readonly deliversTwice: number;
  readonly losesDelete: number;
  readonly eventTwice: number;
  readonly eventLost: number;
  readonly eventLateMs: number;
  /** How often reconcile comes by while things go wrong. */
  readonly reconciles: number;
  readonly skewMs: number;
  /** How long the stream keeps records. @default a week */
  readonly keptMs?: number;
};

/** Faults that a worker dies or sleeps of are dear in time, so they are rarer than the others. */
const most: Readonly<Record<FaultKind, number>> = {
  'crash-before': 0.02,
  'crash-after': 0.02,
  throttle: 0.08,
  'lost-reply': 0.06,
  duplicate: 0.1,
  delay: 0.08,
  freeze: 0.02,
};

/** What the doors alone do: histories of them are about these now and then. */
const atDoors = [
  ...['push', 'stream', 'stream', 's3.PutObject', 'dynamo.PutItem'],
  ...['kinesis.GetShardIterator', 'kinesis.GetRecords'],
] as [string, ...string[]];

/** The troubles of a history; some that come through a door are about it. */
export const troublesOf = (seed: number): Troubles => {
  const troubles = fileTroublesOf(seed);
  const random = randomOf(seed, 'door troubles');
  if (doorDeedsOf(seed).length === 0) return troubles;
  const keptMs = random.chance(0.1) ? { keptMs: 2_700_000 } : {};
  if (random.chance(0.6)) return { ...troubles, ...keptMs };
  const focus = { on: random.pick(atDoors), kind: random.pick(faultKinds) };
  return { ...troubles, ...keptMs, focus: { ...focus, rate: random.next() } };
};

/** Each kind is in about half of the histories, at a rate of its own: swarm testing. */
export const fileTroublesOf = (seed: number): Troubles => {
  const random = randomOf(seed, 'troubles');
  const rates = new Map<FaultKind, number>();
  for (const kind of faultKinds)
    if (random.chance(0.5)) rates.set(kind, random.next() * random.next() * most[kind]);
  const on = random.pick([...workers, ...sitesOfFiles, ...rare] as [string, ...string[]]);
  const kind = random.pick(faultKinds);
  const isRare = rare.includes(on);
  const rate = isRare ? 0.3 + 0.7 * random.next() : random.next() * random.next();
  const focus = isRare || random.chance(0.6) ? { on, kind, rate } : null;
  // It asks of runs only that have stood still for long.
  if (on === 'states.DescribeExecution') rates.set('freeze', 0.08);
  const some = (share: number): number => (random.chance(0.5) ? random.next() * share : 0);
  return {
    ...{ rates, focus },
    deliversTwice: some(0.3),
    losesDelete: some(0.2),
    eventTwice: some(0.3),
    eventLost: isRare ? 0.4 : some(0.1),
    reconciles: isRare ? 6 : 1,
    eventLateMs: random.chance(0.5) ? random.next() * 600_000 : 0,
    skewMs: random.chance(0.5) ? random.next() * 600_000 : 0,
  };
};

export const noTroubles: Troubles = {
  ...{ rates: new Map(), focus: null },
  ...{ deliversTwice: 0, losesDelete: 0, eventTwice: 0, eventLost: 0, eventLateMs: 0, skewMs: 0 },
  reconciles: 1,
};

/** A stage with two workers is in trouble in both: else the large one were always the way out. */
const stageOf = (worker: string): string => worker.replace(/^large/, '').toLowerCase();

const drawn = (
  random: Random,
  rates: readonly (readonly [FaultKind, number])[],
): FaultKind | undefined => {
  let luck = random.next();
  for (const [kind, rate] of rates) {
    if (luck < rate) return kind;
    luck -= rate;
  }
  return undefined;
};

/** Faults at random until `until`; afterwards the world is sound. */
export const randomFaults = (
  random: Random,
  { rates, focus }: Troubles,
  isSound: () => boolean,
): Faults => {
  const kinds = [...rates];
  return ({ isWrite, site, worker }) => {
    if (isSound()) return undefined;
    const isFocus = focus !== null && (focus.on === site || focus.on === stageOf(worker.name));
    const kind = isFocus && random.chance(focus.rate) ? focus.kind : drawn(random, kinds);
    return kind !== undefined && isReachable(kind, isWrite) ? kind : undefined;
  };
};

export const queueFaults = (
  random: Random,
  { deliversTwice, losesDelete }: Troubles,
  isSound: () => boolean,
): QueueFaults => ({
  deliversTwice: () => !isSound() && random.chance(deliversTwice),
  losesDelete: () => !isSound() && random.chance(losesDelete),
});
