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
  [
    'pages go through runs of some states and one dataset, newest first, each once',
    async (ledger) => {
      const made: RunId[] = [];
      for (const [index, name] of ['a', 'b', 'c', 'd', 'e', 'f'].entries()) {
        const now = at(index * 1_000);
        const dataset = name === 'c' ? products : orders;
        const { runId } = await claimed(ledger, [landed(name, { landedAt: now })], {
          dataset,
          now,
        });
        if (index % 2 === 0) await ledger.markStarted(runId, now);
        made.unshift(runId);
      }
      const [f, e, d, c, b, a] = made;
      const walk = async (query: Partial<Parameters<Ledger['runsPage']>[0]>) => {
        const states = ['CREATED', 'STARTED'] as const;
        const asked = { states, since: null, until: null, limit: 2, ...query };
        return await allPages(async (after) => {
          const { runs, next } = await ledger.runsPage({ ...asked, after });
          expect(runs.length).toBeLessThanOrEqual(asked.limit);
          return { found: runs.map(({ runId }) => runId), next };
        });
      };
      expect(await walk({})).toEqual([f, e, d, c, b, a]);
      expect(await walk({ limit: 1 })).toEqual([f, e, d, c, b, a]);
      expect(await walk({ dataset: orders })).toEqual([f, e, d, b, a]);
      expect(await walk({ states: ['STARTED'], dataset: orders })).toEqual([e, a]);
      expect(await walk({ since: at(1_000), until: at(4_000) })).toEqual([d, c, b]);
      expect(await walk({ since: at(4_000), until: at(1_000) })).toEqual([]);
      expect(await walk({ states: ['HELD'] })).toEqual([]);
    },
  ],
  [
    'pages go through files by when they landed, oldest first, each once',
    async (ledger) => {
      for (const [index, name] of ['a', 'b', 'c', 'd'].entries())
        await claimed(ledger, [landed(name, { landedAt: at(index * 1_000) })]);
      const walk = (query: Partial<Parameters<Ledger['filesPage']>[0]>) =>
        allPages(async (after) => {
          const asked = { states: ['CLAIMED', 'HELD'] as const, dataset: orders, limit: 3 };
          const { files, next } = await ledger.filesPage({
            ...{ ...asked, since: null, until: null, ...query, after },
          });
          return { found: files.map(({ key }) => key), next };
        });
      expect(await walk({})).toEqual(['orders/a', 'orders/b', 'orders/c', 'orders/d']);
      const some = { since: at(1_000), until: at(3_000), limit: 1 };
      expect(await walk(some)).toEqual(['orders/b', 'orders/c']);
      expect(await walk({ dataset: products })).toEqual([]);
    },
  ],
];

/** What all pages hold, in their order. */
const allPages = async <T>(
  page: (after: string | null) => Promise<{ found: readonly T[]; next: string | null }>,
): Promise<T[]> => {
  const all: T[] = [];
  for (let after: string | null = null, turns = 0; turns < 99; turns += 1) {
    const { found, next } = await page(after);
    all.push(...found);
    if (next === null) return all;
    after = next;
  }
  throw new Error('the pages have no end');
};
