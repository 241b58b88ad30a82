import { mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { s3Store } from '../../adapters/store.ts';
import { PermanentError, TransientError } from '../../core/errors.ts';

const client = new S3Client({
  region: 'eu-central-1',
  credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
});
const s3 = mockClient(client);
const store = s3Store(client);
const uri = 's3://clean/orders/a b.parquet';
const at = { Bucket: 'clean', Key: 'orders/a b.parquet' };

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'headgate-store-'));
});
afterAll(async () => {
  await rm(dir, { recursive: true });
});
beforeEach(() => {
  s3.reset();
});

const failure = (name: string, httpStatusCode: number) =>
  new S3ServiceException({
    name,
    message: name,
    $fault: httpStatusCode < 500 ? 'client' : 'server',
    $metadata: { httpStatusCode },
  });

/** A body as the SDK gives it in Node: a stream with a way to collect it. */
const bodyOf = (chunks: readonly (Buffer | Error)[]) => {
  const stream = Readable.from(
    (async function* () {
      for (const chunk of chunks) {
        if (chunk instanceof Error) throw chunk;
        yield chunk;
      }
    })(),
  );
  const bytes = Buffer.concat(chunks.filter((chunk) => Buffer.isBuffer(chunk)));
  return Object.assign(stream, {
    transformToByteArray: async () => new Uint8Array(bytes),
    transformToString: async () => bytes.toString(),
    transformToWebStream: () => new ReadableStream(),
  });
};

describe('get and put', () => {
  test('bytes come back as they lie in S3', async () => {
    const bytes = Buffer.from([0, 255, 10]);
    s3.on(GetObjectCommand, at).resolves({ Body: bodyOf([bytes]) });
    expect((await store.get(uri)).equals(bytes)).toBe(true);
  });

  test('a put names bucket and key', async () => {
    s3.on(PutObjectCommand).resolves({});
    await store.put(uri, '{}');
    expect(s3.commandCalls(PutObjectCommand)[0]?.args[0].input).toEqual({ ...at, Body: '{}' });
  });

  test.each([
    ['NoSuchKey', 404, PermanentError],
    ['NoSuchBucket', 404, PermanentError],
    ['AccessDenied', 403, PermanentError],
    ['SlowDown', 503, TransientError],
    ['InternalError', 500, TransientError],
    ['RequestTimeout', 400, TransientError],
  ])('%s is told as it is meant', async (name, status, kind) => {
    s3.on(GetObjectCommand).rejects(failure(name, status));
    s3.on(PutObjectCommand).rejects(failure(name, status));
    await expect(store.get(uri)).rejects.toThrow(kind);
    await expect(store.put(uri, '')).rejects.toThrow(kind);
    await expect(store.get(uri)).rejects.toThrow(uri);
  });

  test('an address that is none is refused before anything is sent', async () => {
    await expect(store.get('https://clean/x')).rejects.toThrow(/s3:\/\/bucket\/key/);
    expect(s3.calls()).toHaveLength(0);
  });
});

describe('upload', () => {
  test('sends a file of usual size in one request', async () => {
    s3.on(PutObjectCommand).resolves({});
    const path = join(dir, 'small');
    await writeFile(path, 'rows');
    await store.upload(uri, path);
    const [call] = s3.commandCalls(PutObjectCommand);
    expect(call?.args[0].input).toEqual({ ...at, Body: Buffer.from('rows') });
  });

  test('sends a file above 64 MB in parts that are all of it', async () => {
    s3.on(CreateMultipartUploadCommand).resolves({ UploadId: 'u' });
    s3.on(UploadPartCommand).resolves({ ETag: 'e' });
    s3.on(CompleteMultipartUploadCommand).resolves({});
    const path = join(dir, 'large');
    await writeFile(path, '');
    // A sparse file: no bytes are written.
    await truncate(path, 65 * 1024 * 1024);
    await store.upload(uri, path);
    expect(s3.commandCalls(PutObjectCommand)).toHaveLength(0);
    const sizes = s3.commandCalls(UploadPartCommand).map(({ args }) => {
      const { Body } = args[0].input;
      return Body instanceof Uint8Array ? Body.length : 0;
    });
    expect(sizes.reduce((a, b) => a + b, 0)).toBe(65 * 1024 * 1024);
    expect(s3.commandCalls(CompleteMultipartUploadCommand)).toHaveLength(1);
  });
});

describe('download', () => {
  const path = () => join(dir, 'down');

  test('streams the object into the file', async () => {
    const parts = [Buffer.from('one '), Buffer.from('two')];
    s3.on(GetObjectCommand).resolves({ Body: bodyOf(parts), ContentLength: 7 });
    await store.download(uri, path());
    expect(await readFile(path(), 'utf8')).toBe('one two');
  });

  test.each([
    {
      what: 'too few bytes',
      body: () => bodyOf([Buffer.from('one')]),
    },
    {
      what: 'a broken connection',
      body: () =>
        bodyOf([Buffer.from('one'), Object.assign(new Error('aborted'), { code: 'ECONNRESET' })]),
    },
    {
      what: 'a body that ends early',
      body: () =>
        bodyOf([
          Buffer.from('one'),
          Object.assign(new Error('premature'), { code: 'ERR_STREAM_PREMATURE_CLOSE' }),
        ]),
    },
  ])('$what is transient, and leaves no half file behind', async ({ body }) => {
    s3.on(GetObjectCommand).callsFake(() => ({ Body: body(), ContentLength: 7 }));
    await expect(store.download(uri, path())).rejects.toThrow(TransientError);
    await expect(stat(path())).rejects.toThrow(/ENOENT/);
  });

  test('of a missing object is permanent', async () => {
    s3.on(GetObjectCommand).rejects(failure('NoSuchKey', 404));
    await expect(store.download(uri, path())).rejects.toThrow(PermanentError);
  });
});

test('list follows every page', async () => {
  const LastModified = new Date(1_000);
  s3.on(ListObjectsV2Command, { Bucket: 'clean', Prefix: 'orders/' })
    .resolvesOnce({
      Contents: [{ Key: 'orders/1', Size: 3, LastModified }],
      IsTruncated: true,
      NextContinuationToken: 'next',
    })
    .resolvesOnce({ Contents: [{ Key: 'orders/2', Size: 4, LastModified }] });
  expect(await store.list('s3://clean/orders/')).toEqual([
    { uri: 's3://clean/orders/1', sizeBytes: 3, at: 1_000 },
    { uri: 's3://clean/orders/2', sizeBytes: 4, at: 1_000 },
  ]);
});
