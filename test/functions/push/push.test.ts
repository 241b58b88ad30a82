import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { TransientError } from '../../../core/errors.ts';
import { text } from '../../../core/fields/index.ts';
import { Receipt } from '../../../core/push/receipt.ts';
import { memoryStore } from '../../support/memory-store.ts';
import { type Call, doorOf, things } from './calls.ts';

describe('records that the contract takes', () => {
  test('are in landing before the answer, as they were sent', async () => {
    const { call, landed, counted } = doorOf();
    const { status, body } = await call({ body: '[{"id":9007199254740993},{"id":2,"note":"a"}]' });
    expect(status).toBe(202);
    expect(Receipt.parse(body)).toMatchObject({ records: 2, accepted: 2, rejected: 0 });
    expect(landed()).toEqual({
      's3://landing/things/_push/ID.jsonl': '{"id":9007199254740993}\n{"id":2,"note":"a"}\n',
    });
    expect(counted).toEqual(['RecordsAccepted 2', 'RecordsRejected 0']);
  });

  test('land apart from those that it does not, of which each reason is told', async () => {
    const { call, landed } = doorOf();
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
    const { call } = doorOf();
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

describe('an Idempotency-Key', () => {
  const keyed = (body: string, key = 'k1'): Call => ({
    body,
    headers: { 'Idempotency-Key': key },
  });

  test('and the same records get the same receipt, and land once', async () => {
    const { call, memory } = doorOf();
    const first = await call({ ...keyed('{"id":1}'), request: 'r1' });
    const objects = new Map(memory.objects);
    const second = await call({ ...keyed('{"id":1}'), request: 'r2' });
    expect(second).toEqual(first);
    expect(memory.objects).toEqual(objects);
  });

  test('get it also when the contract has changed since', async () => {
    const { call, landed } = doorOf();
    const first = await call(keyed('[{"id":1,"note":"abcde"}]'));
    const stricter = { ...things, fields: { ...things.fields, note: text({ max: 1 }) } };
    expect(await call(keyed('[{"id":1,"note":"abcde"}]'), stricter)).toEqual(first);
    expect(Object.keys(landed())).toEqual(['s3://landing/things/_push/ID.jsonl']);
  });

  test('and other records are refused', async () => {
    const { call, landed } = doorOf();
    await call(keyed('{"id":1}'));
    const answer = await call(keyed('{"id":2}'));
    expect(answer).toMatchObject({
      status: 422,
      body: { type: 'urn:headgate:problem:key-reused' },
    });
    expect(landed()).toEqual({ 's3://landing/things/_push/ID.jsonl': '{"id":1}\n' });
  });

  test('and other records are refused also after its receipt has expired', async () => {
    const { call, landed, memory } = doorOf();
    await call(keyed('{"id":1}'));
    for (const uri of memory.objects.keys())
      if (uri.startsWith('s3://clean/')) memory.objects.delete(uri);
    expect((await call(keyed('{"id":2}'))).status).toBe(422);
    expect(landed()).toEqual({ 's3://landing/things/_push/ID.jsonl': '{"id":1}\n' });
  });

  test('of twins at once has one effect and one answer', async () => {
    let turns = 0;
    const pause = async () => {
      turns += 1;
      for (let turn = 0; turn < turns % 5; turn += 1) await Promise.resolve();
    };
    const { call, landed } = doorOf(memoryStore({ pause }));
    const twins = Array.from({ length: 50 }, (_, at) =>
      call({ ...keyed('[{"id":1},{"id":"x"}]'), request: `r${at}` }),
    );
    const answers = await Promise.all(twins);
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(Object.keys(landed())).toHaveLength(2);
  });

  test('is the sender’s own', async () => {
    const { call, memory } = doorOf();
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
    const sound = doorOf();
    const whole = await sound.call(of);
    for (const dies of [1, 2, 3]) {
      const { call, memory } = doorOf();
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
      expect(memory.objects).toEqual(sound.memory.objects);
    }
  });

  test('without a key is another call when it is made again', async () => {
    const { call, memory } = doorOf();
    await call({ request: 'r1' });
    await call({ request: 'r2' });
    expect(memory.objects.size).toBe(4);
  });

  test('for a reason of ours is 500 or 503, and its log has no value', async () => {
    const { call, memory, logged } = doorOf();
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
