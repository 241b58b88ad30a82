import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { digestFile } from '../../adapters/digest-file.ts';
import { uploadFile } from '../../adapters/upload-client.ts';
import { sha256 } from '../../core/hash.ts';
import { type Heard, localServer, type Said } from '../support/http-server.ts';

let dir = '';
let close = async (): Promise<void> => undefined;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'upload-client-'));
});
afterEach(async () => {
  await close();
  await rm(dir, { recursive: true, force: true });
});

const content = 'abcdefghij';
/** Three parts: abcd, efgh, ij. */
const partBytes = 4;

/** The API and S3 in one: `there` are the parts that S3 has; `s3` may say something else first. */
const world = async (
  of: {
    readonly inParts?: boolean;
    readonly s3?: (request: Heard, turn: number) => Said | undefined;
    readonly api?: (request: Heard, turn: number) => Said | undefined;
    readonly there?: readonly number[];
  } = {},
) => {
  const there = new Map((of.there ?? []).map((number) => [number, 'old']));
  let url = '';
  let [asked, put] = [0, 0];
  const takePart = (request: Heard): Said => {
    put += 1;
    const said = of.s3?.(request, put);
    if (said !== undefined) return said;
    const number = Number(request.path.split('/').at(-1));
    there.set(number, request.body);
    return { status: 200, body: '', headers: { ETag: `"e${number}"` } };
  };
  const requestOf = (number: number) => ({
    ...{ method: 'PUT', url: `${url}s3/${asked}/${number}` },
    headers: { 'x-signed': String(number) },
  });
  const parts = () =>
    [4, 4, 2].map((size_bytes, at) => ({
      ...{ number: at + 1, size_bytes },
      etag: there.has(at + 1) ? `"e${at + 1}"` : null,
      request: there.has(at + 1) ? null : requestOf(at + 1),
    }));
  const answer = (request: Heard): Said => {
    if (request.path.startsWith('/v1/s3/')) return takePart(request);
    if (request.path.endsWith('/complete'))
      return { status: there.size === 3 ? 200 : 422, body: '{"detail":"parts are missing"}' };
    asked += 1;
    const said = of.api?.(request, asked);
    if (said !== undefined) return said;
    const { inParts = false } = of;
    const ticket = {
      ...{ upload: 'u1', key: 'orders/_uploads/u1/f', state: 'open' },
      ...(inParts ? { request: null, parts: parts() } : { request: requestOf(0), parts: null }),
    };
    return { status: 201, body: JSON.stringify(ticket) };
  };
  const server = await localServer(answer);
  url = server.url;
  close = server.close;
  const path = join(dir, 'f');
  await writeFile(path, content);
  const digest = await digestFile(path, partBytes);
  const told: number[] = [];
  const upload = () =>
    uploadFile(
      {
        ...{ url, key: 'secret', dataset: 'orders', idempotencyKey: 'k' },
        file: {
          ...{ path, name: 'f', sizeBytes: content.length, sha256: digest.sha256 },
          parts: of.inParts === true ? { sizeBytes: partBytes, sha256: digest.parts } : null,
        },
        onProgress: (sent) => void told.push(sent),
      },
      async () => undefined,
    );
  const puts = () => server.heard.filter(({ path: at }) => at.startsWith('/v1/s3/'));
  const keys = () => server.heard.map(({ headers }) => headers['idempotency-key']);
  return { upload, puts, keys, told, heard: server.heard };
};

const landed = { kind: 'landed', upload: 'u1', key: 'orders/_uploads/u1/f' };

describe('the digest of a file', () => {
  test('is that of its bytes, and of each part', async () => {
    await writeFile(join(dir, 'f'), content);
    expect(await digestFile(join(dir, 'f'), 4)).toEqual({
      ...{ sha256: sha256(content), bytes: 10 },
      parts: ['abcd', 'efgh', 'ij'].map((part) => sha256(part)),
    });
    expect((await digestFile(join(dir, 'f'), 5)).parts).toHaveLength(2);
  });
});

describe('an upload', () => {
  test('sends the file with the request that was signed, and no key of the API to S3', async () => {
    const { upload, puts, heard, told } = await world();
    expect(await upload()).toEqual(landed);
    expect(JSON.parse(heard[0]?.body ?? '')).toEqual({
      ...{ file_name: 'f', size_bytes: 10, checksum_sha256: sha256(content) },
    });
    expect(puts()).toMatchObject([{ method: 'PUT', body: content, headers: { 'x-signed': '0' } }]);
    expect(puts()[0]?.headers['x-api-key']).toBeUndefined();
    expect(told.at(-1)).toBe(10);
  });

  test.each<[string, Said]>([
    ['S3 is slow', { status: 503, body: '' }],
    ['the connection is lost', { ends: 'none' }],
  ])('is tried again where %s', async (_name, said) => {
    const { upload, puts } = await world({ s3: (_request, turn) => (turn < 3 ? said : undefined) });
    expect(await upload()).toEqual(landed);
    expect(puts()).toHaveLength(3);
  });

  test('whose answer was lost finds its file there', async () => {
    const { upload } = await world({ s3: () => ({ status: 412, body: '' }) });
    expect(await upload()).toEqual(landed);
  });

  test('whose address has expired asks for another', async () => {
    const { upload, puts, keys } = await world({
      s3: (_request, turn) => (turn === 1 ? { status: 403, body: '' } : undefined),
    });
    expect(await upload()).toEqual(landed);
    expect(puts().map(({ path }) => path)).toEqual(['/v1/s3/1/0', '/v1/s3/2/0']);
    expect(new Set(keys().filter(Boolean))).toEqual(new Set(['k']));
  });

  test('that has ended is begun anew under another key', async () => {
    const { upload, keys } = await world({
      api: (_request, turn) => (turn === 1 ? { status: 410, body: '{}' } : undefined),
    });
    expect(await upload()).toEqual(landed);
    expect(keys().filter(Boolean)).toEqual(['k', 'k.1']);
  });

  test('that S3 refuses is refused, with its word', async () => {
    const { upload, puts } = await world({
      s3: () => ({ status: 400, body: '<Error><Code>BadDigest</Code></Error>' }),
    });
    expect(await upload()).toEqual({
      ...{ kind: 'refused', status: 400, problem: 'S3 did not take it: BadDigest' },
    });
    expect(puts()).toHaveLength(1);
  });

  test('that the API refuses sends nothing', async () => {
    const body = '{"title":"No.","detail":"not to orders"}';
    const { upload, puts } = await world({ api: () => ({ status: 403, body }) });
    expect(await upload()).toEqual({
      ...{ kind: 'refused', status: 403, problem: 'No. not to orders' },
    });
    expect(puts()).toEqual([]);
  });

  test('gives up where addresses never hold', async () => {
    const { upload, puts } = await world({ s3: () => ({ status: 403, body: '' }) });
    expect(await upload()).toMatchObject({ kind: 'refused', status: 403 });
    expect(puts()).toHaveLength(4);
  });
});

describe('an upload in parts', () => {
  test('sends each part with its own request, and says which it sent', async () => {
    const { upload, puts, heard, told } = await world({ inParts: true });
    expect(await upload()).toEqual(landed);
    expect(JSON.parse(heard[0]?.body ?? '')).toMatchObject({
      ...{ part_size: 4, parts_sha256: ['abcd', 'efgh', 'ij'].map((part) => sha256(part)) },
    });
    expect(
      puts()
        .map(({ body }) => body)
        .sort(),
    ).toEqual(['abcd', 'efgh', 'ij']);
    expect(JSON.parse(heard.at(-1)?.body ?? '').parts).toHaveLength(3);
    expect(told.at(-1)).toBe(10);
  });

  test('sends only what is missing when it is started again', async () => {
    const { upload, puts, heard } = await world({ inParts: true, there: [1, 3] });
    expect(await upload()).toEqual(landed);
    expect(puts().map(({ body }) => body)).toEqual(['efgh']);
    const parts: { number: number }[] = JSON.parse(heard.at(-1)?.body ?? '').parts;
    expect(parts.map(({ number }) => number).sort()).toEqual([1, 2, 3]);
  });

  test('of which one is refused is not completed', async () => {
    const { upload, heard } = await world({
      inParts: true,
      s3: ({ path }) => (path.endsWith('/2') ? { status: 400, body: '' } : undefined),
    });
    expect(await upload()).toMatchObject({ kind: 'refused', status: 400 });
    expect(heard.filter(({ path }) => path.endsWith('/complete'))).toEqual([]);
  });
});
