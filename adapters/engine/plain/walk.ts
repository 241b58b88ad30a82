import { rm } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { assert } from '../../../core/assert.ts';
import { rowsOfAll } from '../row-set.ts';
import type { PlainRows } from './plain.ts';
import type { FromWalker, Slot, ToWalker } from './walk-messages.ts';
import { walkThreadCode } from './walk-thread-code.ts';
import { openWalker, type Walked, type WalkerOptions } from './walker.ts';

export type WalkOptions = Omit<WalkerOptions, 'cleanPath' | 'restPath'> & {
  /** A path for a file of this name. */
  readonly file: (name: string) => string;
  /** More than one: so many walk side by side, each into files of its own. */
  readonly threads: number;
};

/** What became of all rows. */
export type WalkEnd = PlainRows & {
  /** Parquet files with rows in them. */
  readonly clean: readonly string[];
  /** Files of the numbered rows that are left for the set engine. */
  readonly rest: readonly string[];
};

/** Walks over a file's numbered rows, on one thread or several. */
export type Walk = {
  /** The rows may be overwritten when it resolves. */
  take(numbered: Buffer): Promise<void>;
  end(): Promise<WalkEnd>;
  /** Ends what runs, when the file is given up. */
  stop(): Promise<void>;
};

/** The code of a thread, whole: no bundler has to know of a second file. */
const walkThread = new URL(`data:text/javascript;base64,${walkThreadCode}`);

type Paths = Pick<WalkerOptions, 'cleanPath' | 'restPath'>;

const pathsOf = ({ file }: WalkOptions, index: number): Paths => ({
  cleanPath: file(`clean-plain-${index}.parquet`),
  restPath: file(`rest-${index}.csv`),
});

export const openWalk = (options: WalkOptions): Walk =>
  options.threads > 1 ? walkOnThreads(options) : walkHere(options);

const optionsOf = ({ file: _file, threads: _threads, ...options }: WalkOptions, paths: Paths) => ({
  ...options,
  ...paths,
});

const walkHere = (options: WalkOptions): Walk => {
  const paths = pathsOf(options, 0);
  const walker = openWalker(optionsOf(options, paths));
  return {
    take: async (numbered) => walker.take(numbered),
    end: () => endOf([{ paths, walked: walker.end() }]),
    stop: async () => {},
  };
};

/** One Parquet reader's worth of facts from those of all walkers; empty files are removed. */
const endOf = async (
  all: readonly { readonly paths: Paths; readonly walked: Walked }[],
): Promise<WalkEnd> => {
  const nulls = new Map<string, number>();
  const clean: string[] = [];
  const rest: string[] = [];
  for (const { paths, walked } of all) {
    for (const [name, count] of walked.nulls) nulls.set(name, (nulls.get(name) ?? 0) + count);
    if (walked.rows.size > 0) clean.push(paths.cleanPath);
    else await rm(paths.cleanPath);
    if (walked.restBytes > 0) rest.push(paths.restPath);
    else await rm(paths.restPath);
  }
  return { rows: rowsOfAll(all.map(({ walked }) => walked.rows)), nulls, clean, rest };
};

/** Batches at a thread: one is walked, one is there when it is done. */
const SLOTS_PER_THREAD = 2;
const SLOT_BYTES = 2 << 20;

type FreeSlot = Slot & { readonly thread: number };

/**
 * The rows go to whichever thread is free; its files are its own. No order matters: rows carry
 * their numbers.
 */
const walkOnThreads = (options: WalkOptions): Walk => {
  const free: FreeSlot[] = [];
  const walked = new Map<number, Walked>();
  let failure: Error | undefined;
  let wake = (): void => {};
  const workers = Array.from({ length: options.threads }, (_, thread) => {
    const workerData = optionsOf(options, pathsOf(options, thread));
    // What the process was started with, such as modules to import, is not the thread's matter.
    const worker = new Worker(walkThread, { workerData, execArgv: [] });
    worker.on('message', (message: FromWalker) => {
      if (message.kind === 'taken') free.push({ thread, buffer: message.buffer });
      else walked.set(thread, message.walked);
      wake();
    });
    worker.on('error', (error: Error) => {
      failure ??= error;
      wake();
    });
    return worker;
  });
  const room = (bytes: number): SharedArrayBuffer =>
    new SharedArrayBuffer(Math.max(SLOT_BYTES, bytes));
  for (let slot = 0; slot < SLOTS_PER_THREAD; slot++) {
    for (const thread of workers.keys()) free.push({ thread, buffer: room(0) });
  }
  const send = (thread: number, message: ToWalker): void => workers[thread]?.postMessage(message);
  const until = async (isSo: () => boolean): Promise<void> => {
    while (failure === undefined && !isSo()) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    if (failure !== undefined) throw failure;
  };
  return {
    take: async (numbered) => {
      await until(() => free.length > 0);
      const found = free.shift();
      assert(found !== undefined, 'a slot is free');
      const { thread } = found;
      const bytes = numbered.length;
      const buffer = bytes <= found.buffer.byteLength ? found.buffer : room(2 * bytes);
      numbered.copy(Buffer.from(buffer));
      send(thread, { kind: 'rows', buffer, bytes });
    },
    end: async () => {
      for (const thread of workers.keys()) send(thread, { kind: 'end' });
      await until(() => walked.size === workers.length);
      return await endOf(
        [...walked].map(([thread, each]) => ({ paths: pathsOf(options, thread), walked: each })),
      );
    },
    stop: async () => {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
};
