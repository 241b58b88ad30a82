import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import type { FileEntry } from '../../core/ledger.ts';
import { tableRuns } from './support/catalog.ts';
import { allEnded, type Dropped, drop, freshKey, runEnded } from './support/drops.ts';
import { executionNames } from './support/executions.ts';
import { landedBytes, watchLanding } from './support/landing.ts';
import type { Onlooker } from './support/onlooker.ts';
import { withProducts } from './support/products.ts';
import { notify, queueIsEmpty } from './support/queue.ts';
import { csv, goodOrders, orderHeader } from './support/rows.ts';
import { openStack, type Stack } from './support/stack.ts';
import { until } from './support/until.ts';

type Case = {
  readonly what: string;
  readonly key: string;
  readonly bytes: string | Buffer;
  readonly state: FileEntry['state'];
  readonly code?: string;
  readonly published?: number;
};

const png = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(64, 1)]);
const zipped = gzipSync(csv(goodOrders(400)));
const corrupt = Buffer.from(zipped);
corrupt.fill(0x55, 200, 260);
/** The same columns in another order; each row's values go along. */
const turned = (line: string): string => line.split(',').toReversed().join(',');

const cases: readonly Case[] = [
  {
    what: 'a prefix that no dataset has',
    key: freshKey('nothing-of-ours', 'x.csv'),
    bytes: 'a\n1\n',
    state: 'QUARANTINED',
    code: 'E_NO_DATASET',
  },
  {
    what: 'no bytes',
    key: freshKey('orders', 'zero.csv'),
    bytes: '',
    state: 'QUARANTINED',
    code: 'E_EMPTY',
  },
  {
    what: 'a header and no rows',
    key: freshKey('orders', 'header-only.csv'),
    // The blank line keeps the bytes apart from those of an earlier run of this test.
    bytes: `${orderHeader}\n${'\n'.repeat(1 + (Date.now() % 1_000))}`,
    state: 'PUBLISHED',
    published: 0,
  },
  {
    what: 'a damaged gzip',
    key: freshKey('orders', 'bad.csv.gz'),
    bytes: corrupt,
    state: 'QUARANTINED',
    code: 'E_CORRUPT',
  },
  {
    what: 'a gzip that is cut off',
    key: freshKey('orders', 'cut.csv.gz'),
    bytes: zipped.subarray(0, zipped.length - 40),
    state: 'QUARANTINED',
    code: 'E_CORRUPT',
  },
  {
    what: 'another header',
    key: freshKey('orders', 'other.csv'),
    bytes: 'a,b\n1,2\n',
    state: 'QUARANTINED',
    code: 'E_HEADER',
  },
  {
    what: 'columns in another order',
    key: freshKey('orders', 'turned.csv'),
    bytes: csv(goodOrders(3).map(turned), turned(orderHeader)),
    state: 'PUBLISHED',
    published: 3,
  },
  {
    what: 'a column named twice',
    key: freshKey('orders', 'twice.csv'),
    bytes: csv(goodOrders(1), orderHeader.replace('notes', 'country')),
    state: 'QUARANTINED',
    code: 'E_HEADER_DUP',
  },
  {
    what: 'a picture named .csv',
    key: freshKey('orders', 'picture.csv'),
    bytes: png,
    state: 'QUARANTINED',
    code: 'E_FORMAT',
  },
  { what: 'a marker of Spark', key: freshKey('orders', '_SUCCESS'), bytes: '', state: 'IGNORED' },
  {
    what: 'good rows beside all of that',
    key: freshKey('orders', 'good.csv'),
    bytes: csv(goodOrders(30)),
    state: 'PUBLISHED',
    published: 30,
  },
];

let stack: Stack;
let notices: Onlooker;
let dropped: readonly Dropped[];
let files: readonly FileEntry[];

beforeAll(async () => {
  stack = await openStack();
  notices = await watchLanding(stack);
  await withProducts(stack);
  dropped = await Promise.all(cases.map(({ key, bytes }) => drop(stack, key, bytes)));
  files = await allEnded(stack, dropped);
  await Promise.all(files.flatMap(({ runId }) => (runId === null ? [] : [runEnded(stack, runId)])));
});

describe('a file that holds', () => {
  test.each(cases.map((each, at) => ({ ...each, at })))(
    '$what ends as $state',
    ({ at, state, code, published }) => {
      expect(files[at]).toMatchObject({
        state,
        ...(code === undefined ? {} : { reason: { code, detail: expect.any(String) } }),
        ...(published === undefined ? {} : { counts: { published, rejected: 0 } }),
      });
    },
  );

  test('anything bad lies in landing as it came', async () => {
    for (const each of dropped) expect(await landedBytes(stack, each)).toEqual(each.bytes);
  });
});

test('five more deliveries of every notice change nothing', async () => {
  const bodies = await until('the notice of every file', async () => {
    const seen = await notices.seen();
    const own = seen.filter((body) => dropped.some(({ key }) => body.includes(key)));
    return own.length >= dropped.length ? own : undefined;
  });
  const state = async () => ({
    files: await Promise.all(dropped.map(({ fileId }) => stack.ledger.file(fileId))),
    runs: (await stack.ledger.listRuns({ limit: 500 })).map(({ runId }) => runId),
    executions: await executionNames(stack),
    snapshots: await tableRuns(stack, 'orders'),
  });
  const before = await state();
  await notify(stack, Array.from({ length: 5 }, () => bodies).flat());
  await queueIsEmpty(stack);
  expect(await state()).toEqual(before);
});
