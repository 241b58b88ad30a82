import { describe, expect, test } from 'vitest';
import { append, defineDataset } from '../../../core/define-dataset.ts';
import { integer } from '../../../core/fields/index.ts';
import { EpochMs } from '../../../core/ids.ts';
import { limits } from '../../../core/limits.ts';
import type { Uploads } from '../../../core/upload/port.ts';
import type { UploadedPart } from '../../../core/upload/upload.ts';
import { upload } from '../../../functions/upload/handler.ts';
import { memoryStore } from '../../support/memory-store.ts';

const things = defineDataset({
  name: 'things',
  domain: 'tests',
  owner: 'tests@example.com',
  description: 'Something with a number.',
  fields: { id: integer() },
  write: append(),
});
const mebibyte = 1024 * 1024;

/** S3 as far as uploads see it. */
const memoryUploads = () => {
  const begun = new Map<string, UploadedPart[]>();
  const objects = new Map<string, number>();
  let made = 0;
  const uploads: Uploads = {
    size: async (key) => objects.get(key),
    signPut: async ({ key }) => ({ method: 'PUT', url: `s3:${key}`, headers: {} }),
    signPart: async ({ id }, { number }) => ({
      method: 'PUT',
      url: `${id} ${number}`,
      headers: {},
    }),
    begin: async () => {
      made += 1;
      begun.set(`u${made}`, []);
      return `u${made}`;
    },
    parts: async ({ id }) => begun.get(id),
    finish: async ({ key, id }, _parts, sizeBytes) => {
      begun.delete(id);
      objects.set(key, sizeBytes);
      return 'landed';
    },
    abort: async ({ id }) => void begun.delete(id),
  };
  return { begun, objects, uploads };
};

const doorOf = () => {
  const { store, objects } = memoryStore();
  const s3 = memoryUploads();
  const logged: string[] = [];
  const say = (message: string, fields: object) =>
    void logged.push(`${message} ${JSON.stringify(fields)}`);
  const door = upload({
    log: { info: say, warn: say, error: say },
    count: () => undefined,
    ...{ store, uploads: s3.uploads, cleanBucket: 'clean' },
    now: () => EpochMs.parse(Date.UTC(2026, 10, 21)),
    datasetNamed: (name) => (name === 'things' ? things : undefined),
  });
  const call = async (
    body: unknown,
    of: { id?: string; method?: string; key?: string; sender?: string; dataset?: string } = {},
  ) => {
    const answer = await door({
      httpMethod: of.method ?? 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      isBase64Encoded: false,
      headers: of.key === undefined ? {} : { 'Idempotency-Key': of.key },
      pathParameters: {
        dataset: of.dataset ?? 'things',
        ...(of.id === undefined ? {} : { upload: of.id }),
      },
      requestContext: {
        requestId: 'r1',
        authorizer: { principalId: of.sender ?? 'key 1' },
      },
    });
    return {
      status: answer.statusCode,
      body: answer.body === '' ? null : JSON.parse(answer.body),
    };
  };
  return { call, s3, clean: objects, logged };
};

const file = {
  ...{ file_name: 'a.csv', size_bytes: 12, content_type: 'text/csv' },
  checksum_sha256: 'ab'.repeat(32),
};
const large = { ...file, size_bytes: 11 * mebibyte, part_size: 5 * mebibyte };
const part = (number: number, sizeBytes: number): UploadedPart => ({
  ...{ number, sizeBytes, etag: `"e${number}"`, checksum: null },
});
const whole = [part(1, 5 * mebibyte), part(2, 5 * mebibyte), part(3, mebibyte)];

describe('an announced file', () => {
  test('has one request, a key of the dataset, and a time to use it', async () => {
    const { call } = doorOf();
    const { status, body } = await call(file);
    expect(status).toBe(201);
    expect(body).toMatchObject({
      state: 'open',
      expires_at: '2026-11-21T00:15:00.000Z',
      parts: null,
    });
    expect(body.key).toBe(`things/_uploads/${body.upload}/a.csv`);
    expect(body.request.url).toBe(`s3:${body.key}`);
  });

  test('that is announced again with its key is the same upload; another is refused', async () => {
    const { call, s3 } = doorOf();
    const [one, two] = [await call(large, { key: 'k' }), await call(large, { key: 'k' })];
    expect(two).toEqual(one);
    expect(s3.begun.size).toBe(1);
    expect((await call({ ...large, size_bytes: 9 * mebibyte }, { key: 'k' })).status).toBe(422);
    const others = [
      await call(large, { key: 'other' }),
      await call(large, { key: 'k', sender: 'key 2' }),
    ];
    expect(new Set([one, ...others].map(({ body }) => body.upload)).size).toBe(3);
  });

  test('that has landed has no request any more', async () => {
    const { call, s3 } = doorOf();
    const { body } = await call(file, { key: 'k' });
    s3.objects.set(body.key, 12);
    expect((await call(file, { key: 'k' })).body).toMatchObject({ state: 'landed', request: null });
  });

  test('in parts has requests for those that are not there', async () => {
    const { call, s3 } = doorOf();
    const first = await call(large, { key: 'k' });
    expect(first.body.parts.map((one: { size_bytes: number }) => one.size_bytes)).toEqual([
      ...[5 * mebibyte, 5 * mebibyte, mebibyte],
    ]);
    // The second one came short, and is asked for again.
    s3.begun.set('u1', [part(1, 5 * mebibyte), part(2, 1)]);
    const again = await call(large, { key: 'k' });
    const left = again.body.parts.map((one: { request: unknown }) => one.request !== null);
    expect(left).toEqual([false, true, true]);
  });

  const max = limits.fileNameCharsMax;
  test.each<[string, object, number, RegExp]>([
    ['no name', { file_name: '' }, 400, /1 to 255/],
    ['a path', { file_name: '../orders/a.csv' }, 400, /path/],
    ['a path of Windows', { file_name: '..\\a.csv' }, 400, /path/],
    ['a NUL', { file_name: 'a\0.csv' }, 400, /control/],
    ['a text that runs backwards', { file_name: 'a\u202Evsc.csv' }, 400, /control/],
    ['half a letter', { file_name: 'a\uD800.csv' }, 400, /control/],
    ['two dots', { file_name: '..' }, 400, /path/],
    ['256 letters', { file_name: `${'x'.repeat(max - 3)}.csv` }, 400, /1 to 255/],
    ['too many bytes', { file_name: `${'😀'.repeat(240)}.csv` }, 400, /bytes/],
    ['a name that is passed over', { file_name: '.a.csv' }, 400, /hidden name/],
    ['a format that is not taken', { file_name: 'a.xlsx' }, 415, /\.csv/],
    ['a packed one of those', { file_name: 'a.xlsx.gz' }, 415, /\.csv/],
    ['no byte', { size_bytes: 0 }, 400, /size_bytes/],
    ['half a byte', { size_bytes: 1.5 }, 400, /size_bytes/],
    ['too many', { size_bytes: limits.fileBytesMax + 1 }, 413, /5368709120/],
    ['half a checksum', { checksum_sha256: 'ab' }, 400, /SHA-256/],
    ['a header in its type', { content_type: 'text/csv\r\nx: y' }, 400, /media type/],
    ['small parts', { part_size: 4 * mebibyte }, 400, /5242880/],
    ['too many parts', { size_bytes: 5 * 1024 * mebibyte, part_size: 5 * mebibyte }, 400, /1000/],
    ['checksums of no parts', { parts_sha256: ['ab'.repeat(32)] }, 400, /1 checksums for 0 parts/],
    ['a member nobody knows', { canary: 1 }, 400, /no object of file_name/],
  ])('with %s is refused', async (_name, change, status, detail) => {
    const { call, clean } = doorOf();
    const answer = await call({ ...file, ...change });
    expect(answer).toMatchObject({ status, body: { detail: expect.stringMatching(detail) } });
    expect(clean.size).toBe(0);
    expect(JSON.stringify(answer.body)).not.toContain('canary');
  });

  test.each([
    'a',
    'a.gz',
    'a.CSV',
    'a.tsv.zst',
    'ü 😀 (1).csv',
    "a'b.jsonl",
    `${'x'.repeat(251)}.csv`,
  ])('may be called %j', async (file_name) => {
    expect((await doorOf().call({ ...file, file_name })).status).toBe(201);
  });

  test.each<[string, unknown, object, number]>([
    ['no JSON', '{', {}, 400],
    ['too much JSON', 'x'.repeat(limits.uploadBodyBytesMax + 1), {}, 413],
    ['no dataset', file, { dataset: 'nothing' }, 404],
    ['a key with a blank', file, { key: 'a b' }, 400],
    ['no sender', file, { sender: '' }, 401],
  ])('of %s is refused', async (_name, body, of, status) => {
    expect((await doorOf().call(body, of)).status).toBe(status);
  });
});

describe('an upload in parts', () => {
  const begun = async () => {
    const door = doorOf();
    const { body } = await door.call(large, { key: 'k' });
    const id = String(body.upload);
    return { ...door, id, key: String(body.key) };
  };

  test('is completed when all parts are there, and again', async () => {
    const { call, s3, id, key } = await begun();
    s3.begun.set('u1', whole);
    const told = { parts: [{ number: 1, etag: 'e1' }] };
    const answers = [await call(told, { id }), await call({}, { id })];
    expect(answers.map(({ status, body }) => [status, body.state])).toEqual([
      [200, 'landed'],
      [200, 'landed'],
    ]);
    expect(s3.objects.get(key)).toBe(11 * mebibyte);
  });

  test.each<[string, UploadedPart[], unknown, number, RegExp]>([
    ['a part is missing', whole.slice(0, 2), {}, 422, /: 3;/],
    ['a part is short', [...whole.slice(0, 2), part(3, 1)], {}, 422, /: 3;/],
    ['a part is another', whole, { parts: [{ number: 2, etag: 'x' }] }, 422, /: 2;/],
    ['a part is told that is not there', whole, { parts: [{ number: 4, etag: 'x' }] }, 422, /: 4;/],
    ['the body is none', whole, { parts: 'x' }, 400, /parts/],
  ])('is not while %s', async (_name, parts, body, status, detail) => {
    const { call, s3, id } = await begun();
    s3.begun.set('u1', parts);
    expect(await call(body, { id })).toMatchObject({
      ...{ status, body: { detail: expect.stringMatching(detail) } },
    });
    expect(s3.objects.size).toBe(0);
    expect(s3.begun.size).toBe(1);
  });

  test('that has more bytes than were announced is given up', async () => {
    const { call, s3, id } = await begun();
    s3.begun.set('u1', [...whole, part(4, mebibyte)]);
    expect((await call({}, { id })).status).toBe(413);
    expect(s3.begun.size).toBe(0);
    expect((await call({}, { id })).status).toBe(410);
  });

  test('may be given up, twice; then it has ended', async () => {
    const { call, s3, id } = await begun();
    expect((await call('', { id, method: 'DELETE' })).status).toBe(204);
    expect((await call('', { id, method: 'DELETE' })).status).toBe(204);
    expect(s3.begun.size).toBe(0);
    expect((await call(large, { key: 'k' })).status).toBe(410);
  });

  test('that has landed stays', async () => {
    const { call, s3, id } = await begun();
    s3.begun.set('u1', whole);
    await call({}, { id });
    expect((await call('', { id, method: 'DELETE' })).status).toBe(410);
    expect(s3.objects.size).toBe(1);
  });

  test.each([
    ['of another sender', {}, { sender: 'key 2' }],
    ['that is none', {}, { id: 'f'.repeat(32) }],
    ['that is a path', {}, { id: '../x' }],
  ])('%s is not found', async (_name, body, of) => {
    const { call, id } = await begun();
    expect((await call(body, { id, ...of })).status).toBe(404);
  });
});
