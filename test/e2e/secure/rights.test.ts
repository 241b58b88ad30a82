import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Dropped, drop, ended, freshKey, land, runEnded } from '../support/drops.ts';
import { withProducts } from '../support/products.ts';
import { s3As, withoutRight } from '../support/rights.ts';
import { csv, goodOrders } from '../support/rows.ts';
import { openStack, type Stack } from '../support/stack.ts';

let stack: Stack;
let dropped: Dropped;
beforeAll(async () => {
  stack = await openStack();
  await withProducts(stack);
  ({ dropped } = await land(stack, freshKey('orders', 'a.csv'), csv(goodOrders(3))));
});

const refused = { name: expect.stringContaining('AccessDenied') };

const functions = [
  'Intake',
  ...['Plan', 'Validate', 'Transform', 'Gate', 'Load', 'Publish', 'Quarantine'].map(
    (stage) => `Stages${stage}`,
  ),
];

describe('the rights of the functions, enforced,', () => {
  test.each(functions)('do not let %s write or delete in landing', async (construct) => {
    const s3 = await s3As(stack, construct);
    const place = { Bucket: stack.outputs.LandingBucket, Key: dropped.key };
    const { versionId: VersionId } = dropped;
    const put = new PutObjectCommand({ ...place, Body: 'x' });
    await expect(s3.send(put)).rejects.toMatchObject(refused);
    await expect(s3.send(new DeleteObjectCommand(place))).rejects.toMatchObject(refused);
    const forGood = new DeleteObjectCommand({ ...place, VersionId });
    await expect(s3.send(forGood)).rejects.toMatchObject(refused);
  });

  test('let validate read a landed version, and intake only see that it is there', async () => {
    const [validate, intake] = [await s3As(stack, 'StagesValidate'), await s3As(stack, 'Intake')];
    const Bucket = stack.outputs.LandingBucket;
    const { key: Key, versionId: VersionId } = dropped;
    const read = (s3: S3Client) => s3.send(new GetObjectCommand({ Bucket, Key, VersionId }));
    const { Body } = await read(validate);
    expect(Buffer.from((await Body?.transformToByteArray()) ?? [])).toEqual(dropped.bytes);
    await expect(read(intake)).rejects.toMatchObject(refused);
    const list = new ListObjectVersionsCommand({ Bucket, Prefix: Key });
    expect((await intake.send(list)).Versions?.map((found) => found.VersionId)).toEqual([
      VersionId,
    ]);
  });

  test.each(['Intake', 'StagesPlan', 'StagesValidate', 'StagesGate', 'StagesPublish'])(
    'do not let %s read the tables',
    async (construct) => {
      const s3 = await s3As(stack, construct);
      const get = new GetObjectCommand({ Bucket: stack.outputs.CuratedBucket, Key: 'orders/x' });
      await expect(s3.send(get)).rejects.toMatchObject(refused);
    },
  );
});

test('a run that lacks a right fails, says which, and can be repeated with it', async () => {
  const body = csv(goodOrders(20));
  await withoutRight(stack, 'StagesLoad', 'glue:UpdateTable', async () => {
    const file = await ended(stack, await drop(stack, freshKey('orders', 'denied.csv'), body));
    const reason = { code: 'E_INTERNAL', detail: expect.stringContaining('glue:UpdateTable') };
    expect(file).toMatchObject({ state: 'QUARANTINED', reason });
    const run = await runEnded(stack, file.runId);
    expect(run).toMatchObject({ state: 'FAILED', reason, snapshotId: null });
  });
  const again = await land(stack, freshKey('orders', 'granted.csv'), body);
  expect(again.file).toMatchObject({ state: 'PUBLISHED', counts: { published: 20 } });
});
