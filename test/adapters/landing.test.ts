import { Readable } from 'node:stream';
import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { s3Landing, s3VersionsOf } from '../../adapters/landing.ts';
import type { Unreadable } from '../../core/ports.ts';
import { at, landed } from '../support/landed.ts';

const s3 = mockClient(S3Client);
const client = new S3Client({ region: 'us-east-1' });
const landing = s3Landing(client);
const file = landed('a b');

const failing = (name: string, httpStatusCode: number): Error =>
  Object.assign(new Error(name), { name, $metadata: { httpStatusCode } });

/** A reply's body as the SDK gives it in Node: a stream with a shortcut for small objects. */
const bodyOf = (chunks: readonly Buffer[]) =>
  Object.assign(Readable.from(chunks), {
    transformToByteArray: async () => Buffer.concat(chunks),
  });

beforeEach(() => s3.reset());

describe('head', () => {
  test('names the version', async () => {
    s3.on(HeadObjectCommand).resolves({ ContentLength: 7, LastModified: new Date(at(0)) });
    expect(await landing.head(file)).toEqual({ kind: 'found', sizeBytes: 7, landedAt: at(0) });
    const { Bucket, Key, VersionId } = s3.commandCalls(HeadObjectCommand)[0]?.args[0].input ?? {};
    expect([Bucket, Key, VersionId]).toEqual(['landing', 'orders/a b', 'v1']);
  });

  test.each([
    ['Glacier', { StorageClass: 'GLACIER' as const }, 'archived'],
    ['Deep Archive', { StorageClass: 'DEEP_ARCHIVE' as const }, 'archived'],
    ['a tier of Intelligent-Tiering', { ArchiveStatus: 'ARCHIVE_ACCESS' as const }, 'archived'],
    [
      'Glacier, restored',
      { StorageClass: 'GLACIER' as const, Restore: 'ongoing-request="false", expiry-date="x"' },
      'found',
    ],
    ['instant Glacier', { StorageClass: 'GLACIER_IR' as const }, 'found'],
  ])('an object in %s is %s', async (_name, head, kind) => {
    s3.on(HeadObjectCommand).resolves({ ContentLength: 7, ...head });
    expect((await landing.head(file)).kind).toBe(kind);
  });

  test.each([
    ['no such key', failing('NotFound', 404)],
    ['no such version', failing('NoSuchVersion', 404)],
    ['a delete marker', failing('MethodNotAllowed', 405)],
  ])('%s is gone', async (_name, error) => {
    s3.on(HeadObjectCommand).rejects(error);
    expect(await landing.head(file)).toEqual({ kind: 'gone' });
  });

  test('a missing right is no missing object', async () => {
    s3.on(HeadObjectCommand).rejects(failing('AccessDenied', 403));
    await expect(landing.head(file)).rejects.toMatchObject({ name: 'PermanentError' });
  });
});

describe('peek', () => {
  test('reads the first bytes of that version', async () => {
    s3.on(GetObjectCommand).callsFake(() => ({
      Body: bodyOf([Buffer.from('abc')]),
    }));
    expect(String(await landing.peek(file, 3))).toBe('abc');
    expect(s3.commandCalls(GetObjectCommand)[0]?.args[0].input).toMatchObject({
      ...{ VersionId: 'v1', Range: 'bytes=0-2' },
    });
  });

  test.each([
    ['an empty object has no first bytes', failing('InvalidRange', 416), Buffer.alloc(0)],
    ['a deleted version is gone', failing('NoSuchVersion', 404), 'gone'],
    ['one that a lifecycle rule moved', failing('InvalidObjectState', 403), 'archived'],
  ])('%s', async (_name, error, result) => {
    s3.on(GetObjectCommand).rejects(error);
    expect(await landing.peek(file, 3)).toEqual(result);
  });
});

describe('stream', () => {
  const read = async (chunks: AsyncIterable<Uint8Array> | Unreadable): Promise<string> => {
    if (typeof chunks === 'string') return chunks;
    let text = '';
    for await (const chunk of chunks) text += Buffer.from(chunk).toString();
    return text;
  };

  test('gives the bytes of that version', async () => {
    s3.on(GetObjectCommand).callsFake(() => ({
      Body: bodyOf([Buffer.from('a'), Buffer.from('b')]),
    }));
    expect(await read(await landing.stream(file))).toBe('ab');
  });

  test('a connection that breaks half way is transient', async () => {
    const half = async function* () {
      yield Buffer.from('a');
      throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
    };
    s3.on(GetObjectCommand).callsFake(() => ({ Body: Readable.from(half()) }));
    await expect(read(await landing.stream(file))).rejects.toMatchObject({
      name: 'TransientError',
    });
  });

  test.each([
    ['a deleted version', failing('NoSuchVersion', 404), 'gone'],
    ['one that a lifecycle rule moved', failing('InvalidObjectState', 403), 'archived'],
  ])('%s cannot be read: %#', async (_name, error, why) => {
    s3.on(GetObjectCommand).rejects(error);
    expect(await landing.stream(file)).toBe(why);
  });
});

describe('the versions that a notice may mean', () => {
  const object = {
    ...{ bucket: 'landing', key: 'orders/a', versionId: null, etag: 'e1', sizeBytes: 3 },
    ...{ sequencer: '1', landedAt: at(0) },
  };
  const version = (Key: string, VersionId: string, ETag = '"e1"', Size = 3) => ({
    ...{ Key, VersionId, ETag, Size },
  });

  test('are those of the same key, bytes and size, over all pages', async () => {
    s3.on(ListObjectVersionsCommand)
      .resolvesOnce({
        Versions: [version('orders/a', 'v3'), version('orders/a', 'v2', '"e2"')],
        IsTruncated: true,
        NextKeyMarker: 'orders/a',
        NextVersionIdMarker: 'v2',
      })
      .resolvesOnce({
        Versions: [version('orders/a', 'v1'), version('orders/ab', 'v0')],
        IsTruncated: true,
        NextKeyMarker: 'orders/ab',
      });
    expect(await s3VersionsOf(client)(object)).toEqual(['v3', 'v1']);
    const [, second, third] = s3.commandCalls(ListObjectVersionsCommand);
    expect(second?.args[0].input.VersionIdMarker).toBe('v2');
    expect(third).toBeUndefined();
  });

  test('are none when it was deleted', async () => {
    s3.on(ListObjectVersionsCommand).resolves({});
    expect(await s3VersionsOf(client)(object)).toEqual([]);
  });
});
