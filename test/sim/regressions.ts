import { HEAVY } from './engine.ts';
import { fileTroublesOf, noTroubles } from './faults.ts';
import type { FaultKind, Faults } from './kernel.ts';
import type { Simulation } from './simulate.ts';
import { type Deed, fileDeedsOf } from './workload.ts';

/** A history that went wrong once, or would without a guard, and what is wrong with it then. */
export type Regression = { readonly was: string; readonly simulation: Simulation };

/** A fault at one place of one function, told from the place and not from a count of effects. */
type Hit = {
  readonly worker: string;
  readonly site: string;
  readonly kind: FaultKind;
  /** Which calls of that place, counted from 0 over all workers of the function. */
  readonly calls: readonly number[];
};

const hits = (all: readonly Hit[]): (() => Faults) => {
  const begin = () => {
    const seen = new Map<string, number>();
    return ({ worker, site }: Parameters<Faults>[0]) => {
      const key = `${worker.name} ${site}`;
      const call = seen.get(key) ?? 0;
      seen.set(key, call + 1);
      return all.find(
        (hit) => hit.worker === worker.name && hit.site === site && hit.calls.includes(call),
      )?.kind;
    };
  };
  return begin;
};

const HOUR = 3_600_000;
const put = (atMs: number, key: string, text: string): Deed => ({ kind: 'put', atMs, key, text });
const records = (atMs: number, id: string): Deed => ({
  ...{ kind: 'records', atMs },
  records: [0, 1, 2, 3, 4].map((at) => ({ id: `${id}${at}`, isGood: at % 2 === 0 })),
});
const until = (calls: number): readonly number[] => Array.from({ length: calls }, (_, at) => at);
const quiet = { troubles: noTroubles, latency: () => 1 } as const;

/** What a seed is where nothing comes through the doors. */
const ofFiles = (seed: number): Simulation => ({
  ...{ seed, deeds: fileDeedsOf(seed), troubles: fileTroublesOf(seed) },
});

/** The seeds let the operator release what is held, where something is. */
export const regressions: readonly Regression[] = [
  {
    was: 'a commit that came after its run had been given up showed rows of quarantined files',
    simulation: {
      ...{ ...quiet, seed: 1, deeds: [put(0, 'sales/a.csv', 'a1,5\n')] },
      freezeMs: () => 3 * HOUR,
      faults: hits([
        { worker: 'load', site: 'catalog.commit', kind: 'freeze', calls: [0] },
        { worker: 'load', site: 'catalog.commit', kind: 'crash-before', calls: [1, 2, 3, 4, 5] },
      ])(),
    },
  },
  {
    was: 'bytes that were the whole table before, and are it again, were left out',
    simulation: {
      ...{ ...quiet, seed: 2, reconciles: false },
      deeds: ['a1,1\n', 'b1,2\n', 'a1,1\n'].map((text, index) =>
        put(index * 60_000, 'prices/p.csv', text),
      ),
    },
  },
  {
    was: 'the duplicate of a file whose bytes were deleted published nothing',
    simulation: {
      ...{ ...quiet, seed: 3 },
      deeds: [
        put(0, 'sales/a.csv', 'a1,1\n'),
        { kind: 'delete', atMs: 120_000, put: 0 },
        put(30_000, 'sales/b.csv', 'a1,1\n'),
      ],
      freezeMs: () => HOUR,
      faults: hits([{ worker: 'validate', site: 's3.PutObject', kind: 'freeze', calls: [0] }])(),
    },
  },
  {
    was: 'a worker that was given up wrote over the plan of its run',
    simulation: {
      ...{ ...quiet, seed: 9, deeds: [put(0, 'strict/s.csv', 'a1,x\n')] },
      freezeMs: () => 20 * 60_000,
      faults: hits([{ worker: 'plan', site: 'dynamo.GetItem', kind: 'freeze', calls: [1] }])(),
    },
  },
  {
    was: 'a snapshot that did not say how new the table was let an older file replace a newer one',
    simulation: ofFiles(10_616),
  },
  {
    was: 'a file without bytes took its neighbours along',
    simulation: {
      ...{ ...quiet, seed: 6 },
      deeds: [
        put(0, 'sales/a.csv', 'a1,1\n'),
        put(0, 'sales/b.csv', 'b1,1\n'),
        put(0, 'sales/empty.csv', ''),
      ],
    },
  },
  {
    was: 'a whole-table file without a sound row kept an older, sound one from being published',
    simulation: {
      ...{ ...quiet, seed: 7 },
      deeds: [put(0, 'prices/old.csv', 'a1,1\n'), put(1_500, 'prices/new.csv', 'a1,x\n')],
      eventAtMs: (index) => 10_000 - index * 1_500,
    },
  },
  {
    was: 'a file that was deleted while it was replayed took its published rows along',
    simulation: {
      ...{ ...quiet, seed: 8 },
      deeds: [
        put(0, 'sales/a.csv', 'a1,1\nb1,2\n'),
        { kind: 'replay', atMs: 600_000, put: 0 },
        { kind: 'delete', atMs: 630_000, put: 0 },
      ],
      freezeMs: () => 60_000,
      faults: hits([{ worker: 'plan', site: 's3.HeadObject', kind: 'freeze', calls: [1] }])(),
    },
  },
  {
    was: 'a file that is too large for a small worker was given up',
    simulation: { ...quiet, seed: 12, deeds: [put(0, 'sales/heavy.csv', `${HEAVY}1,1\n`)] },
  },
  {
    was: 'a load that woke while its run was given up published rows of a quarantined file',
    simulation: ofFiles(43_581),
  },
  {
    was: 'a segment whose records the stream had forgotten stopped its shard for ever',
    simulation: {
      ...{ ...quiet, seed: 13, troubles: { ...noTroubles, keptMs: 600_000 } },
      deeds: [records(0, 'a'), records(900_000, 'b'), records(900_000, 'c')],
      faults: hits([
        { worker: 'stream', site: 's3.PutObject', kind: 'crash-before', calls: until(60) },
      ])(),
    },
  },
  // Of these seeds some let the person release both.
  ...[20, 21, 22, 23, 24, 25].map((seed) => ({
    was: `both of two held files with the same bytes were released (${seed})`,
    simulation: {
      ...{ ...quiet, seed },
      deeds: [put(0, 'strict/a.csv', 'a1,x\nb1,1\n'), put(600_000, 'strict/b.csv', 'a1,x\nb1,1\n')],
    },
  })),
];
