import { describe, expect, test } from 'vitest';
import { eachState } from '../../../bin/commands/entities.ts';
import { changeLine, microsOf, readEntity, withEntities } from '../../../bin/commands/entity.ts';
import { runProgram } from '../../../bin/headgate.ts';
import type { Change } from '../../../core/entities/change.ts';
import { keyFrom } from '../../../core/entities/key.ts';
import { datasets } from '../../../datasets/index.ts';
import { inventory } from '../../../datasets/inventory.ts';
import { memoryEntities } from '../../support/memory-entities.ts';
import { heardOutput } from '../fake-stack.ts';

const keyHash = keyFrom(inventory, ['a'])?.keyHash ?? '';
const second = (at: number): number => Date.UTC(2026, 10, 21, 5, 0, at) * 1000;
const changeOf = (order: string, at: number, rest: Partial<Change> = {}): Change => ({
  ...{ dataset: inventory.name, keyHash, key: '{"sku":"a"}', op: 'upsert', order },
  ...{ row: `{"sku":"a","on_hand":${order},"unit_cost":12.50}`, at: second(at) + 7 },
  ...{ shard: 'shardId-0', sequence: order, sub: null, ...rest },
});
const log = [
  changeOf('1', 1),
  changeOf('2', 2),
  // The same change, put again.
  changeOf('2', 2, { sequence: '9' }),
  changeOf('3', 3, { op: 'delete', row: null }),
];
const stored = async () => {
  const { entities } = memoryEntities();
  await entities.append([...log, changeOf('1', 1, { keyHash: 'b'.repeat(64) })]);
  return entities;
};
const entity = { dataset: inventory.name, keyHash };

/** The command line without any AWS: what it says before it would open the stack. */
const run = async (...args: string[]) => {
  const { out, stderr } = heardOutput();
  const env = { HEADGATE_TARGET: 'aws', AWS_ENDPOINT_URL: 'http://127.0.0.1:9' };
  const code = await runProgram({ out, env, clock: () => 0 }, args);
  return { code, said: stderr.join('') };
};

describe('a key', () => {
  test('is what its last change made of it, now and at a moment', async () => {
    const entities = await stored();
    const at = async (to: number | undefined) =>
      (await readEntity(entities, entity, { to, history: false })).map(({ order }) => order);
    expect(await at(undefined)).toEqual(['3']);
    expect(await at(microsOf('2026-11-21T05:00:02.000Z'))).toEqual(['2']);
    expect(await at(microsOf('2026-11-21'))).toEqual([]);
  });

  test('has a history, in which what was put twice is once', async () => {
    const asked = { to: undefined, history: true };
    const changes = await readEntity(await stored(), entity, asked);
    expect(changes.map(({ order, op }) => `${order} ${op}`)).toEqual([
      ...['1 upsert', '2 upsert', '3 delete'],
    ]);
  });

  test('is one line of JSON with all digits of its row', () => {
    expect(log.slice(0, 1).map(changeLine)).toEqual([
      '{"key":{"sku":"a"},"row":{"sku":"a","on_hand":1,"unit_cost":12.50},"op":"upsert",' +
        '"at":"2026-11-21T05:00:01.000007Z","order":"1","shard":"shardId-0","sequence":"1"}',
    ]);
  });
});

test('all keys are told page by page, the deleted ones where they are asked for', async () => {
  const entities = await stored();
  const keys = async (deleted: boolean) => {
    const found: string[] = [];
    const asked = { at: undefined, deleted };
    const count = await eachState(entities, inventory.name, asked, ({ op }) => found.push(op));
    expect(count).toBe(found.length);
    return found.sort();
  };
  expect(await keys(false)).toEqual(['upsert']);
  expect(await keys(true)).toEqual(['delete', 'upsert']);
});

describe('a command is refused', () => {
  test('of a dataset that keeps no entities, with those that do', async () => {
    const { code, said } = await run('entities', 'orders');
    expect(code).toBe(2);
    expect(said).toMatch(/orders keeps no changes[\s\S]*inventory[\s\S]*docs\/streams.md/);
    expect(withEntities(datasets, 'inventory')).toBe(inventory);
  });

  test.each([
    ['too many texts', ['a', 'b']],
    ['a text that is none of its field', ['x'.repeat(41)]],
  ])('of a key of %s', async (_name, texts) => {
    const { code, said } = await run('entity', 'inventory', ...texts);
    expect(code).toBe(2);
    expect(said).toMatch(/is no key of inventory[\s\S]*sku/);
  });

  test('of a moment that is none', async () => {
    const { code, said } = await run('entity', 'inventory', 'a', '--at', 'yesterday');
    expect(code).toBe(2);
    expect(said).toContain("--at: 'yesterday' is no time");
  });
});
