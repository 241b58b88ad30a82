import { setTimeout as wait } from 'node:timers/promises';
import { ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import { kinesisClient } from '../../../adapters/clients.ts';
import { fileIdOf } from '../../../core/landing/file-id.ts';
import type { Receipt } from '../../../core/push/receipt.ts';
import { readStreamLine } from '../../../core/stream/line.ts';
import { unique } from '../../e2e/support/drops.ts';
import { landedBytes } from '../../e2e/support/landing.ts';
import type { FaultyAws } from '../local-stack.ts';
import { type Ground, killing, type RunResult, untilEnded } from '../run.ts';
import { type Mode, troublesOf } from '../troubles.ts';
import { type DoorFile, judgeDoors } from './judge.ts';
import { type Key, makeKey, type Put, putAll, sendAll } from './senders.ts';
import { type Call, type DoorWorkload, doorTables, doorWorkloadOf } from './workload.ts';

/** So long after all was sent faults end: then what was put must land by itself. */
const faultsMs = 5_000;
const patienceMs = 120_000;
const POLL_MS = 250;

type Version = { readonly key: string; readonly versionId: string };

/** Sends to both doors what a seed says, under the faults that it says, and judges the end. */
export const doorRun = async (ground: Ground, seed: number, mode: Mode): Promise<RunResult> => {
  const { aws } = ground;
  const key = await makeKey();
  const before = new Set((await versions(aws)).map(named));
  const started = performance.now();
  const troubles = troublesOf(seed, mode);
  const workload = doorWorkloadOf(seed, unique());
  const isOver = { now: false };
  aws.proxy.strike(troubles.plan);
  const kills = killing(aws, troubles, () => isOver.now);
  const { put, calls } = await send(aws, key, workload);
  const calm = wait(faultsMs).then(() => aws.proxy.calm());
  const landed = (await untilLanded(aws, put, before)).map(({ version }) => ({
    key: version.key,
    fileId: fileIdOf({ bucket: aws.stack.outputs.LandingBucket, ...version }),
  }));
  const healed = await untilEnded(aws, landed);
  isOver.now = true;
  const timedKills = await kills;
  await calm;
  await aws.proxy.settled();
  // Again: what came late must not have changed it.
  const files = await Promise.all(
    (await read(aws, before)).map(async ({ version, records }): Promise<DoorFile> => {
      const bucket = aws.stack.outputs.LandingBucket;
      const entry = await aws.stack.ledger.file(fileIdOf({ bucket, ...version }));
      return { key: version.key, records, entry };
    }),
  );
  const judged = await judgeDoors({ put, calls, files, reader: ground.reader });
  const verdict = { ...judged, lost: [...judged.lost, ...healed.lost] };
  const ms = Math.round(performance.now() - started);
  const found = { seed, verdict, isOfDoors: true, files: files.length };
  return { ...found, timedKills, healed: healed.helped, ms };
};

const named = ({ key, versionId }: Version): string => `${key} ${versionId}`;

const send = async (aws: FaultyAws, key: Key, { batches, calls }: DoorWorkload) => {
  const kinesis = kinesisClient();
  const put: Put[] = [];
  const taken: [Call, readonly Receipt[]][] = [];
  await Promise.all([
    ...batches.map(async ({ atMs, records }) => {
      await wait(atMs);
      put.push(...(await putAll(kinesis, aws.stack.outputs.StreamName, records)));
    }),
    ...calls.map(async (call) => {
      await wait(call.atMs);
      taken.push([call, await sendAll(key, call)]);
    }),
  ]);
  return { put, calls: taken };
};

/** Every version of an object that a door has written. */
const versions = async (aws: FaultyAws): Promise<readonly Version[]> =>
  (await Promise.all(prefixes.map((prefix) => versionsBelow(aws, prefix)))).flat();

const prefixes = Object.keys(doorTables)
  .concat('_unrouted')
  .flatMap((table) => [`${table}/_push/`, `${table}/_stream/`]);

const versionsBelow = async (
  aws: FaultyAws,
  prefix: string,
  from: { readonly KeyMarker?: string; readonly VersionIdMarker?: string } = {},
): Promise<readonly Version[]> => {
  const { s3, outputs } = aws.stack;
  const page = await s3.send(
    new ListObjectVersionsCommand({ Bucket: outputs.LandingBucket, Prefix: prefix, ...from }),
  );
  const { Versions = [], NextKeyMarker: KeyMarker, NextVersionIdMarker: VersionIdMarker } = page;
  const own = Versions.map(({ Key: key = '', VersionId: versionId = '' }) => ({ key, versionId }));
  if (KeyMarker === undefined || VersionIdMarker === undefined) return own;
  return [...own, ...(await versionsBelow(aws, prefix, { KeyMarker, VersionIdMarker }))];
};

/** Of this run, with the records of a stream that are in each. */
const read = async (aws: FaultyAws, before: ReadonlySet<string>) => {
  const own = (await versions(aws)).filter((version) => !before.has(named(version)));
  return await Promise.all(
    own.map(async (version) => ({ version, records: await recordsIn(aws, version) })),
  );
};

const recordsIn = async (aws: FaultyAws, version: Version): Promise<readonly string[]> => {
  if (!version.key.includes('/_stream/')) return [];
  const bytes = await landedBytes(aws.stack, version);
  const lines = bytes.toString('latin1').split('\n').slice(0, -1);
  return lines.flatMap((line) => {
    const found = readStreamLine(Buffer.from(line, 'latin1'));
    return found.kind === 'record' ? `${found.record.shard}/${found.record.sequence}` : [];
  });
};

/** Once every record of the stream has landed, or patience ends: then the judge says what lacks. */
const untilLanded = async (aws: FaultyAws, put: readonly Put[], before: ReadonlySet<string>) => {
  const started = performance.now();
  for (;;) {
    const found = await read(aws, before);
    const landed = new Set(found.flatMap(({ records }) => records));
    const isAll = put.every(({ shard, sequence }) => landed.has(`${shard}/${sequence}`));
    if (isAll || performance.now() - started > patienceMs) return found;
    await wait(POLL_MS);
  }
};
