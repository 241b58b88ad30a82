import { Readable } from 'node:stream';
import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { Kernel, Worker } from '../kernel.ts';
import { refusal } from './errors.ts';

/** One version of an object, as it landed. */
export type Version = {
  readonly key: string;
  readonly versionId: string;
  readonly bytes: Buffer;
  readonly sequencer: string;
  readonly at: number;
  /** Nobody can read a deleted version. */
  deletedAt: number | undefined;
};

/** What the doors may write, and nobody else. */
const ofDoors = /^[^/]+\/_(push|stream)\//;

/**
 * A bucket whose versions no function may change; the outside world puts and deletes them, and the
 * two doors put new ones.
 */
export class SimulatedLanding {
  readonly name = 'landing';
  readonly versions: Version[] = [];
  /** Called with what a door has written. */
  onWritten: (version: Version) => void = () => undefined;
  #sequence = 0;

  put(key: string, bytes: Buffer, at: number): Version {
    this.#sequence += 1;
    const version: Version = {
      ...{ key, bytes, at, deletedAt: undefined },
      versionId: `v${this.#sequence}`,
      sequencer: this.#sequence.toString(16).toUpperCase().padStart(16, '0'),
    };
    this.versions.push(version);
    return version;
  }

  has(key: string): boolean {
    return this.versions.some((each) => each.key === key);
  }

  read(key: string | undefined, versionId: string | undefined): Version {
    // Without a version id S3 gives the newest, whichever that is.
    const found = this.versions.findLast(
      (each) => each.key === key && (versionId === undefined || each.versionId === versionId),
    );
    if (found === undefined || found.deletedAt !== undefined) throw refusal('NoSuchVersion', 404);
    return found;
  }
}

/** The buckets that Headgate writes: the last write of a key stands. */
export class SimulatedObjects {
  readonly objects = new Map<string, { readonly bytes: Buffer; readonly at: number }>();

  get(uri: string): Buffer {
    const found = this.objects.get(uri);
    if (found === undefined) throw refusal('NoSuchKey', 404);
    return found.bytes;
  }
}

const uriOf = (Bucket: string | undefined, Key: string | undefined): string =>
  `s3://${Bucket}/${Key}`;

const bodyOf = (bytes: Buffer) =>
  Object.assign(Readable.from([bytes]), { transformToByteArray: async () => bytes });

const rangeOf = (range: string | undefined, bytes: Buffer): Buffer => {
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? [];
  if (from === undefined || to === undefined) return bytes;
  if (Number(from) >= bytes.length) throw refusal('InvalidRange', 416);
  return bytes.subarray(Number(from), Number(to) + 1);
};

const etagOf = (bytes: Buffer): string => `"${bytes.toString('base64url').slice(0, 32)}"`;

/** The client of one worker: each command is an effect of it. */
export const s3Of = (
  kernel: Kernel,
  worker: Worker,
  landing: SimulatedLanding,
  others: SimulatedObjects,
): S3Client => {
  const effect = (name: string, isWrite: boolean, apply: () => object): Promise<object> =>
    kernel.effect<object>(worker, {
      site: `s3.${name}`,
      ...{ isWrite, apply },
      throttled: () => {
        throw refusal('SlowDown', 503);
      },
      lost: () => {
        throw refusal('TimeoutError', undefined);
      },
    });
  const versionOr = (input: GetObjectCommand['input']): Buffer =>
    input.Bucket === landing.name
      ? landing.read(input.Key, input.VersionId).bytes
      : others.get(uriOf(input.Bucket, input.Key));
  const send = (command: unknown): Promise<object> => {
    if (command instanceof GetObjectCommand)
      return effect('GetObject', false, () => {
        const bytes = rangeOf(command.input.Range, versionOr(command.input));
        return { Body: bodyOf(bytes), ContentLength: bytes.length };
      });
    if (command instanceof HeadObjectCommand)
      return effect('HeadObject', false, () => {
        const { bytes, at } = landing.read(command.input.Key, command.input.VersionId);
        return { ContentLength: bytes.length, LastModified: new Date(at) };
      });
    if (command instanceof PutObjectCommand)
      return effect('PutObject', true, () => put(kernel.now, landing, others, command));
    if (command instanceof ListObjectsV2Command)
      return effect('ListObjectsV2', false, () => listed(others, command));
    if (command instanceof ListObjectVersionsCommand)
      return effect('ListObjectVersions', false, () => versionsOf(landing, command));
    throw new Error('S3: a command that the simulator does not know');
  };
  return Object.assign(Object.create(S3Client.prototype), { send });
};

const put = (
  at: number,
  landing: SimulatedLanding,
  { objects }: SimulatedObjects,
  { input: { Bucket, Key = '', Body, IfNoneMatch } }: PutObjectCommand,
): object => {
  const isLanding = Bucket === landing.name;
  if (isLanding && !ofDoors.test(Key)) throw new Error('a function wrote into landing');
  if (typeof Body !== 'string' && !(Body instanceof Uint8Array))
    throw new Error('S3: a body that the simulator does not know');
  const isThere = isLanding ? landing.has(Key) : objects.has(uriOf(Bucket, Key));
  if (IfNoneMatch === '*' && isThere) throw refusal('PreconditionFailed', 412);
  const bytes = Buffer.from(Body);
  if (isLanding) landing.onWritten(landing.put(Key, bytes, at));
  else objects.set(uriOf(Bucket, Key), { bytes, at });
  return {};
};

const listed = ({ objects }: SimulatedObjects, { input }: ListObjectsV2Command) => {
  const prefix = uriOf(input.Bucket, input.Prefix ?? '');
  const own = uriOf(input.Bucket, '');
  return {
    Contents: [...objects]
      .filter(([uri]) => uri.startsWith(prefix))
      .map(([uri, { bytes, at }]) => ({
        Key: uri.slice(own.length),
        Size: bytes.length,
        LastModified: new Date(at),
      })),
  };
};

const versionsOf = ({ versions }: SimulatedLanding, { input }: ListObjectVersionsCommand) => ({
  IsTruncated: false,
  Versions: versions
    .filter(({ key, deletedAt }) => deletedAt === undefined && key.startsWith(input.Prefix ?? ''))
    .map(({ key, versionId, bytes, at }) => ({
      ...{ Key: key, VersionId: versionId, Size: bytes.length, ETag: etagOf(bytes) },
      LastModified: new Date(at),
      StorageClass: 'STANDARD' as const,
    })),
});
