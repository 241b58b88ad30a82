import { expect } from 'vitest';
import { type Change, positionOf } from '../../core/entities/change.ts';
import { sha256 } from '../../core/hash.ts';
import { DatasetName } from '../../core/ids.ts';
import type { ChangePage, Entities } from '../../core/ports.ts';

/** What every store of entities does; `tag` keeps the datasets of two runs apart. */
export type EntityCase = {
  readonly name: string;
  readonly check: (entities: Entities, tag: string) => Promise<void>;
};

const datasetOf = (tag: string) => DatasetName.parse(`t${sha256(tag).slice(0, 20)}`);

const changeOf = (tag: string, key: string, order: string, rest: Partial<Change> = {}): Change => ({
  ...{ dataset: datasetOf(tag), keyHash: sha256(key), key: `{"id":"${key}"}` },
  ...{ op: 'upsert', row: `{"id":"${key}","n":12.50}`, order, at: Number(order) },
  ...{ shard: 'shardId-0', sequence: `1${order}`, sub: null, ...rest },
});

const entityOf = ({ dataset, keyHash }: Change) => ({ dataset, keyHash });

/** All pages of a walk. */
const whole = async (page: (after: string | null) => Promise<ChangePage>): Promise<Change[]> => {
  const changes: Change[] = [];
  let after: string | null = null;
  do {
    const found: ChangePage = await page(after);
    changes.push(...found.changes);
    after = found.next;
  } while (after !== null);
  return changes;
};

const orders = (changes: readonly Change[]): readonly string[] => changes.map(({ order }) => order);

export const entityCases: readonly EntityCase[] = [
  {
    name: 'gives back what was kept, whole',
    check: async (entities, tag) => {
      const changes = [
        changeOf(tag, 'a', '1', { sub: 7, at: -5, row: `{"id":"a","n":${'9'.repeat(38)}}` }),
        changeOf(tag, 'b', '1', { op: 'delete', row: null }),
      ];
      await entities.append(changes);
      for (const change of changes) expect(await entities.newest(change)).toEqual(change);
    },
  },
  {
    name: 'keeps the same change once, however often and wherever it comes again',
    check: async (entities, tag) => {
      const change = changeOf(tag, 'a', '1');
      await entities.append([change, change]);
      await Promise.all([entities.append([change]), entities.append([change])]);
      const page = { after: null, limit: 10 };
      expect((await entities.history(change, {}, page)).changes).toEqual([change]);
    },
  },
  {
    name: 'has the last by order for the newest, and of equal ones the later in the stream',
    check: async (entities, tag) => {
      const last = changeOf(tag, 'a', '3', { sequence: '100' });
      const some = [last, changeOf(tag, 'a', '3', { sequence: '99' }), changeOf(tag, 'a', '2')];
      for (const change of some) await entities.append([change]);
      expect(await entities.newest(last)).toEqual(last);
    },
  },
  {
    name: 'knows nothing of a key that never changed, nor of one before its first change',
    check: async (entities, tag) => {
      const change = changeOf(tag, 'a', '5');
      await entities.append([change]);
      expect(await entities.newest(changeOf(tag, 'b', '5'))).toBeUndefined();
      expect(await entities.newest({ ...change, dataset: datasetOf(`${tag}x`) })).toBeUndefined();
      expect(await entities.newest(change, 4)).toBeUndefined();
      expect(await entities.newest(change, 5)).toEqual(change);
    },
  },
  {
    name: 'has for the newest of a moment the last by order that was made by then',
    check: async (entities, tag) => {
      const late = changeOf(tag, 'a', '2', { at: 30 });
      const early = changeOf(tag, 'a', '3', { at: 20 });
      await entities.append([late, early, changeOf(tag, 'a', '1', { at: 10 })]);
      const at = async (moment: number) => (await entities.newest(late, moment))?.order;
      expect([await at(9), await at(10), await at(20), await at(30)]).toEqual([
        ...[undefined, '1', '3', '3'],
      ]);
    },
  },
  {
    name: 'tells a history page by page, in order, and only of a time where one is asked for',
    check: async (entities, tag) => {
      const all = ['1', '2', '3', '4', '5', '6', '7'].map((order) => changeOf(tag, 'a', order));
      await entities.append([...all, changeOf(tag, 'b', '3')].toReversed());
      const [first] = all;
      if (first === undefined) throw new Error('there is no change');
      const of = (made: { from?: number; to?: number }, limit: number) =>
        whole((after) => entities.history(entityOf(first), made, { after, limit }));
      for (const limit of [1, 2, 3, 7, 8]) expect(await of({}, limit)).toEqual(all);
      expect(orders(await of({ from: 3, to: 5 }, 2))).toEqual(['3', '4', '5']);
      const page = await entities.history(first, {}, { after: null, limit: 3 });
      expect(page.next).toBe(positionOf(changeOf(tag, 'a', '3')));
    },
  },
  {
    name: 'walks through the states of a dataset alone, each key once',
    check: async (entities, tag) => {
      const keys = Array.from({ length: 40 }, (_, at) => `key ${at}`);
      const each = keys.flatMap((key) => [
        ...[changeOf(tag, key, '2'), changeOf(tag, key, '1'), changeOf(tag, key, '3')],
      ]);
      await entities.append([...each, changeOf(`${tag}x`, 'key 0', '9')]);
      const at = async (moment?: number) =>
        await whole((after) => entities.states(datasetOf(tag), after, moment));
      const now = await at();
      expect(new Set(now.map(({ keyHash }) => keyHash)).size).toBe(keys.length);
      expect(orders(now)).toEqual(keys.map(() => '3'));
      expect(orders(await at(2))).toEqual(keys.map(() => '2'));
      expect(await at(0)).toEqual([]);
    },
  },
];
