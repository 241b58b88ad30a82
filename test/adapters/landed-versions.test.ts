import { ListObjectVersionsCommand, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, test } from 'vitest';
import { s3LandedVersions } from '../../adapters/landing.ts';
import { at } from '../support/landed.ts';

const s3 = mockClient(S3Client);
const { versions } = s3LandedVersions(new S3Client({ region: 'us-east-1' }), 'landing');
const version = (Key: string, VersionId: string) => ({
  ...{ Key, VersionId, Size: 7, ETag: '"e"', LastModified: new Date(at(0)) },
});
const inputs = () => s3.commandCalls(ListObjectVersionsCommand).map(({ args }) => args[0].input);

beforeEach(() => s3.reset());

test('versions come as they are listed, delete markers do not', async () => {
  const DeleteMarkers = [{ Key: 'a', VersionId: 'v3' }];
  const Versions = [version('a', 'v2'), version('a', 'v1')];
  s3.on(ListObjectVersionsCommand).resolves({ Versions, DeleteMarkers });
  const page = await versions('', null);
  const file = { bucket: 'landing', key: 'a', sizeBytes: 7, etag: 'e', landedAt: at(0) };
  expect(page).toEqual({
    versions: [
      { ...file, versionId: 'v2' },
      { ...file, versionId: 'v1' },
    ],
    next: null,
  });
});

test('a page goes on within a key, whatever the key holds', async () => {
  const key = 'orders/a "\\b😀';
  s3.on(ListObjectVersionsCommand)
    .resolvesOnce({ IsTruncated: true, NextKeyMarker: key, NextVersionIdMarker: 'v2' })
    .resolves({ IsTruncated: false });
  const first = await versions('orders/', null);
  expect((await versions('orders/', first.next)).next).toBeNull();
  expect(inputs()).toEqual([
    { Bucket: 'landing', Prefix: 'orders/' },
    { Bucket: 'landing', Prefix: 'orders/', KeyMarker: key, VersionIdMarker: 'v2' },
  ]);
});

test('a refused listing is no empty one', async () => {
  const refused = Object.assign(new Error(), { name: 'AccessDenied' });
  s3.on(ListObjectVersionsCommand).rejects(refused);
  await expect(versions('', null)).rejects.toMatchObject({ name: 'PermanentError' });
});
