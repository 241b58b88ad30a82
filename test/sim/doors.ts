import { type Random, randomOf } from './random.ts';

/** A record as the outside world makes it; null is one that can be no row. */
export type DoorRecord = { readonly id: string; readonly isGood: boolean } | null;

/** What the outside world does with the two doors, at a time after the start. */
export type DoorDeed =
  | {
      readonly kind: 'call';
      readonly atMs: number;
      readonly dataset: 'sales' | 'strict';
      /** Null: each try is a call of its own. */
      readonly key: string | null;
      /** Twins who send the same at once. */
      readonly senders: number;
      readonly records: readonly DoorRecord[];
    }
  | { readonly kind: 'records'; readonly atMs: number; readonly records: readonly DoorRecord[] }
  /** A shard is split into two. */
  | { readonly kind: 'reshard'; readonly atMs: number };

const SPREAD_MS = 20 * 60_000;

/** The bytes of a record, as JSON. */
export const textOf = (record: DoorRecord): string =>
  record === null
    ? 'no json'
    : JSON.stringify({ id: record.id, amount: record.isGood ? record.id.length : 'x' });

const recordsOf = (random: Random, id: string, most: number): readonly DoorRecord[] =>
  Array.from({ length: random.whole(1, most + 1) }, (_, at) => ({
    ...{ id: `${id}r${at}`, isGood: random.chance(0.8) },
  }));

type CallDeed = Extract<DoorDeed, { kind: 'call' }>;

/** Calls: some without a key, some by twins, and some with a key that another call has used. */
const callsOf = (random: Random, spread: number): readonly CallDeed[] => {
  const calls: CallDeed[] = [];
  const count = random.whole(1, 4);
  for (let call = 0; call < count; call += 1) {
    const before = calls[random.whole(0, calls.length + 2)];
    const own = random.chance(0.2) ? null : `k${call}`;
    calls.push({
      ...{ kind: 'call', atMs: Math.floor(random.next() * spread) },
      dataset: before?.dataset ?? random.pick(['sales', 'sales', 'strict']),
      key: before === undefined ? own : before.key,
      senders: random.chance(0.3) ? 2 : 1,
      records: recordsOf(random, `p${call}`, 4),
    });
  }
  return calls;
};

/** Records for the stream: bad ones, such that are none, and repeats of a producer among them. */
const recordsPut = (random: Random, spread: number): readonly DoorDeed[] => {
  const deeds: DoorDeed[] = [];
  const count = random.whole(1, 6);
  let last: readonly DoorRecord[] = [];
  for (let put = 0; put < count; put += 1) {
    const fresh = recordsOf(random, `s${put}`, 8);
    const records = random.chance(0.1) ? last : fresh;
    last = fresh;
    const poison: readonly DoorRecord[] = random.chance(0.2) ? [null] : [];
    deeds.push({
      ...{ kind: 'records', atMs: Math.floor(random.next() * spread) },
      records: [...records, ...poison],
    });
  }
  if (random.chance(0.3)) deeds.push({ kind: 'reshard', atMs: Math.floor(random.next() * spread) });
  return deeds;
};

/** What comes through the doors in a history; in most of them nothing does. */
export const doorDeedsOf = (seed: number): readonly DoorDeed[] => {
  const random = randomOf(seed, 'doors');
  const spread = random.chance(0.5) ? SPREAD_MS : 2_000;
  const calls = random.chance(0.25) ? callsOf(random, spread) : [];
  const records = random.chance(0.25) ? recordsPut(random, spread) : [];
  return [...calls, ...records];
};
