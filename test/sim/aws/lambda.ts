import type { Kernel, Worker } from '../kernel.ts';

/** How an invocation ended, as what invoked it hears of it. */
export type Invoked =
  | { readonly ok: true; readonly payload: unknown }
  | { readonly ok: false; readonly error: string; readonly cause: string };

/** A function: what its code does in one worker, and how long it may take. */
export type SimulatedFunction = {
  readonly timeoutMs: number;
  readonly handle: (worker: Worker) => (event: unknown) => Promise<unknown>;
};

const failed = (error: string, errorMessage = error): Invoked => ({
  ...{ ok: false, error },
  cause: JSON.stringify({ errorType: error, errorMessage }),
});

/** What leaves a function travels as JSON. */
const travelled = (value: unknown): unknown =>
  value === undefined ? null : JSON.parse(JSON.stringify(value));

const MINUTE = 60_000;

/**
 * Runs each invocation in a worker of its own: it may die at any effect, be frozen beyond its
 * timeout, or end without its caller ever hearing of it.
 */
export class SimulatedLambda {
  readonly #kernel: Kernel;
  readonly #functions: ReadonlyMap<string, SimulatedFunction>;
  readonly #skew: () => number;
  readonly #running = new Set<Worker>();

  constructor(
    kernel: Kernel,
    functions: ReadonlyMap<string, SimulatedFunction>,
    skew: () => number,
  ) {
    this.#kernel = kernel;
    this.#functions = functions;
    this.#skew = skew;
  }

  /** Kills what still runs, as a deployment does. */
  killAll(): void {
    for (const worker of this.#running) this.#kernel.kill(worker);
  }

  invoke(name: string, event: unknown, told: (end: Invoked) => void): void {
    const kernel = this.#kernel;
    const found = this.#functions.get(name);
    if (found === undefined) throw new Error(`Lambda: there is no function ${name}`);
    let isOver = false;
    const end = (outcome: Invoked): void => {
      if (isOver) return;
      isOver = true;
      this.#running.delete(worker);
      kernel.after(1, () => told(outcome));
    };
    const worker = kernel.worker(name, this.#skew(), () => end(failed('Runtime.ExitError')));
    this.#running.add(worker);
    const input = travelled(event);
    kernel.after(1, () => {
      if (!worker.alive) return;
      found
        .handle(worker)(input)
        .then(
          (payload) => end({ ok: true, payload: travelled(payload) }),
          (error: unknown) => {
            const { name: type, message } =
              error instanceof Error ? error : new Error(String(error));
            end(failed(type, message));
          },
        );
    });
    kernel.after(found.timeoutMs, () => {
      if (isOver) return;
      // Who is frozen does not notice: it wakes up later as a zombie.
      if (worker.frozenUntil > kernel.now)
        kernel.after(MINUTE, () => end(failed('Sandbox.Timedout')));
      else kernel.kill(worker);
    });
  }
}
