import { describe, expect, test } from 'vitest';
import type { Change } from '../../../core/entities/change.ts';
import type { Subscriber, Told } from '../../../core/entities/subscriber.ts';
import { sha256 } from '../../../core/hash.ts';
import { DatasetName } from '../../../core/ids.ts';
import { datasets } from '../../../datasets/index.ts';
import { subscribe } from '../../../functions/subscribe/handler.ts';
import { subscribers } from '../../../subscribers/index.ts';
import { fakeTelemetry } from '../../support/fakes.ts';
import { memoryEntities } from '../../support/memory-entities.ts';

const changeOf = (key: string, order: string, dataset = 'inventory', on_hand = 1): Change => ({
  ...{ dataset: DatasetName.parse(dataset), keyHash: sha256(key), key: `{"sku":"${key}"}` },
  ...{ op: 'upsert', row: `{"sku":"${key}","on_hand":${on_hand}}`, order, at: 1 },
  ...{ shard: 'shardId-0', sequence: '1', sub: null },
});

const worldOf = async (kept: readonly Change[], throwing = false) => {
  const { entities } = memoryEntities();
  await entities.append(kept);
  const told: Told[] = [];
  const subscriber: Subscriber = {
    ...{ name: 'listener', dataset: 'inventory' },
    handle: async (change) => {
      if (throwing) throw new Error('hunter2-canary');
      told.push(change);
    },
  };
  const telemetry = fakeTelemetry();
  const tell = subscribe({ ...telemetry, entities, subscribers: [subscriber] });
  return { tell, told, telemetry };
};

describe('a batch of changes', () => {
  const [first, second] = [changeOf('a', '1'), changeOf('a', '2')];

  test('is told change by change, those of a key in their order', async () => {
    const { tell, told } = await worldOf([first, second]);
    const others = [changeOf('b', '1'), changeOf('a', '1', 'others')];
    expect(await tell([second, ...others, first])).toEqual({ told: 3 });
    expect(told.map(({ key, isNewest }) => [key, isNewest])).toEqual([
      ['{"sku":"a"}', false],
      ['{"sku":"a"}', true],
      ['{"sku":"b"}', true],
    ]);
    expect((told[0]?.position ?? '') < (told[1]?.position ?? '')).toBe(true);
  });

  test('says of one that came late that it is not the newest', async () => {
    const { tell, told } = await worldOf([first, second]);
    await tell([first]);
    expect(told).toMatchObject([{ isNewest: false }]);
  });

  test('fails whole where a subscriber throws, without what it threw', async () => {
    const { tell } = await worldOf([first], true);
    const failed = await tell([first]).catch((error: unknown) => error);
    expect(failed).toMatchObject({ name: 'TransientError' });
    expect(String(failed)).not.toContain('canary');
  });

  test('of a dataset that nobody asks for costs no read', async () => {
    const { tell, telemetry } = await worldOf([]);
    expect(await tell([changeOf('a', '1', 'others')])).toEqual({ told: 0 });
    expect(telemetry.counted('ChangesTold')).toBe(0);
  });
});

describe('those who are told', () => {
  test('have names of their own, and datasets that keep entities', () => {
    expect(new Set(subscribers.map(({ name }) => name)).size).toBe(subscribers.length);
    const keeping = datasets.filter(({ stream }) => stream?.entities !== undefined);
    for (const { dataset } of subscribers)
      expect(keeping.map(({ name }) => String(name))).toContain(dataset);
  });

  test.each([
    ['an article that ran out', changeOf('a', '1', 'inventory', 0), 1],
    ['one that is there', changeOf('a', '1'), 0],
    ['one that is deleted', { ...changeOf('a', '1'), op: 'delete', row: null } as const, 0],
  ])('hear of %s', async (_name, change, times) => {
    const { entities } = memoryEntities();
    await entities.append([change]);
    const telemetry = fakeTelemetry();
    await subscribe({ ...telemetry, entities, subscribers })([change]);
    const said = telemetry.lines.filter(({ message }) => message === 'stock ran out');
    expect(said).toHaveLength(times);
    for (const { fields } of said) expect(fields).toMatchObject({ keyHash: change.keyHash });
  });
});
