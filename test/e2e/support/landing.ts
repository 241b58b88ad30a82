import { DisableRuleCommand, EnableRuleCommand } from '@aws-sdk/client-eventbridge';
import { DeleteObjectCommand, GetObjectCommand } from '@aws-sdk/client-s3';
import { objectCreated } from '../../support/events.ts';
import { physicalId, type Stack } from './clients.ts';
import { type Dropped, drop } from './drops.ts';
import { type Onlooker, watchEvents } from './onlooker.ts';
import { until } from './until.ts';

/** The bytes of one object version in landing. */
export const landedBytes = async (
  { s3, outputs }: Stack,
  { key, versionId }: Pick<Dropped, 'key' | 'versionId'>,
): Promise<Buffer> => {
  const place = { Bucket: outputs.LandingBucket, Key: key, VersionId: versionId };
  const { Body } = await s3.send(new GetObjectCommand(place));
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
};

/** Deletes one object version for good, as a sender with the right to do so may. */
export const deleteVersion = async (
  { s3, outputs }: Stack,
  { key, versionId }: Dropped,
): Promise<void> => {
  const place = { Bucket: outputs.LandingBucket, Key: key, VersionId: versionId };
  await s3.send(new DeleteObjectCommand(place));
};

/** What is put on the bus when something lands, whoever is told of it. */
export const watchLanding = (stack: Stack): Promise<Onlooker> =>
  watchEvents(stack, {
    source: ['aws.s3'],
    detail: { bucket: { name: [stack.outputs.LandingBucket] } },
  });

/** Lands files, one after the other, whose notices are the test's to send. */
export const dropUnannounced = async (
  stack: Stack,
  files: readonly (readonly [key: string, body: string])[],
): Promise<readonly Dropped[]> => {
  const Name = await physicalId(stack, 'AWS::Events::Rule', 'IntakeObjectCreated');
  const bus = await watchLanding(stack);
  const dropped: Dropped[] = [];
  await stack.events.send(new DisableRuleCommand({ Name }));
  try {
    for (const [key, body] of files) dropped.push(await drop(stack, key, body));
    await until('the events that nobody is told of', async () => {
      const seen = await bus.seen();
      return seen.length >= files.length ? true : undefined;
    });
  } finally {
    await stack.events.send(new EnableRuleCommand({ Name }));
  }
  return dropped;
};

/** The notice that S3 sends of a dropped object, which names its version. */
export const noticeOf = ({ outputs }: Stack, { key, versionId, bytes, at }: Dropped): string =>
  objectCreated({
    ...{ bucket: outputs.LandingBucket, key, versionId, size: bytes.length },
    sequencer: at.getTime().toString(16).padStart(18, '0').toUpperCase(),
    time: at.toISOString(),
  });
