import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { validateFile } from '../../adapters/engine/validate.ts';
import { memoryStack } from '../support/memory-stack.ts';

const header = 'product_id,product_name,category,unit_cost';
const products = [header, 'P-0001,Lamp,home,12.50', 'P-0002,Rake,garden,7.00', ''].join('\n');
const orderHeader =
  'order_id,customer_id,email,product_id,quantity,unit_price,currency,status,ordered_at,country,notes';
const order = (id: number, more: Partial<Record<'quantity' | 'email', string>> = {}): string =>
  [
    `ORD-${String(id).padStart(10, '0')}`,
    'C-000001',
    more.email ?? ' Ana@Example.com ',
    'P-0001',
    more.quantity ?? '2',
    '10.25',
    'EUR',
    'paid',
    '2025-03-04T05:06:07Z',
    'de',
    '',
  ].join(',');
const orders = (...rows: string[]): string => [orderHeader, ...rows, ''].join('\n');
const good = (from: number, count: number): string[] =>
  Array.from({ length: count }, (_, index) => order(from + index));

const statesOf = async (stack: ReturnType<typeof memoryStack>) => {
  const files = await stack.ledger.listFiles({ limit: 100 });
  return Object.fromEntries(
    files.map((file) => [file.key, [file.state, file.reason?.code ?? null]]),
  );
};
const withProducts = async (options: Parameters<typeof memoryStack>[0] = {}) => {
  const stack = memoryStack(options);
  await stack.land([['products/p.csv', products]]);
  return stack;
};
const runOf = async (stack: ReturnType<typeof memoryStack>, dataset = 'orders') => {
  const runs = await stack.ledger.listRuns({ limit: 10 });
  return runs.find((run) => run.dataset === dataset);
};

test('a dropped file becomes one snapshot, its bad rows and duplicates are counted', async () => {
  const stack = await withProducts();
  const rows = [...good(1, 40), order(3), order(99, { quantity: '2x' })];
  await stack.land([['orders/a.csv', orders(...rows)]]);
  const run = await runOf(stack);
  expect(run).toMatchObject({
    state: 'PUBLISHED',
    counts: { rowsIn: 42, published: 40, rejected: 1, deduplicated: 1 },
  });
  const table = stack.tables.get('orders');
  expect(table?.snapshots).toHaveLength(1);
  expect(String(table?.snapshots?.[0]?.['snapshot-id'])).toBe(run?.snapshotId);
  expect(table?.snapshots?.[0]?.summary).toMatchObject({
    'total-records': '40',
    'headgate.run-id': run?.runId,
  });
  expect(stack.events.map((event) => event.type)).toEqual(['Dataset Updated', 'Dataset Updated']);
});

test('two spellings of one key are one row; the other is counted and kept', async () => {
  const stack = await withProducts();
  const spelt = (key: string) => order(1).replace('ORD-0000000001', key);
  const rows = [spelt('caf\u00e9'), spelt('cafe\u0301'), ...good(2, 20)];
  await stack.land([['orders/a.csv', orders(...rows)]]);
  expect(await runOf(stack)).toMatchObject({
    state: 'PUBLISHED',
    counts: { rowsIn: 22, published: 21, rejected: 0, deduplicated: 1 },
  });
});

test('each way a file can end, in one delivery, and the good one is still published', async () => {
  const stack = await withProducts();
  const same = orders(...good(1, 30));
  await stack.land([['orders/first.csv', same]]);
  const gone = stack.drop('orders/gone.csv', orders(order(500)));
  stack.remove('orders/gone.csv', gone.versionId);
  const bodies = [
    gone.body,
    ...[
      ['orders/again.csv', same],
      ['orders/empty.csv', ''],
      ['orders/header-only.csv', orders()],
      ['orders/picture.csv', Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')],
      ['orders/cut.csv.gz', gzipSync(orders(...good(600, 50))).subarray(0, 90)],
      ['orders/wrong.csv', 'a,b\n1,2\n'],
      ['orders/twice.csv', orders(order(700)).replace('notes', 'country')],
      ['unknown/x.csv', 'a\n1\n'],
      ['orders/_SUCCESS', ''],
      ['orders/good.csv', orders(...good(800, 30))],
    ].map(([key, bytes]) => stack.drop(String(key), bytes ?? '').body),
  ];
  await stack.deliver(bodies);
  await stack.execute();
  expect(await statesOf(stack)).toEqual({
    'products/p.csv': ['PUBLISHED', null],
    'orders/first.csv': ['PUBLISHED', null],
    'orders/gone.csv': ['GONE', 'GONE'],
    'orders/again.csv': ['DUPLICATE', 'DUPLICATE'],
    'orders/empty.csv': ['QUARANTINED', 'E_EMPTY'],
    'orders/header-only.csv': ['PUBLISHED', null],
    'orders/picture.csv': ['QUARANTINED', 'E_FORMAT'],
    'orders/cut.csv.gz': ['QUARANTINED', 'E_CORRUPT'],
    'orders/wrong.csv': ['QUARANTINED', 'E_HEADER'],
    'orders/twice.csv': ['QUARANTINED', 'E_HEADER_DUP'],
    'unknown/x.csv': ['QUARANTINED', 'E_NO_DATASET'],
    'orders/_SUCCESS': ['IGNORED', expect.any(String)],
    'orders/good.csv': ['PUBLISHED', null],
  });
  const before = await statesOf(stack);
  const snapshots = stack.tables.get('orders')?.snapshots?.length;
  await stack.deliver([...bodies, ...bodies]);
  await stack.execute();
  expect(await statesOf(stack)).toEqual(before);
  expect(stack.tables.get('orders')?.snapshots).toHaveLength(snapshots ?? -1);
});

test('a run above the reject limit is held, and the same bytes may be dropped again', async () => {
  const stack = await withProducts();
  const bad = orders(...good(1, 10), order(50, { email: 'nobody' }));
  await stack.land([['orders/bad.csv', bad]]);
  expect(await runOf(stack)).toMatchObject({
    state: 'HELD',
    snapshotId: null,
    reason: { code: 'E_TOO_MANY_REJECTS' },
  });
  expect(stack.tables.get('orders')?.snapshots ?? []).toEqual([]);
  await stack.land([['orders/bad-again.csv', bad]]);
  expect((await statesOf(stack))['orders/bad-again.csv']).toEqual(['HELD', 'E_TOO_MANY_REJECTS']);
});

test('orders wait for products: nothing is published without what it is joined with', async () => {
  const stack = memoryStack();
  await stack.land([['orders/early.csv', orders(...good(1, 5))]]);
  expect(await runOf(stack)).toMatchObject({ state: 'HELD', reason: { code: 'E_REFERENCE' } });
  await stack.land([['products/p.csv', products]]);
  await stack.land([['orders/early.csv', orders(...good(1, 5))]]);
  expect(await runOf(stack)).toMatchObject({ state: 'PUBLISHED', counts: { published: 5 } });
});

test('of whole-table files the newest is the table, whichever is loaded last', async () => {
  const stack = memoryStack();
  const old = stack.drop('products/p.csv', products);
  const newer = stack.drop('products/p.csv', `${products}P-0003,Book,books,3.00\n`);
  await stack.deliver([newer.body]);
  await stack.execute();
  await stack.deliver([old.body]);
  await stack.execute();
  const states = (await stack.ledger.listFiles({ limit: 10 })).map((file) => file.state).sort();
  expect(states).toEqual(['PUBLISHED', 'SUPERSEDED']);
  const snapshots = stack.tables.get('products')?.snapshots ?? [];
  expect(snapshots.map((snapshot) => snapshot.summary['total-records'])).toEqual(['3']);
});

test.each(['plan', 'validate', 'transform', 'gate', 'load', 'publish'] as const)(
  'a worker that dies after its work in %s changes nothing, however the stage is repeated',
  async (dying) => {
    let deaths = 0;
    const stack = await withProducts({
      around: (name, stage) => async (event) => {
        const result = await stage(event);
        if (name === dying && deaths++ < 2) throw new Error('Runtime exited: signal: killed');
        return result;
      },
    });
    await stack.land([['orders/a.csv', orders(...good(1, 20))]]);
    expect(deaths).toBeGreaterThan(1);
    expect(await statesOf(stack)).toMatchObject({ 'orders/a.csv': ['PUBLISHED', null] });
    expect(stack.tables.get('orders')?.snapshots).toHaveLength(1);
  },
);

test('a file that kills its worker every time is quarantined alone, after its attempts', async () => {
  const stack = await withProducts({
    validateFile: async (input) => {
      if ((await readFile(input.path, 'utf8')).includes('poison'))
        throw new Error('Runtime exited: signal: killed');
      return await validateFile(input);
    },
  });
  await stack.land([
    ['orders/a.csv', orders(...good(1, 20))],
    ['orders/poison.csv', orders(...good(30, 20), order(60, { email: 'poison@example.com' }))],
    ['orders/b.csv', orders(...good(70, 20))],
  ]);
  expect(await statesOf(stack)).toMatchObject({
    'orders/a.csv': ['PUBLISHED', null],
    'orders/poison.csv': ['QUARANTINED', 'E_RESOURCE'],
    'orders/b.csv': ['PUBLISHED', null],
  });
  expect(stack.tables.get('orders')?.snapshots).toHaveLength(1);
});
