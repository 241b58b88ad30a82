import { GetRecordsCommand, GetShardIteratorCommand, KinesisClient } from '@aws-sdk/client-kinesis';
import { type Kernel, Stuck, type Worker } from '../kernel.ts';
import { refusal } from './errors.ts';
import type { SimulatedLambda } from './lambda.ts';
import type { QueueFaults } from './queue.ts';

type StreamRecord = {
  readonly sequence: string;
  readonly partitionKey: string;
  readonly data: Buffer;
  readonly at: number;
};

type Shard = {
  readonly id: string;
  readonly parent: Shard | undefined;
  readonly records: StreamRecord[];
  isClosed: boolean;
  /** How many records the mapping is done with. */
  done: number;
  isBusy: boolean;
  failures: number;
  /** Of them the last ones, for which no fault has struck anywhere. */
  causeless: number;
};

export type StreamOptions = {
  readonly faults: QueueFaults;
  /** Records that are older are forgotten. */
  readonly keptMs: number;
};

const arn = 'arn:aws:kinesis:eu-central-1:000000000000:stream/Events';
const SEQUENCE_BASE = 49_590_000_000;
const BATCH_MAX = 10;
const PAGE_MAX = 5;
const LONGEST_PAUSE = 60_000;
/** Two calls at once may lose against each other; not so often. */
const CAUSELESS_MAX = 5;

/**
 * A stream, and the mapping that hands the records of each shard to a function: in their order, one
 * batch at a time, again after a failure, with other edges, and now and then twice.
 */
export class SimulatedStream {
  readonly shards: Shard[] = [];
  /** Forgotten before the mapping was done with them. */
  readonly forgotten = new Set<string>();
  readonly #kernel: Kernel;
  readonly #lambda: SimulatedLambda;
  readonly #options: StreamOptions;
  #sequence = SEQUENCE_BASE;

  constructor(kernel: Kernel, lambda: SimulatedLambda, options: StreamOptions) {
    this.#kernel = kernel;
    this.#lambda = lambda;
    this.#options = options;
    this.#open(undefined);
    this.#open(undefined);
  }

  /** Puts a record into one of the open shards; says where it is. */
  put(data: Buffer, luck: number): { readonly shard: string; readonly sequence: string } {
    const open = this.shards.filter(({ isClosed }) => !isClosed);
    const shard = open[Math.floor(luck * open.length)];
    if (shard === undefined) throw new Error('Kinesis: no shard is open');
    this.#sequence += 1;
    const sequence = String(this.#sequence);
    shard.records.push({ sequence, partitionKey: 'p', data, at: this.#kernel.now });
    this.#poll(shard, 0);
    return { shard: shard.id, sequence };
  }

  /** Closes the first open shard, and opens two in its place. */
  split(): void {
    const shard = this.shards.find(({ isClosed }) => !isClosed);
    if (shard === undefined) return;
    shard.isClosed = true;
    this.#open(shard);
    this.#open(shard);
  }

  #open(parent: Shard | undefined): void {
    const id = `shardId-${String(this.shards.length).padStart(12, '0')}`;
    const state = { isClosed: false, done: 0, isBusy: false, failures: 0, causeless: 0 };
    this.shards.push({ id, parent, records: [], ...state });
  }

  #poll(shard: Shard, inMs: number): void {
    this.#kernel.after(inMs, () => this.#hand(shard));
  }

  /** How many of a shard's records are forgotten by now. */
  #trimmed(shard: Shard): number {
    const oldest = this.#kernel.now - this.#options.keptMs;
    const kept = shard.records.findIndex(({ at }) => at >= oldest);
    const trimmed = kept < 0 ? shard.records.length : kept;
    for (const { sequence } of shard.records.slice(shard.done, trimmed))
      this.forgotten.add(sequence);
    return trimmed;
  }

  /** Children are read when their parent has been read to its end. */
  #hand(shard: Shard): void {
    const { parent } = shard;
    if (shard.isBusy || (parent !== undefined && parent.done < parent.records.length)) return;
    shard.done = Math.max(shard.done, this.#trimmed(shard));
    const { random } = this.#kernel;
    const from = shard.done;
    // After a failure Lambda may cut a batch in two.
    const most = shard.failures > 0 && random.chance(0.5) ? 2 : BATCH_MAX;
    const batch = shard.records.slice(from, from + random.whole(1, most + 1));
    if (batch.length === 0) {
      for (const child of this.shards) if (child.parent === shard) this.#poll(child, 0);
      return;
    }
    shard.isBusy = true;
    const before = this.#kernel.faulted;
    this.#lambda.invoke('stream', eventOf(shard, batch), ({ ok }) => {
      shard.isBusy = false;
      shard.failures = ok ? 0 : shard.failures + 1;
      shard.causeless = ok || this.#kernel.faulted > before ? 0 : shard.causeless + 1;
      if (shard.causeless === CAUSELESS_MAX)
        throw new Stuck(`${shard.id} fails again and again, and nothing is wrong`);
      if (ok && !this.#options.faults.losesDelete())
        shard.done = Math.max(shard.done, from + batch.length);
      this.#poll(shard, ok ? 0 : Math.min(LONGEST_PAUSE, 1_000 * 2 ** shard.failures));
    });
    if (!this.#options.faults.deliversTwice()) return;
    const again = shard.records.slice(from, from + random.whole(1, BATCH_MAX + 1));
    this.#lambda.invoke('stream', eventOf(shard, again), () => undefined);
  }

  iterator(id: string | undefined, after: string | undefined): string {
    const shard = this.#shard(id);
    const behind = shard.records.findIndex(
      ({ sequence }) => after === undefined || Number(sequence) > Number(after),
    );
    return `${shard.id} ${behind < 0 ? shard.records.length : behind}`;
  }

  page(iterator: string | undefined) {
    const [id, at] = (iterator ?? '').split(' ');
    const shard = this.#shard(id);
    const { random } = this.#kernel;
    const from = Math.max(Number(at), this.#trimmed(shard));
    // A page may be empty although there is more behind it.
    const size = random.chance(0.1) ? 0 : random.whole(1, PAGE_MAX + 1);
    const found = shard.records.slice(from, from + size);
    const next = from + found.length;
    const isEnd = next === shard.records.length;
    return {
      Records: found.map(({ sequence, partitionKey, data, at: put }) => ({
        ...{ SequenceNumber: sequence, PartitionKey: partitionKey, Data: data },
        ApproximateArrivalTimestamp: new Date(put),
      })),
      MillisBehindLatest: isEnd ? 0 : 1_000,
      ...(isEnd && shard.isClosed ? {} : { NextShardIterator: `${shard.id} ${next}` }),
    };
  }

  #shard(id: string | undefined): Shard {
    const found = this.shards.find((shard) => shard.id === id);
    if (found === undefined) throw refusal('ResourceNotFoundException', 400);
    return found;
  }
}

const eventOf = (shard: Shard, batch: readonly StreamRecord[]) => ({
  Records: batch.map(({ sequence, partitionKey, data, at }) => ({
    ...{ eventID: `${shard.id}:${sequence}`, eventSourceARN: arn },
    kinesis: {
      ...{ sequenceNumber: sequence, partitionKey, data: data.toString('base64') },
      approximateArrivalTimestamp: at / 1000,
    },
  })),
});

/** The client of one worker: each command is an effect of it. */
export const kinesisOf = (
  kernel: Kernel,
  worker: Worker,
  stream: SimulatedStream,
): KinesisClient => {
  const effect = (name: string, apply: () => object): Promise<object> =>
    kernel.effect<object>(worker, {
      ...{ site: `kinesis.${name}`, isWrite: false, apply },
      throttled: () => {
        throw refusal('ProvisionedThroughputExceededException', 400);
      },
      lost: () => {
        throw refusal('TimeoutError', undefined);
      },
    });
  const send = (command: unknown): Promise<object> => {
    if (command instanceof GetShardIteratorCommand)
      return effect('GetShardIterator', () => {
        const { ShardId, StartingSequenceNumber } = command.input;
        return { ShardIterator: stream.iterator(ShardId, StartingSequenceNumber) };
      });
    if (command instanceof GetRecordsCommand)
      return effect('GetRecords', () => stream.page(command.input.ShardIterator));
    throw new Error('Kinesis: a command that the simulator does not know');
  };
  return Object.assign(Object.create(KinesisClient.prototype), { send });
};
