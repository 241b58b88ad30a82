import type { Random } from './random.ts';

/**
 * One process of the simulated world: an invocation of a function, or a person's command. What it
 * does to the world are effects; between two of them it cannot be seen, so it is a single step.
 */
export type Worker = {
  readonly id: number;
  readonly name: string;
  alive: boolean;
  /** Until then it does nothing, and does not know of it. */
  frozenUntil: number;
  /** Added to the world's time on this worker's clock. */
  readonly skewMs: number;
  readonly died: () => void;
};

/** What may go wrong at an effect. */
export const faultKinds = [
  'crash-before',
  'crash-after',
  'throttle',
  'lost-reply',
  'duplicate',
  'delay',
  'freeze',
] as const;
export type FaultKind = (typeof faultKinds)[number];

/** One call of a port or a client, as the scheduler sees it. */
export type Effect<T> = {
  /** Service and operation, as `dynamo.UpdateItem`. */
  readonly site: string;
  readonly isWrite: boolean;
  /** Happens at once, or throws what the service answers. */
  readonly apply: () => T;
  /** What the caller gets when the service refuses before anything happened. */
  readonly throttled: () => T;
  /** What the caller gets when the answer was lost. */
  readonly lost: () => T;
};

/** Which fault, if any, this effect suffers. Asked once per effect. */
export type Faults = (effect: {
  readonly site: string;
  readonly isWrite: boolean;
  readonly worker: Worker;
  /** Effects before it. */
  readonly index: number;
}) => FaultKind | undefined;

/** A line of a history: when, who, where, and what went wrong. */
export type Moment = {
  readonly at: number;
  readonly worker: string;
  readonly site: string;
  readonly isWrite: boolean;
  readonly fault: FaultKind | undefined;
};

type Task = { readonly at: number; readonly order: number; readonly run: () => void };

export type KernelOptions = {
  readonly random: Random;
  readonly faults: Faults;
  /** Called after each step; throws when something that must always hold does not. */
  readonly check?: () => void;
  readonly onMoment?: (moment: Moment) => void;
  /** How long an effect takes. @default mostly a few ms, seldom seconds */
  readonly latency?: (worker: Worker, elapsedMs: number) => number;
  /** How long a frozen worker sleeps. @default minutes, often beyond its timeout */
  readonly freezeMs?: () => number;
  readonly stepsMax?: number;
};

const START = 1_795_237_200_000;
const MINUTE = 60_000;
const STEPS_MAX = 200_000;

/** Steps that a history may have before it counts as one that does not end. */
export class Stuck extends Error {}

/** All promise jobs of the step have run when this resolves; nothing ever really waits. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * One scheduler for everything: effects, deliveries, timers. Tasks run in the order of their
 * virtual time, which the seed decides, so that a history is a function of its seed.
 */
export class Kernel {
  now = START;
  steps = 0;
  effects = 0;
  faulted = 0;
  readonly hits = new Map<string, number>();
  readonly #options: KernelOptions;
  readonly #tasks: Task[] = [];
  #order = 0;
  #broken: { readonly error: unknown } | undefined;
  #workers = 0;

  constructor(options: KernelOptions) {
    this.#options = options;
  }

  /** Virtual milliseconds since the start. */
  get elapsed(): number {
    return this.now - START;
  }

  get random(): Random {
    return this.#options.random;
  }

  /** Runs something at a time; not before all that is due earlier. */
  at(time: number, run: () => void): void {
    this.#order += 1;
    push(this.#tasks, { at: Math.max(time, this.now), order: this.#order, run });
  }

  after(ms: number, run: () => void): void {
    this.at(this.now + ms, run);
  }

  worker(name: string, skewMs = 0, died: () => void = () => undefined): Worker {
    this.#workers += 1;
    return { id: this.#workers, name, alive: true, frozenUntil: 0, skewMs, died };
  }

  kill(worker: Worker): void {
    if (!worker.alive) return;
    worker.alive = false;
    worker.died();
  }

  /** Never comes back to a worker that is dead. */
  effect<T>(worker: Worker, effect: Effect<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (!worker.alive) return;
      const settle = (outcome: () => T): void => {
        try {
          resolve(outcome());
        } catch (error) {
          reject(error);
        }
      };
      this.#whenAwake(worker, this.#latency(worker), () => this.#strike(worker, effect, settle));
    });
  }

  /** Time passes for one worker; it may die meanwhile. */
  sleep(worker: Worker, ms: number): Promise<void> {
    return new Promise((resolve) => this.#whenAwake(worker, ms, resolve));
  }

  /** For what a service of the simulation does by itself: a fault of it ends the history. */
  background(work: Promise<void>): void {
    work.catch((error: unknown) => {
      this.#broken ??= { error };
    });
  }

  /** Runs until nothing is left to do. */
  async run(): Promise<void> {
    const { check, stepsMax = STEPS_MAX } = this.#options;
    for (let task = pop(this.#tasks); task !== undefined; task = pop(this.#tasks)) {
      this.steps += 1;
      if (this.steps > stepsMax) throw new Stuck(`more than ${stepsMax} steps`);
      this.now = Math.max(this.now, task.at);
      task.run();
      await settled();
      if (this.#broken !== undefined) throw this.#broken.error;
      check?.();
    }
  }

  /** Half of them short: the world has not gone far when the worker wakes. */
  #nap(): number {
    const luck = this.random.next();
    return luck < 0.5 ? luck * 6 * MINUTE : (1 + this.random.next() * 40) * MINUTE;
  }

  #latency(worker: Worker): number {
    const { latency, random } = this.#options;
    if (latency !== undefined) return latency(worker, this.elapsed);
    const luck = random.next();
    if (luck < 0.8) return 1 + random.next() * 10;
    return luck < 0.97 ? random.next() * 200 : random.next() * 5_000;
  }

  #whenAwake(worker: Worker, ms: number, run: () => void): void {
    this.after(ms, () => {
      if (!worker.alive) return;
      if (worker.frozenUntil > this.now)
        this.#whenAwake(worker, worker.frozenUntil - this.now, run);
      else run();
    });
  }

  #strike<T>(worker: Worker, effect: Effect<T>, settle: (outcome: () => T) => void): void {
    const { site, isWrite, apply } = effect;
    const index = this.effects;
    this.effects += 1;
    const fault = this.#options.faults({ site, isWrite, worker, index });
    if (fault !== undefined) {
      this.faulted += 1;
      const cell = `${site} ${fault}`;
      this.hits.set(cell, (this.hits.get(cell) ?? 0) + 1);
    }
    this.#options.onMoment?.({
      ...{ at: this.now - START, site, isWrite, fault },
      worker: `${worker.name}#${worker.id}`,
    });
    const strikes: Readonly<Record<FaultKind, () => void>> = {
      'crash-before': () => this.kill(worker),
      'crash-after': () => {
        quietly(apply);
        this.kill(worker);
      },
      throttle: () => settle(effect.throttled),
      'lost-reply': () => {
        quietly(apply);
        settle(effect.lost);
      },
      duplicate: () => {
        quietly(apply);
        settle(apply);
      },
      delay: () => this.#whenAwake(worker, this.random.next() * MINUTE, () => settle(apply)),
      freeze: () => {
        const { freezeMs = () => this.#nap() } = this.#options;
        worker.frozenUntil = this.now + freezeMs();
        this.#whenAwake(worker, 0, () => settle(apply));
      },
    };
    if (fault === undefined) settle(apply);
    else strikes[fault]();
  }
}

/** The caller never hears of this outcome. */
const quietly = (apply: () => unknown): void => {
  try {
    apply();
  } catch {
    // The service refused, and nobody is there to be told.
  }
};

const before = (a: Task, b: Task): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

/** A binary heap: thousands of tasks, and only the first is ever wanted. */
const push = (heap: Task[], task: Task): void => {
  let at = heap.length;
  heap.push(task);
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const above = heap[parent];
    if (above === undefined || !before(task, above)) break;
    heap[at] = above;
    at = parent;
  }
  heap[at] = task;
};

const pop = (heap: Task[]): Task | undefined => {
  const [first] = heap;
  const last = heap.pop();
  if (first === undefined || last === undefined || heap.length === 0) return first;
  let at = 0;
  for (;;) {
    const left = heap[2 * at + 1];
    const right = heap[2 * at + 2];
    const isRight = left !== undefined && right !== undefined && before(right, left);
    const child = isRight ? right : left;
    if (child === undefined || !before(child, last)) break;
    heap[at] = child;
    at = 2 * at + (isRight ? 2 : 1);
  }
  heap[at] = last;
  return first;
};
