import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { limits } from '../../../core/limits.ts';
import { type Call, doorOf } from './calls.ts';

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
    ['results of windows', { dataset: 'results' }, 422, 'not-for-records', /into the stream/],
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
    ['too much', { body: `[${' '.repeat(limits.bodyBytesMax)}]` }, 413, 'too-large', /as a file/],
    [
      'a bomb',
      {
        body: gzipSync(Buffer.alloc(200 * 1024 * 1024)),
        headers: { ...json, 'content-encoding': 'gzip' },
      },
      413,
      'too-large',
      /as a file/,
    ],
    [
      'a key that is none',
      { headers: { ...json, 'idempotency-key': 'a b' } },
      400,
      'bad-request',
      /Idempotency-Key/,
    ],
    ['nobody', { sender: null }, 401, 'unauthorized', /sign the webhook/],
  ])('%s is told so, and nothing lands', async (_name, of, status, name, detail) => {
    const { call, memory } = doorOf();
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
    const { call, logged } = doorOf();
    const secret = 'hunter2-canary';
    const bodies = [`{"id":"${secret}"}`, `[{"id":1},{"id":${secret}}]`, `${secret}`];
    for (const [at, body] of bodies.entries()) {
      const answer = await call({ body, request: `r${at}` });
      expect(JSON.stringify(answer)).not.toContain(secret);
    }
    expect(logged.join()).not.toContain(secret);
  });
});
