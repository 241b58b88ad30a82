import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { s3Drop } from '../../adapters/drop.ts';
import { PermanentError } from '../../core/errors.ts';

const s3 = mockClient(S3Client);
const drop = s3Drop(new S3Client({ region: 'us-east-1' }));
let dir = '';

beforeEach(async () => {
  s3.reset();
  dir = await mkdtemp(join(tmpdir(), 'headgate-test-'));
  await writeFile(join(dir, 'a.csv'), 'abc');
});
afterEach(() => rm(dir, { recursive: true }));

const file = () => ({ bucket: 'landing', key: 'orders/a.csv', path: join(dir, 'a.csv') });

test('a file is landed under its key, and its version is told', async () => {
  s3.on(PutObjectCommand).resolves({ VersionId: 'v7' });
  const sent: number[] = [];
  expect(await drop({ ...file(), onProgress: (bytes) => sent.push(bytes) })).toBe('v7');
  const [call] = s3.commandCalls(PutObjectCommand);
  expect(call?.args[0].input).toMatchObject({ Bucket: 'landing', Key: 'orders/a.csv' });
  expect(sent.at(-1)).toBe(3);
});

test('a bucket without versions cannot be landed in', async () => {
  s3.on(PutObjectCommand).resolves({});
  await expect(drop(file())).rejects.toThrow(/keeps no versions/);
});

test('a missing right is told as permanent', async () => {
  s3.on(PutObjectCommand).rejects(Object.assign(new Error('no'), { name: 'AccessDenied' }));
  await expect(drop(file())).rejects.toBeInstanceOf(PermanentError);
});
