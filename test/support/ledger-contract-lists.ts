import { expect } from 'vitest';
import type { RunId } from '../../core/ids.ts';
import { runIdOf } from '../../core/landing/run-id.ts';
import type { Ledger } from '../../core/ports.ts';
import { at, claimed, landed, orders, products } from './landed.ts';

/** One thing that every ledger does; the check gets a fresh ledger. */
export type Case = readonly [name: string, check: (ledger: Ledger) => Promise<void>];

/** What the lists of every ledger give. */
export const listContract: readonly Case[] = [
  [
    'lists give the newest first, of all states, of one dataset, up to the limit',
    async (ledger) => {
      const names = ['a', 'b', 'c', 'd'];
      const runs: RunId[] = [];
      for (const [index, name] of names.entries()) {
        const now = at(index * 1_000);
        const file = landed(name, { landedAt: now });
        const dataset = name === 'd' ? products : orders;
        runs.unshift((await claimed(ledger, [file], { dataset, now })).runId);
      }
      const ids = async (query: Parameters<Ledger['listRuns']>[0]) =>
        (await ledger.listRuns(query)).map(({ runId }) => runId);
      await ledger.markStarted(runs[1] ?? runIdOf(orders, at(0), []), at(9));
      expect(await ids({ limit: 9 })).toEqual(runs);
      expect(await ids({ limit: 2 })).toEqual(runs.slice(0, 2));
      expect(await ids({ dataset: orders, limit: 2 })).toEqual(runs.slice(1, 3));
      const keys = async (query: Parameters<Ledger['listFiles']>[0]) =>
        (await ledger.listFiles(query)).map(({ key }) => key);
      expect(await keys({ limit: 9 })).toEqual(['orders/d', 'orders/c', 'orders/b', 'orders/a']);
      expect(await keys({ dataset: orders, limit: 2 })).toEqual(['orders/c', 'orders/b']);
      expect(await keys({ states: ['PUBLISHED'], limit: 2 })).toEqual([]);
    },
  ],
];
