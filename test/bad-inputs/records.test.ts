import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { lineJudge } from '../../adapters/engine/judge-line.ts';
import type { Dataset } from '../../core/dataset.ts';
import { append, defineDataset } from '../../core/define-dataset.ts';
import { integer, text } from '../../core/fields/index.ts';
import { limits } from '../../core/limits.ts';
import { avro, protobuf } from '../../core/stream/bodies.ts';
import { fromStream } from '../../core/stream/options.ts';
import { routesOf } from '../../core/stream/reading.ts';
import { repeatRoutesOf } from '../../core/stream/repeats.ts';
import type { ShardEntry } from '../../core/stream/segment.ts';
import { push } from '../../functions/push/handler.ts';
import { stream } from '../../functions/stream/handler.ts';
import { aggregated } from '../core/stream/wire-writer.ts';
import { memoryStack } from '../support/memory-stack.ts';
import { nothingBeside } from '../support/nothing-beside.ts';
import { avroRow, avroText, protoRow, protoText, registered } from '../support/stream-bodies.ts';
import { streamed } from '../support/stream-records.ts';

const common = { domain: 'tests', owner: 'tests@example.com', write: append() };
const sales = defineDataset({
  ...{ ...common, name: 'sales', description: 'What was sold.' },
  fields: { id: integer({ bits: 64 }), sku: text({ max: 64 }) },
  key: ['id'],
  stream: fromStream({ repeats: { within: '1d' } }),
});
const accounts = defineDataset({
  ...{ ...common, name: 'accounts', description: 'A table elsewhere, as its changes.' },
  fields: { id: integer({ bits: 64 }), sku: text({ max: 64 }) },
  stream: fromStream({ envelope: 'debezium', when: { attribute: 'feed', is: 'accounts' } }),
});

type Bytes = string | Buffer;
const sale = (id: number | string, sku = 'A-1'): string => `{"id":${id},"sku":"${sku}"}`;

/** Both doors before the whole of Headgate in memory. */
const houseOf = (datasets: readonly Dataset[] = [sales, accounts]) => {
  const stack = memoryStack({ datasets });
  const { store, telemetry, names, now } = stack;
  const shared = { ...telemetry, ...names, store, now };
  const door = push({
    ...shared,
    datasetNamed: (name) => datasets.find((each) => each.name === name),
    judgeOf: lineJudge,
  });
  const entries = new Map<string, ShardEntry>();
  const shards = {
    shard: async (_name: string, shard: string) => entries.get(shard),
    move: async (_turn: number, entry: ShardEntry) => {
      entries.set(entry.shard, entry);
      return 'written' as const;
    },
  };
  const reader = { read: async () => [] };
  const take = stream({
    ...{ ...nothingBeside(), ...shared, shards, reader },
    routes: routesOf(datasets, lineJudge),
    repeatRoutes: repeatRoutesOf(datasets),
  });
  let told = new Set<string>();
  /** Lets S3 tell of what has landed since, and every run come to its end. */
  const settle = async () => {
    const prefix = `s3://${names.landingBucket}/`;
    const fresh = [...stack.objects].filter(([uri]) => uri.startsWith(prefix) && !told.has(uri));
    told = new Set([...told, ...fresh.map(([uri]) => uri)]);
    await stack.land(fresh.map(([uri, bytes]) => [uri.slice(prefix.length), bytes]));
  };
  let sequence = 100;
  const put = async (...payloads: readonly Bytes[]) => {
    const records = payloads.map((payload) => {
      sequence += 1;
      return recordOf(payload, String(sequence));
    });
    await take({ Records: records });
    await settle();
  };
  const post = async (body: Bytes, headers: Record<string, string> = {}, dataset = 'sales') => {
    sequence += 1;
    const answer = await door({
      body: Buffer.from(body).toString('base64'),
      isBase64Encoded: true,
      headers: { 'content-type': 'application/json', ...headers },
      pathParameters: { dataset },
      requestContext: { requestId: `r${sequence}`, authorizer: { principalId: 'key 1' } },
    });
    await settle();
    return { status: answer.statusCode, ...JSON.parse(answer.body) };
  };
  /** What all files together came to, and why rows were rejected. */
  const came = async () => {
    const files = await stack.ledger.listFiles({ limit: 1_000 });
    const sum = (of: 'published' | 'rejected' | 'deduplicated') =>
      files.reduce((total, { counts }) => total + (counts?.[of] ?? 0), 0);
    return {
      ends: [...new Set(files.map(({ state }) => state))].sort(),
      ...{ published: sum('published'), rejected: sum('rejected') },
      deduplicated: sum('deduplicated'),
      codes: codesIn(stack.objects),
    };
  };
  return { post, put, came, stack };
};

const recordOf = (payload: Bytes, sequenceNumber: string) => ({
  awsRegion: 'r',
  eventID: `shardId-0:${sequenceNumber}`,
  eventName: 'aws:kinesis:record',
  eventSource: 'aws:kinesis',
  eventSourceARN: 'arn:aws:kinesis:r:0:stream/Events',
  eventVersion: '1.0',
  invokeIdentityArn: 'arn',
  kinesis: {
    ...{ approximateArrivalTimestamp: 1, kinesisSchemaVersion: '1.0', partitionKey: 'p' },
    ...{ data: Buffer.from(payload).toString('base64'), sequenceNumber },
  },
});

const codesIn = (objects: ReadonlyMap<string, Buffer>): string[] =>
  [...objects]
    .filter(([uri]) => /\/part-\d+\.json$/.test(uri))
    .flatMap(([, bytes]) => {
      const { files }: { files: { reasons: { code: string; rows: number }[] }[] } = JSON.parse(
        bytes.toString('utf8'),
      );
      return files.flatMap(({ reasons }) =>
        reasons.flatMap(({ code, rows }) => Array(rows).fill(code)),
      );
    })
    .sort();

const published = (rows: number, rest: object = {}) => ({
  ends: ['PUBLISHED'],
  ...{ published: rows, rejected: 0, deduplicated: 0, codes: [], ...rest },
});
const nothing = { ends: [], published: 0, rejected: 0, deduplicated: 0, codes: [] };

describe('calls of the API', () => {
  test('A02 a body beyond the limit: 413, with the way of uploads', async () => {
    const { post, came } = houseOf();
    const answer = await post(`[${' '.repeat(limits.bodyBytesMax)}]`);
    expect(answer).toMatchObject({ status: 413, detail: expect.stringContaining('as a file') });
    expect(await came()).toEqual(nothing);
  });

  test.each([
    ['lies', 'text/csv', 415],
    ['is missing', '', 415],
    ['names a charset', 'application/json; charset=latin1', 202],
  ])('A03 a Content-Type that %s', async (_name, type, status) => {
    const { post } = houseOf();
    expect(await post(sale(1), { 'content-type': type })).toMatchObject({ status });
  });

  test('A04 three bad rows of 500: 202, each told, the bad ones in quarantine', async () => {
    const { post, came } = houseOf();
    const rows = Array.from({ length: 500 }, (_, at) => (at % 200 === 7 ? '{"id":"x"}' : sale(at)));
    expect(await post(`[${rows}]`)).toMatchObject({ status: 202, accepted: 497, rejected: 3 });
    const codes = [...Array(3).fill('E_REQUIRED'), ...Array(3).fill('E_TYPE')];
    expect(await came()).toEqual(published(497, { rejected: 3, codes }));
  });

  test('A05 a key again, with other records, and twice at once', async () => {
    const { post, came } = houseOf();
    const key = { 'idempotency-key': 'k' };
    const [first, twin] = await Promise.all([post(sale(1), key), post(sale(1), key)]);
    expect(twin).toEqual(first);
    expect(await post(sale(1), key)).toEqual(first);
    expect(await post(sale(2), key)).toMatchObject({ status: 422 });
    expect(await came()).toEqual(published(1));
  });

  test('A06 a bomb in gzip: 413', async () => {
    const { post, came } = houseOf();
    const bomb = gzipSync(Buffer.alloc(300 * 1024 * 1024, 0x20));
    expect(await post(bomb, { 'content-encoding': 'gzip' })).toMatchObject({ status: 413 });
    expect(await came()).toEqual(nothing);
  });

  test.each(['../x', '%00', 'x'.repeat(500), 'constructor', '__proto__'])(
    'A07 the dataset %s is none: 404',
    async (name) => {
      const { post } = houseOf();
      expect(await post(sale(1), {}, name)).toMatchObject({ status: 404 });
    },
  );

  test('A08 a deep body: 400 with a pointer; a double key, a large number: as in files', async () => {
    const { post, came } = houseOf();
    const deep = `[${sale(1)},{"id":${'['.repeat(600)}${']'.repeat(600)}}]`;
    expect(await post(deep)).toMatchObject({ status: 400, pointer: '/1' });
    const body = `[${sale('9007199254740993')},{"id":1,"id":2,"sku":"A"},{"id":${'['.repeat(40)}${']'.repeat(40)}}]`;
    expect(await post(body)).toMatchObject({ status: 202, accepted: 1, rejected: 2 });
    expect(await came()).toEqual(
      published(1, { rejected: 2, codes: ['E_DEPTH', 'E_JSON_DUP_KEY'] }),
    );
  });
});

describe('records of a stream', () => {
  test('A12 no UTF-8, no JSON, nothing, too much: each rejected, and the shard goes on', async () => {
    const { put, came } = houseOf();
    const bad = [Buffer.from([0xff, 0xfe, 0x0a]), 'no json', '', `{"id":"${'x'.repeat(1 << 20)}"}`];
    await put(sale(1), ...bad, sale(2));
    const codes = ['E_ENCODING', 'E_JSON', 'E_JSON', 'E_ROW_SIZE'];
    expect(await came()).toEqual(published(2, { rejected: 4, codes }));
  });

  test('A13 an aggregated record is taken apart; a damaged one is rejected', async () => {
    const { put, came } = houseOf();
    const whole = aggregated(
      [sale(1), sale(2), 'no json'].map((data) => ({ partitionKey: 'p', data: Buffer.from(data) })),
    );
    const damaged = Buffer.from(whole);
    damaged[10] = (damaged[10] ?? 0) ^ 1;
    await put(whole, damaged, sale(3));
    expect(await came()).toMatchObject({ published: 3, rejected: 2 });
  });

  test('A14 a producer’s repeat is one row', async () => {
    const { put, came } = houseOf();
    await put(sale(1), sale(2), sale(1));
    expect(await came()).toEqual(published(2, { ends: ['IGNORED', 'PUBLISHED'] }));
  });

  test('A14 a producer’s repeat of what another run has published is one row', async () => {
    const { put, came } = houseOf();
    await put(sale(1));
    await put(sale(1, 'B-2'), sale(2));
    expect(await came()).toEqual(published(2, { ends: ['IGNORED', 'PUBLISHED'] }));
  });

  test('A20 changes: an unknown op, an update without its image, a delete', async () => {
    const { put, came } = houseOf();
    const change = (op: string, images: object) =>
      JSON.stringify({
        ...{ feed: 'accounts', op, ts_ms: 1_700_000_000_000, ...images },
        source: { connector: 'postgresql', lsn: 4711, ts_ms: 1_700_000_000_000 },
      });
    const row = { id: 1, sku: 'A' };
    await put(
      change('c', { before: null, after: row }),
      change('x', { before: null, after: row }),
      change('u', { before: row, after: null }),
      change('d', { before: row, after: null }),
    );
    expect(await came()).toEqual(published(2, { rejected: 2, codes: ['E_CDC_OP', 'E_CDC_OP'] }));
  });

  test('A21 Avro: cut off, of another schema’s id, without a header', async () => {
    const body = avro({ header: 'confluent', schemas: { 7: avroText } });
    const { put, came } = houseOf([streamed('rows', { body })]);
    const row = avroRow({ id: 2n ** 53n + 1n, note: 'x' });
    await put(registered(7, row), registered(7, row.subarray(0, -1)), registered(8, row), row);
    const codes = ['E_ENVELOPE', 'E_ENVELOPE', 'E_SCHEMA_ID'];
    expect(await came()).toEqual(published(1, { rejected: 3, codes }));
  });

  test('A22 Protobuf: bad UTF-8, cut off, JSON in its place', async () => {
    const body = protobuf({ schema: protoText, message: 'Row' });
    const { put, came } = houseOf([streamed('rows', { body })]);
    const [row, bad] = [protoRow({ id: 1n, note: 'x' }), protoRow({ id: 1n, note: 'x' })];
    bad[2 + bad.indexOf(0x0a)] = 0xe9;
    await put(row, bad, row.subarray(0, -1), sale(1));
    const codes = ['E_ENCODING', 'E_ENVELOPE', 'E_ENVELOPE'];
    expect(await came()).toEqual(published(1, { rejected: 3, codes }));
  });
});
