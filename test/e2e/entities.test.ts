import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { beforeAll, describe, expect, test } from 'vitest';
import { kinesisClient } from '../../adapters/clients.ts';
import { dynamoEntities } from '../../adapters/entity-store.ts';
import { keyFrom } from '../../core/entities/key.ts';
import { inventory } from '../../datasets/inventory.ts';
import { entityCases } from '../support/entity-contract.ts';
import { unique } from './support/drops.ts';
import { headgate, headgateRow } from './support/headgate.ts';
import { logGroups, logLines } from './support/logs.ts';
import { openStack, type Stack } from './support/stack.ts';
import { until } from './support/until.ts';

let stack: Stack;
const kinesis = kinesisClient();

beforeAll(async () => {
  stack = await openStack();
});

const put = async (records: readonly string[], key: string): Promise<void> => {
  const { FailedRecordCount } = await kinesis.send(
    new PutRecordsCommand({
      StreamName: stack.outputs.StreamName,
      Records: records.map((data) => ({ PartitionKey: key, Data: Buffer.from(data) })),
    }),
  );
  expect(FailedRecordCount ?? 0).toBe(0);
};

const second = (at: number): string => `2026-11-21T05:00:0${at}Z`;

/** A change as Debezium puts it; `lsn` is its place in the log of the database. */
const change = (op: string, lsn: number, at: number, images: object): string =>
  JSON.stringify({
    ...{ op, before: null, after: null, ...images },
    source: {
      ...{ connector: 'postgresql', table: 'inventory', schema: 'public' },
      ...{ lsn, ts_ms: Date.parse(second(at)) },
    },
  });

const lines = (stdout: string): readonly Record<string, unknown>[] =>
  stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));

describe('changes of a table elsewhere', () => {
  const tag = unique();
  const [kept, gone, never] = [`${tag}-1`, `${tag}-2`, `${tag}-3`];
  const row = (sku: string, on_hand: number) => ({ sku, on_hand, unit_cost: 2.5 });
  const log = [
    change('c', 10, 1, { after: row(kept, 9) }),
    change('c', 11, 2, { after: row(gone, 5) }),
    change('u', 12, 3, { before: row(kept, 9), after: row(kept, 4) }),
    change('d', 13, 4, { before: row(gone, 5) }),
    change('u', 14, 5, { before: row(kept, 4), after: row(kept, 0) }),
    change('d', 15, 6, { before: row(never, 1) }),
  ];
  const told = (name: string, ...options: readonly string[]) =>
    headgate('entity', 'inventory', name, ...options);

  beforeAll(async () => {
    // Out of order, twice, and in pieces that become segments of their own.
    await put(
      [4, 2, 0].flatMap((at) => log[at] ?? []),
      tag,
    );
    await put(
      [3, 5, 1, 0, 2, 4].flatMap((at) => log[at] ?? []),
      tag,
    );
    await until('all changes', async () => {
      const found = await headgate('entities', 'inventory', '--deleted');
      const own = lines(found.stdout).filter(({ key }) =>
        [kept, gone, never].includes(String(Object(key).sku)),
      );
      return own.length === 3 ? own : undefined;
    });
  });

  test('are the state of a key, the largest digits of the log last', async () => {
    const { stdout } = await told(kept, '--json');
    expect(lines(stdout)).toMatchObject([{ op: 'upsert', row: row(kept, 0) }]);
    expect(stdout).toContain('"unit_cost":2.50');
  });

  test('are its state at a moment', async () => {
    const { stdout } = await told(kept, '--at', second(4), '--json');
    expect(lines(stdout)).toMatchObject([{ row: row(kept, 4), at: '2026-11-21T05:00:03.000000Z' }]);
    const before = await told(kept, '--at', second(0));
    expect([before.code, before.stderr]).toEqual([1, expect.stringMatching(/Nothing is known/)]);
  });

  test('are its history, each once', async () => {
    const { stdout } = await told(kept, '--history', '--json');
    expect(lines(stdout).map((one) => Object(one.row).on_hand)).toEqual([9, 4, 0]);
  });

  test('are a delete, also of a key that nobody knew', async () => {
    expect((await told(gone)).stdout).toContain('is deleted');
    expect(lines((await told(never, '--json')).stdout)).toMatchObject([
      { op: 'delete', row: null },
    ]);
  });

  test('are the whole table again at a moment', async () => {
    const at = async (moment: string) =>
      lines((await headgate('entities', 'inventory', '--at', moment)).stdout)
        .filter(({ sku }) => [kept, gone].includes(String(sku)))
        .map(({ sku, on_hand }) => [sku, on_hand])
        .sort();
    expect(await at(second(3))).toEqual([
      [kept, 4],
      [gone, 5],
    ]);
    expect(await at(second(5))).toEqual([[kept, 0]]);
  });

  test('are told to who asks for them, with no value but the key', async () => {
    const keyHash = keyFrom(inventory, [kept])?.keyHash ?? '';
    const line = await until('what the subscriber says', async () => {
      const [group] = (await logGroups()).filter((name) => /EntitiesSubscribe/.test(name));
      const said = group === undefined ? [] : await logLines(group);
      return said.find((one) => one.includes('stock ran out') && one.includes(keyHash));
    });
    expect(line).not.toContain(kept);
  });
});

describe('a producer that puts an event again', () => {
  test('has one row, though each has a run of its own', async () => {
    const id = unique();
    const event = JSON.stringify({
      ...{ specversion: '1.0', id, source: '/shop', type: 'interaction' },
      data: {
        ...{ event_id: id, event: 'view', visitor: 'v', product_id: 'p' },
        occurred_at: '2026-03-04T05:06:07Z',
      },
    });
    const rows = () =>
      headgateRow(
        `SELECT count(*)::INTEGER AS n FROM curated.clickstream WHERE event_id = '${id}'`,
      );
    await put([event], id);
    await until('the first row', async () => Object(await rows()).n === 1 || undefined);
    await put([event], id);
    const ignored = await until('the repeat', async () => {
      const files = await stack.ledger.listFiles({ states: ['IGNORED'], limit: 100 });
      return files.find(({ key }) => key.endsWith('-repeats.jsonl'));
    });
    expect(ignored.reason).toEqual({ code: 'IGNORED', detail: 'repeated records' });
    expect(await rows()).toEqual({ n: 1 });
  });
});

describe('the table of entities', () => {
  test.each(entityCases)('$name', async ({ check }) => {
    const name = stack.outputs.EntityTable ?? 'none';
    await check(dynamoEntities({ client: new DynamoDBClient(), name }), unique());
  });
});
