import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import { lineJudge } from '../../../adapters/engine/judge-line.ts';
import type { Dataset } from '../../../core/dataset.ts';
import { append, defineDataset, replace } from '../../../core/define-dataset.ts';
import { TransientError } from '../../../core/errors.ts';
import { integer, text } from '../../../core/fields/index.ts';
import { EpochMs } from '../../../core/ids.ts';
import { limits } from '../../../core/limits.ts';
import { Receipt } from '../../../core/push/receipt.ts';
import { push } from '../../../functions/push/handler.ts';
import type { PushEvent } from '../../../functions/push/request.ts';
import { memoryStore } from '../../support/memory-store.ts';

const things = defineDataset({
  name: 'things',
  domain: 'tests',
  owner: 'tests@example.com',
  description: 'Something with a number.',
  fields: { id: integer({ bits: 64 }), note: text({ optional: true, max: 5 }) },
  write: append(),
});
const tables = defineDataset({ ...things, name: 'tables', write: replace() });

let memory = memoryStore();
let logged: string[] = [];
let counted: string[] = [];
beforeEach(() => {
  memory = memoryStore();
  logged = [];
  counted = [];
});

const say = (message: string, fields: object) =>
  void logged.push(`${message} ${JSON.stringify(fields)}`);
const depsWith = (dataset: Dataset, store: Parameters<typeof push>[0]['store']) => ({
  log: { info: say, warn: say, error: say },
  count: (metric: string, value: number) => void counted.push(`${metric} ${value}`),
  store,
  landingBucket: 'landing',
  cleanBucket: 'clean',
  now: () => EpochMs.parse(Date.UTC(2026, 10, 21)),
  datasetNamed: (name: string) => [dataset, tables].find((each) => each.name === name),
  judgeOf: lineJudge,
});

type Call = {
  readonly dataset?: string;
  readonly body?: string | Buffer;
  readonly headers?: Record<string, string>;
  readonly request?: string;
  readonly sender?: string | null;
};

const eventOf = (call: Call): PushEvent => ({
  body: Buffer.from(call.body ?? '{"id":1}').toString('base64'),
  isBase64Encoded: true,
  headers: { 'content-type': 'application/json', ...call.headers },
  pathParameters: { dataset: call.dataset ?? 'things' },
  requestContext: {
    requestId: call.request ?? 'r1',
    authorizer: call.sender === null ? null : { principalId: call.sender ?? 'key 1' },
  },
});

const call = async (of: Call, dataset: Dataset = things, store = memory.store) => {
  const answer = await push(depsWith(dataset, store))(eventOf(of));
  return { status: answer.statusCode, body: JSON.parse(answer.body), headers: answer.headers };
};

const landed = () =>
  Object.fromEntries(
    [...memory.objects]
      .filter(([uri]) => uri.startsWith('s3://landing/'))
      .map(([uri, bytes]) => [uri.replace(/[0-9a-f]{32}/, 'ID'), bytes.toString('utf8')]),
  );

describe('records that the contract takes', () => {
  test('are in landing before the answer, as they were sent', async () => {
    const { status, body } = await call({ body: '[{"id":9007199254740993},{"id":2,"note":"a"}]' });
    expect(status).toBe(202);
    expect(Receipt.parse(body)).toMatchObject({ records: 2, accepted: 2, rejected: 0 });
    expect(landed()).toEqual({
      's3://landing/things/_push/ID.jsonl': '{"id":9007199254740993}\n{"id":2,"note":"a"}\n',
    });
    expect(counted).toEqual(['RecordsAccepted 2', 'RecordsRejected 0']);
  });

  test('land apart from those that it does not, of which each reason is told', async () => {
    const { status, body } = await call({
      body: '[{"id":1},{"id":"x"},{"note":"too long"},{"id":2}]',
    });
    expect(status).toBe(202);
    expect(Receipt.parse(body).outcomes).toEqual([
      { index: 0, outcome: 'accepted' },
      { index: 1, outcome: 'rejected', reasons: [{ code: 'E_TYPE', field: 'id' }] },
      {
        index: 2,
        outcome: 'rejected',
        reasons: [
          { code: 'E_REQUIRED', field: 'id' },
          { code: 'E_LENGTH', field: 'note' },
        ],
      },
      { index: 3, outcome: 'accepted' },
    ]);
    expect(landed()).toEqual({
      's3://landing/things/_push/ID.jsonl': '{"id":1}\n{"id":2}\n',
      's3://landing/things/_push/ID-rejected.jsonl': '{"id":"x"}\n{"note":"too long"}\n',
    });
  });

  test('may come as lines, and packed', async () => {
    const { body } = await call({
      body: gzipSync('{"id":1}\nno json\n'),
      headers: {
        'content-type': 'application/x-ndjson; charset=utf-8',
        'content-encoding': 'gzip',
      },
    });
    expect(body.outcomes.map(({ outcome }: { outcome: string }) => outcome)).toEqual([
      ...['accepted', 'rejected'],
    ]);
  });
});

describe('what cannot be taken', () => {
  const json = { 'content-type': 'application/json' };
  test.each<[string, Call, number, string, RegExp]>([
    ['no JSON', { body: '{"id":' }, 400, 'not-json', /not JSON/],
    ['an unknown dataset', { dataset: 'nothing' }, 404, 'not-found', /no dataset/],
    ['a way out', { dataset: '../x' }, 404, 'not-found', /no dataset/],
    ['a name of JavaScript', { dataset: 'constructor' }, 404, 'not-found', /no dataset/],
    ['a long name', { dataset: 'x'.repeat(500) }, 404, 'not-found', /no dataset/],
    ['a NUL', { dataset: '\0' }, 404, 'not-found', /no dataset/],
    ['a dataset of whole tables', { dataset: 'tables' }, 422, 'not-for-records', /whole table/],
    [
      'another type',
      { headers: { 'content-type': 'text/csv' } },
      415,
      'unsupported-type',
      /one of/,
    ],
    ['no type', { headers: { 'content-type': '' } }, 415, 'unsupported-type', /one of/],
    [
      'another packing',
      { headers: { ...json, 'content-encoding': 'br' } },
      415,
      'unsupported-type',
      /gzip, identity/,
    ],
    [
      'what is not packed',
      { headers: { ...json, 'content-encoding': 'gzip' } },
      400,
      'bad-request',
      /not gzip/,
    ],
    ['too much', { body: `[${' '.repeat(limits.bodyBytesMax)}]` }, 413, 'too-large', /uploads/],
    [
      'a bomb',
      {
        body: gzipSync(Buffer.alloc(200 * 1024 * 1024)),
        headers: { ...json, 'content-encoding': 'gzip' },
      },
      413,
      'too-large',
      /uploads/,
    ],
    [
      'a key that is none',
      { headers: { ...json, 'idempotency-key': 'a b' } },
      400,
      'bad-request',
      /Idempotency-Key/,
    ],
    ['nobody', { sender: null }, 401, 'unauthorized', /who sends/],
  ])('%s is told so, and nothing lands', async (_name, of, status, name, detail) => {
    const answer = await call(of);
    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject({ 'Content-Type': 'application/problem+json' });
    expect(answer.body).toMatchObject({
      ...{ type: `urn:headgate:problem:${name}`, status, title: expect.any(String) },
      detail: expect.stringMatching(detail),
    });
    expect([...memory.objects.keys()]).toEqual([]);
  });

  test('is told without a value of it', async () => {
    const secret = 'hunter2-canary';
    const bodies = [`{"id":"${secret}"}`, `[{"id":1},{"id":${secret}}]`, `${secret}`];
    for (const [at, body] of bodies.entries()) {
      const answer = await call({ body, request: `r${at}` });
      expect(JSON.stringify(answer)).not.toContain(secret);
    }
    expect(logged.join()).not.toContain(secret);
  });
});

describe('an Idempotency-Key', () => {
  const keyed = (body: string, key = 'k1'): Call => ({
    body,
    headers: { 'Idempotency-Key': key },
  });

  test('and the same records get the same receipt, and land once', async () => {
    const first = await call({ ...keyed('{"id":1}'), request: 'r1' });
    const objects = new Map(memory.objects);
    const second = await call({ ...keyed('{"id":1}'), request: 'r2' });
    expect(second).toEqual(first);
    expect(memory.objects).toEqual(objects);
  });

  test('get it also when the contract has changed since', async () => {
    const first = await call(keyed('[{"id":1,"note":"abcde"}]'));
    const stricter = { ...things, fields: { ...things.fields, note: text({ max: 1 }) } };
    expect(await call(keyed('[{"id":1,"note":"abcde"}]'), stricter)).toEqual(first);
    expect(Object.keys(landed())).toEqual(['s3://landing/things/_push/ID.jsonl']);
  });

  test('and other records are refused', async () => {
    await call(keyed('{"id":1}'));
    const answer = await call(keyed('{"id":2}'));
    expect(answer).toMatchObject({
      status: 422,
      body: { type: 'urn:headgate:problem:key-reused' },
    });
    expect(landed()).toEqual({ 's3://landing/things/_push/ID.jsonl': '{"id":1}\n' });
  });

  test('and other records are refused also after its receipt has expired', async () => {
    await call(keyed('{"id":1}'));
    for (const uri of memory.objects.keys())
      if (uri.startsWith('s3://clean/')) memory.objects.delete(uri);
    expect((await call(keyed('{"id":2}'))).status).toBe(422);
    expect(landed()).toEqual({ 's3://landing/things/_push/ID.jsonl': '{"id":1}\n' });
  });

  test('of twins at once has one effect and one answer', async () => {
    const turns = { left: 0 };
    memory = memoryStore({
      pause: async () => {
        turns.left += 1;
        for (let turn = 0; turn < turns.left % 5; turn += 1) await Promise.resolve();
      },
    });
    const twins = Array.from({ length: 50 }, (_, at) =>
      call({ ...keyed('[{"id":1},{"id":"x"}]'), request: `r${at}` }),
    );
    const answers = await Promise.all(twins);
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(Object.keys(landed())).toHaveLength(2);
  });

  test('is the sender’s own', async () => {
    await call({ ...keyed('{"id":1}'), sender: 'key 1' });
    const other = await call({ ...keyed('{"id":2}'), sender: 'key 2' });
    expect(other.status).toBe(202);
    expect(memory.objects.size).toBe(4);
  });
});

describe('a call that dies', () => {
  test('after any of its writes is ended by its repeat', async () => {
    const headers = { 'idempotency-key': 'k' };
    const of = { body: '[{"id":1},{"id":"x"}]', headers };
    const whole = await call(of);
    const objects = new Map(memory.objects);
    for (const dies of [1, 2, 3]) {
      memory = memoryStore();
      let writes = 0;
      const dying = {
        ...memory.store,
        putOnce: async (uri: string, bytes: Buffer | string) => {
          const written = await memory.store.putOnce(uri, bytes);
          writes += 1;
          if (writes === dies) throw new TransientError('the reply is lost');
          return written;
        },
      };
      expect((await call(of, things, dying)).status).toBe(503);
      expect(await call(of)).toEqual(whole);
      expect(memory.objects).toEqual(objects);
    }
  });

  test('without a key is another call when it is made again', async () => {
    await call({ request: 'r1' });
    await call({ request: 'r2' });
    expect(memory.objects.size).toBe(4);
  });

  test('for a reason of ours is 500 or 503, and its log has no value', async () => {
    const failing = (error: Error) => ({
      ...memory.store,
      putOnce: async () => {
        throw error;
      },
    });
    const later = await call({}, things, failing(new TransientError('slow down')));
    expect(later).toMatchObject({ status: 503, headers: { 'Retry-After': '2' } });
    const bug = await call({}, things, failing(new Error('a bug that quotes 4711')));
    expect(bug.status).toBe(500);
    expect(JSON.stringify(bug) + logged.join()).not.toContain('4711');
  });
});
