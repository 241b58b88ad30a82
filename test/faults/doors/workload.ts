import { type Random, randomOf } from '../../sim/random.ts';

/** A record that is put into the stream, or sent to the API, and whether its contract takes it. */
export type Sent = {
  readonly table: DoorTable;
  /** Of the row; null where the record is none. */
  readonly id: string | null;
  readonly isGood: boolean;
  readonly data: string | Uint8Array;
};

/** The datasets that take records, with the key of each. */
export const doorTables = { sensor_readings: 'reading_id', clickstream: 'event_id' } as const;
export type DoorTable = keyof typeof doorTables;

/** Records that are put at once. */
export type Batch = { readonly atMs: number; readonly records: readonly Sent[] };

/** One call of the API: sent until it is taken, and by more than one at once. */
export type Call = {
  readonly atMs: number;
  readonly key: string;
  readonly senders: number;
  readonly records: readonly Sent[];
};

export type DoorWorkload = { readonly batches: readonly Batch[]; readonly calls: readonly Call[] };

const spreadMs = 2_500;

const reading = (random: Random, id: string, isGood: boolean): Sent => {
  const celsius = isGood ? random.whole(-800, 1_500) / 10 : 4_000;
  const row = { reading_id: id, sensor_id: 's-1', celsius, measured_at: '2026-03-04T05:06:07Z' };
  return { table: 'sensor_readings', id, isGood, data: JSON.stringify(row) };
};

const interaction = (id: string, isGood: boolean): Sent => ({
  ...{ table: 'clickstream', id, isGood },
  data: JSON.stringify({
    ...{ event_id: id, event: isGood ? 'view' : 'stare', visitor: 'v', product_id: 'p' },
    occurred_at: '2026-03-04T05:06:07Z',
  }),
});

/** What can be no row of any dataset. */
const poison: readonly [Sent['data'], ...Sent['data'][]] = [
  new Uint8Array([0xff, 0xfe, 0x0a, 0x00]),
  'no json\nat all',
  ' ',
];

const event = (id: string, isGood: boolean): Sent => {
  const { table, data } = interaction(id, isGood);
  const envelope = { specversion: '1.0', id, source: '/shop', type: 'interaction' };
  return { table, id, isGood, data: JSON.stringify({ ...envelope, data: JSON.parse(`${data}`) }) };
};

const streamed = (random: Random, id: string): Sent => {
  const luck = random.next();
  if (luck < 0.1)
    return { table: 'sensor_readings', id: null, isGood: false, data: random.pick(poison) };
  return luck < 0.7 ? reading(random, id, random.chance(0.9)) : event(id, random.chance(0.9));
};

/** What a seed sends to the doors; `tag` keeps its rows apart from all others on the stack. */
export const doorWorkloadOf = (seed: number, tag: string): DoorWorkload => {
  const random = randomOf(seed, 'doors');
  const at = (): number => random.whole(0, spreadMs);
  const batches = Array.from({ length: random.whole(3, 8) }, (_, batch) => ({
    atMs: at(),
    records: Array.from({ length: random.whole(1, 40) }, (_record, index) =>
      streamed(random, `${tag}s${batch}-${index}`),
    ),
  }));
  const calls = Array.from({ length: random.whole(2, 6) }, (_, call) => ({
    ...{ atMs: at(), key: `${tag}-${call}`, senders: random.chance(0.4) ? 2 : 1 },
    records: Array.from({ length: random.whole(1, 20) }, (_record, index) =>
      interaction(`${tag}p${call}-${index}`, random.chance(0.9)),
    ),
  }));
  return { batches, calls };
};
