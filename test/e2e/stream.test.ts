import {
  type KinesisClient,
  ListShardsCommand,
  PutRecordsCommand,
  SplitShardCommand,
} from '@aws-sdk/client-kinesis';
import { ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import { beforeAll, describe, expect, test } from 'vitest';
import { kinesisClient } from '../../adapters/clients.ts';
import { fileIdOf } from '../../core/landing/file-id.ts';
import { readStreamLine, type StreamRecord } from '../../core/stream/line.ts';
import { unique } from './support/drops.ts';
import { headgateRow } from './support/headgate.ts';
import { landedBytes } from './support/landing.ts';
import { openStack, type Stack } from './support/stack.ts';
import { until } from './support/until.ts';

let stack: Stack;
let kinesis: KinesisClient;
let StreamName: string;

beforeAll(async () => {
  stack = await openStack();
  kinesis = kinesisClient();
  StreamName = stack.outputs.StreamName ?? 'the stack has no stream';
});

type Put = { readonly key: string; readonly data: string | Uint8Array };
type Sent = { readonly shard: string; readonly sequence: string };

/** Puts records as any producer does; what was throttled is put again. */
const put = async (records: readonly Put[]): Promise<readonly Sent[]> => {
  const sent: Sent[] = [];
  for (let left = [...records]; left.length > 0; ) {
    const batch = left.slice(0, 500);
    const { Records: results = [] } = await kinesis.send(
      new PutRecordsCommand({
        StreamName,
        Records: batch.map(({ key, data }) => ({ PartitionKey: key, Data: Buffer.from(data) })),
      }),
    );
    const failed = batch.filter((_, at) => results[at]?.ErrorCode !== undefined);
    for (const { ShardId: shard, SequenceNumber: sequence } of results)
      if (shard !== undefined && sequence !== undefined) sent.push({ shard, sequence });
    left = [...failed, ...left.slice(500)];
  }
  return sent;
};

const named = ({ shard, sequence }: Sent): string => `${shard}/${sequence}`;

type Landed = { readonly key: string; readonly versionId: string; readonly record: StreamRecord };

/** Every record in landing, as often as it is there. */
const landed = async (): Promise<readonly Landed[]> => {
  const Bucket = stack.outputs.LandingBucket;
  const { Versions = [] } = await stack.s3.send(new ListObjectVersionsCommand({ Bucket }));
  const all: Landed[] = [];
  for (const { Key: key = '', VersionId: versionId = '' } of Versions) {
    if (!key.includes('/_stream/')) continue;
    const bytes = await landedBytes(stack, { key, versionId });
    for (const line of bytes.toString('latin1').split('\n').slice(0, -1)) {
      const read = readStreamLine(Buffer.from(line, 'latin1'));
      if (read.kind === 'record') all.push({ key, versionId, record: read.record });
    }
  }
  return all;
};

/** Those that were sent, once all of them have landed. */
const landedOf = (sent: readonly Sent[]) =>
  until('the records in landing', async () => {
    const wanted = new Set(sent.map(named));
    const own = (await landed()).filter(({ record }) => wanted.has(named(record)));
    return new Set(own.map(({ record }) => named(record))).size === wanted.size ? own : undefined;
  });

/** The ends of the files that some records landed in. */
const filesOf = async (records: readonly Landed[]) => {
  const bucket = stack.outputs.LandingBucket;
  const ids = new Set(records.map(({ key, versionId }) => fileIdOf({ bucket, key, versionId })));
  return await Promise.all(
    [...ids].map((fileId) =>
      until(`the end of ${fileId}`, async () => {
        const file = await stack.ledger.file(fileId);
        return file === undefined || file.state === 'CLAIMED' ? undefined : file;
      }),
    ),
  );
};

const reading = (id: string, change: object = {}) =>
  JSON.stringify({
    ...{ reading_id: id, sensor_id: 's-1', celsius: 21.5 },
    ...{ measured_at: '2026-03-04T05:06:07Z', ...change },
  });

const event = (id: string, data: object) =>
  JSON.stringify({
    ...{ specversion: '1.0', id, source: '/shop', type: 'interaction' },
    datacontenttype: 'application/json',
    data: { event_id: id, event: 'view', visitor: 'v', product_id: 'p', ...data },
  });

describe('records put by a plain producer', () => {
  const tag = unique();
  const ids = Array.from({ length: 200 }, (_, at) => `${tag}-${at}`);
  let sent: readonly Sent[];
  let own: readonly Landed[];

  beforeAll(async () => {
    const poison = [
      new Uint8Array([0xff, 0xfe, 0x0a, 0x00]),
      'no json\nat all',
      reading(`${tag}-hot`, { celsius: 4000 }),
      ' ',
    ];
    const occurred_at = '2026-03-04T05:06:07Z';
    const all = [
      ...ids.map((id) => ({ key: id, data: reading(id) })),
      ...poison.map((data, at) => ({ key: `${tag}-${at}`, data })),
      ...ids.slice(0, 20).map((id) => ({ key: id, data: event(id, { occurred_at }) })),
      ...ids
        .slice(20, 25)
        .map((id) => ({ key: id, data: event(id, { event: 'stare', occurred_at }) })),
    ];
    sent = await put(all);
    own = await landedOf(sent);
  });

  test('land each exactly once, whatever is in them', () => {
    expect(own.map(({ record }) => named(record)).sort()).toEqual(sent.map(named).sort());
  });

  test('become rows of the dataset that asks for them', async () => {
    await filesOf(own);
    const count = (table: string, id: string) =>
      headgateRow(`SELECT count(*)::INTEGER AS n, count(DISTINCT ${id})::INTEGER AS ids
        FROM curated.${table} WHERE ${id} LIKE '${tag}-%'`);
    expect(await count('sensor_readings', 'reading_id')).toEqual({ n: 200, ids: 200 });
    expect(await count('clickstream', 'event_id')).toEqual({ n: 20, ids: 20 });
  });

  test('are kept with their reasons, the bad ones, and stop nobody', async () => {
    const files = await filesOf(own.filter(({ key }) => key.endsWith('-rejected.jsonl')));
    const list = files.map(({ fileId }) => `'${fileId}'`).join(', ');
    const codes = (table: string) =>
      headgateRow(`SELECT list(reasons[1].code ORDER BY reasons[1].code) AS codes
        FROM quarantine.${table} WHERE _file IN (${list})`);
    expect(await codes('sensor_readings')).toEqual({
      codes: ['E_ENCODING', 'E_JSON', 'E_JSON', 'E_RANGE'],
    });
    expect(await codes('clickstream')).toEqual({ codes: Array(5).fill('E_ONE_OF') });
  });
});

test('a shard that is split in the middle loses and doubles nothing', async () => {
  const tag = unique();
  const some = (from: number) =>
    Array.from({ length: 100 }, (_, at) => ({
      key: `${tag}-${from + at}`,
      data: reading(`${tag}-${from + at}`),
    }));
  const before = await put(some(0));
  const { Shards = [] } = await kinesis.send(new ListShardsCommand({ StreamName }));
  const parent = Shards.find(({ SequenceNumberRange: range }) => !range?.EndingSequenceNumber);
  const { StartingHashKey = '0', EndingHashKey = '0' } = parent?.HashKeyRange ?? {};
  const middle = (BigInt(StartingHashKey) + BigInt(EndingHashKey)) / 2n;
  await kinesis.send(
    new SplitShardCommand({
      StreamName,
      ShardToSplit: parent?.ShardId,
      NewStartingHashKey: String(middle),
    }),
  );
  const after = await put(some(100));
  const sent = [...before, ...after];
  const wanted = new Set(sent.map(named));
  let next = 200;
  // The local AWS begins at the end of a new shard: with more in it, it is read from its start.
  const own = await until(
    'the records of the new shards',
    async () => {
      await put(some(next).slice(0, 20));
      next += 100;
      const found = (await landed()).filter(({ record }) => wanted.has(named(record)));
      return new Set(found.map(({ record }) => named(record))).size === wanted.size
        ? found
        : undefined;
    },
    { pollMs: 1_500 },
  );
  expect(own.map(({ record }) => named(record)).sort()).toEqual([...wanted].sort());
});
