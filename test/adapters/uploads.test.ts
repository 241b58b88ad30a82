import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  ListPartsCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { s3Uploads } from '../../adapters/uploads.ts';
import { DatasetName, EpochMs } from '../../core/ids.ts';

const client = new S3Client({
  region: 'eu-central-1',
  credentials: { accessKeyId: 'AKID', secretAccessKey: 'secret', sessionToken: 'session' },
  requestChecksumCalculation: 'WHEN_REQUIRED',
});
const uploads = s3Uploads(client, 'landing');
const now = EpochMs.parse(Date.UTC(2026, 10, 21, 5));
const checksum = `${'A'.repeat(43)}=`;
const file = {
  ...{ upload: '0'.repeat(32), dataset: DatasetName.parse('orders'), sender: 'key 1' },
  ...{ announced_sha256: '', file_name: "a b'(ü).csv", size_bytes: 12, content_type: 'text/csv' },
  ...{ checksum_sha256: checksum, key: "orders/_uploads/0/a b'(ü).csv" },
};
const place = { key: file.key, id: 'u+1/=' };

describe('a request that is signed for another', () => {
  test('binds size, type, checksum, and that nothing is there yet', async () => {
    const { method, url, headers } = await uploads.signPut(file, now);
    expect({ method, headers }).toEqual({
      method: 'PUT',
      headers: {
        ...{ 'content-length': '12', 'content-type': 'text/csv', 'if-none-match': '*' },
        'x-amz-checksum-sha256': checksum,
      },
    });
    const { hostname, pathname, searchParams } = new URL(url);
    expect(hostname).toBe('landing.s3.eu-central-1.amazonaws.com');
    expect(decodeURIComponent(pathname)).toBe(`/${file.key}`);
    expect(searchParams.get('X-Amz-SignedHeaders')).toBe(
      'content-length;content-type;host;if-none-match;x-amz-checksum-sha256',
    );
    expect(searchParams.get('X-Amz-Expires')).toBe('900');
    expect(searchParams.get('X-Amz-Date')).toBe('20261121T050000Z');
    expect(searchParams.get('X-Amz-Security-Token')).toBe('session');
    expect(url).not.toContain('crc32');
  });

  test.each([
    ['size', { size_bytes: 13 }],
    ['type', { content_type: 'text/html' }],
    ['checksum', { checksum_sha256: `${'B'.repeat(43)}=` }],
    ['key', { key: 'orders/_uploads/0/b.csv' }],
  ])('has another signature for another %s', async (_name, change) => {
    const signature = async (of: typeof file) =>
      new URL((await uploads.signPut(of, now)).url).searchParams.get('X-Amz-Signature');
    expect(await signature(file)).toBe(await signature({ ...file }));
    expect(await signature({ ...file, ...change })).not.toBe(await signature(file));
  });

  test('of a part binds its number, size and checksum, and lasts an hour', async () => {
    const part = { number: 3, size_bytes: 5, checksum };
    const { url, headers } = await uploads.signPart(place, part, now);
    expect(headers).toMatchObject({ 'content-length': '5', 'x-amz-checksum-sha256': checksum });
    expect(url).toContain('SignedHeaders=content-length%3Bcontent-type%3Bhost%3Bx-amz-checksum');
    const { searchParams } = new URL(url);
    expect(searchParams.get('uploadId')).toBe(place.id);
    expect(searchParams.get('partNumber')).toBe('3');
    expect(searchParams.get('X-Amz-Expires')).toBe('3600');
    const other = await uploads.signPart(place, { ...part, checksum: null }, now);
    expect(Object.keys(other.headers)).toEqual(['content-length', 'content-type']);
  });
});

describe('an upload at S3', () => {
  const answered = new S3Client({ region: 'eu-central-1' });
  const s3 = mockClient(answered);
  const mocked = s3Uploads(answered, 'landing');
  beforeEach(() => s3.reset());
  const fails = (name: string, status: number) =>
    Object.assign(new Error(name), { name, $metadata: { httpStatusCode: status } });

  test('begins with the checksum of the whole beside it', async () => {
    s3.on(CreateMultipartUploadCommand).resolves({ UploadId: 'u1' });
    expect(await mocked.begin(file, true)).toBe('u1');
    expect(s3.commandCalls(CreateMultipartUploadCommand)[0]?.args[0].input).toMatchObject({
      ...{ Key: file.key, ContentType: 'text/csv', Metadata: { sha256: checksum } },
      ...{ ChecksumAlgorithm: 'SHA256', ChecksumType: 'COMPOSITE' },
    });
  });

  test('lists all pages of parts, and none where it is gone', async () => {
    s3.on(ListPartsCommand)
      .resolves({
        Parts: [{ PartNumber: 1, Size: 5, ETag: '"e1"' }],
        ...{ IsTruncated: true, NextPartNumberMarker: '1' },
      })
      .on(ListPartsCommand, { PartNumberMarker: '1' })
      .resolves({ Parts: [{ PartNumber: 2, Size: 7, ETag: '"e2"', ChecksumSHA256: checksum }] });
    expect(await mocked.parts(place)).toEqual([
      { number: 1, sizeBytes: 5, etag: '"e1"', checksum: null },
      { number: 2, sizeBytes: 7, etag: '"e2"', checksum },
    ]);
    s3.reset();
    s3.on(ListPartsCommand).rejects(fails('NoSuchUpload', 404));
    expect(await mocked.parts(place)).toBeUndefined();
  });

  test('ends over nothing that is there, with the size that was announced', async () => {
    s3.on(CompleteMultipartUploadCommand).resolves({});
    const parts = [{ number: 1, sizeBytes: 5, etag: '"e1"', checksum }];
    expect(await mocked.finish(place, parts, 5)).toBe('landed');
    expect(s3.commandCalls(CompleteMultipartUploadCommand)[0]?.args[0].input).toEqual({
      ...{ Bucket: 'landing', Key: file.key, UploadId: place.id },
      ...{ IfNoneMatch: '*', MpuObjectSize: 5 },
      MultipartUpload: { Parts: [{ PartNumber: 1, ETag: '"e1"', ChecksumSHA256: checksum }] },
    });
  });

  test.each([
    ['PreconditionFailed', 412, 'exists'],
    ['NoSuchUpload', 404, 'gone'],
    ['InvalidPart', 400, 'refused'],
  ] as const)('that is answered with %s is told so', async (name, status, told) => {
    s3.on(CompleteMultipartUploadCommand).rejects(fails(name, status));
    expect(await mocked.finish(place, [], 5)).toBe(told);
  });

  test('is looked for by its key', async () => {
    s3.on(HeadObjectCommand).resolves({ ContentLength: 12 });
    expect(await mocked.size(file.key)).toBe(12);
    s3.on(HeadObjectCommand).rejects(fails('NotFound', 404));
    expect(await mocked.size(file.key)).toBeUndefined();
    s3.on(HeadObjectCommand).rejects(fails('Forbidden', 403));
    await expect(mocked.size(file.key)).rejects.toMatchObject({ name: 'PermanentError' });
  });
});
