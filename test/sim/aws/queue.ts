import type { SQSBatchResponse, SQSRecord } from 'aws-lambda';
import { sqsRecord } from '../../support/events.ts';
import type { Kernel } from '../kernel.ts';
import type { SimulatedLambda } from './lambda.ts';

type Message = {
  readonly id: string;
  readonly body: string;
  receives: number;
  visibleAt: number;
  gone: boolean;
};

/** Faults of a queue that belong to no worker. */
export type QueueFaults = {
  /** Also a second consumer gets the message. */
  readonly deliversTwice: () => boolean;
  /** The message stays although it was deleted. */
  readonly losesDelete: () => boolean;
};

export type QueueOptions = {
  readonly function: string;
  readonly visibilityMs: number;
  readonly receivesMax: number;
  readonly batchMax: number;
  readonly faults: QueueFaults;
  /** Called before a message is deleted: whoever deletes it says that its work is durable. */
  readonly onDelete?: (body: string) => void;
  /** Gets what was received too often. */
  readonly dead?: (body: string) => void;
};

/** A standard queue, and the mapping that hands its messages to a function. */
export class SimulatedQueue {
  readonly #kernel: Kernel;
  readonly #lambda: SimulatedLambda;
  readonly #options: QueueOptions;
  readonly #messages = new Map<string, Message>();
  #sent = 0;

  constructor(kernel: Kernel, lambda: SimulatedLambda, options: QueueOptions) {
    this.#kernel = kernel;
    this.#lambda = lambda;
    this.#options = options;
  }

  get waiting(): number {
    return this.#messages.size;
  }

  send(body: string): void {
    this.#sent += 1;
    const message = { id: `m${this.#sent}`, body, receives: 0, visibleAt: this.#kernel.now };
    this.#messages.set(message.id, { ...message, gone: false });
    this.#poll(0);
  }

  #poll(inMs: number): void {
    this.#kernel.after(inMs, () => this.#receive());
  }

  #receive(): void {
    const { now, random } = this.#kernel;
    const { batchMax, receivesMax, visibilityMs, faults } = this.#options;
    const visible = [...this.#messages.values()].filter(({ visibleAt }) => visibleAt <= now);
    const taken = visible.filter((message) => {
      if (message.receives < receivesMax) return true;
      this.#messages.delete(message.id);
      this.#options.dead?.(message.body);
      return false;
    });
    if (taken.length === 0) return;
    const batch = taken.sort(() => random.next() - 0.5).slice(0, random.whole(1, batchMax + 1));
    for (const message of batch) {
      message.receives += 1;
      if (faults.deliversTwice()) this.#poll(random.next() * 1_000);
      else message.visibleAt = now + visibilityMs;
    }
    this.#poll(visibilityMs + 1);
    if (taken.length > batch.length) this.#poll(0);
    this.#lambda.invoke(this.#options.function, { Records: batch.map(recordOf) }, (end) => {
      const failed = end.ok ? failuresOf(end.payload) : new Set(batch.map(({ id }) => id));
      for (const { id, body } of batch) if (!failed.has(id)) this.#delete(id, body);
    });
  }

  #delete(id: string, body: string): void {
    if (!this.#messages.has(id)) return;
    this.#options.onDelete?.(body);
    if (!this.#options.faults.losesDelete()) this.#messages.delete(id);
  }
}

const recordOf = ({ id, body }: Message): SQSRecord => sqsRecord(id, body);

const failuresOf = (payload: unknown): ReadonlySet<string> => {
  const isResponse = (value: unknown): value is SQSBatchResponse =>
    typeof value === 'object' && value !== null && 'batchItemFailures' in value;
  if (!isResponse(payload)) throw new Error('SQS: the function did not say which items failed');
  return new Set(payload.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
};
