import { Readable } from 'node:stream';
import {
  GetObjectCommand,
  type GetObjectCommandOutput,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  ListObjectVersionsCommand,
  type ObjectVersion,
  type S3Client,
} from '@aws-sdk/client-s3';
import * as z from 'zod';
import { PermanentError } from '../core/errors.ts';
import { EpochMs } from '../core/ids.ts';
import type { Announced } from '../core/landing/notice.ts';
import type { LandedFile } from '../core/ledger.ts';
import type { LandedVersions, Landing, ListedVersion, Unreadable } from '../core/ports.ts';
import { calling, classified, errorName, httpStatus } from './aws-errors.ts';

/** Versions of one key that are looked through for an announced object. */
const versionPagesMax = 10;

/** Landing in S3. Every read names the version: the latest may be another object by now. */
export const s3Landing = (client: S3Client): Landing => ({
  head: async (file) => {
    try {
      return headOf(file, await client.send(new HeadObjectCommand(versionOf(file))));
    } catch (error) {
      const kind = unreadable(error);
      if (kind !== undefined) return { kind };
      throw classified(error, `look at file ${file.fileId}`);
    }
  },
  peek: async (file, bytes) => {
    try {
      const range = { ...versionOf(file), Range: `bytes=0-${bytes - 1}` };
      const { Body } = await client.send(new GetObjectCommand(range));
      return Buffer.from((await Body?.transformToByteArray()) ?? []);
    } catch (error) {
      const kind = unreadable(error);
      if (kind !== undefined) return kind;
      // No range of an empty object can be satisfied.
      if (httpStatus(error) === 416) return Buffer.alloc(0);
      throw classified(error, `read the head of file ${file.fileId}`);
    }
  },
  stream: async (file) => {
    const doing = `read file ${file.fileId}`;
    try {
      const { Body } = await client.send(new GetObjectCommand(versionOf(file)));
      return chunksOf(Body, doing);
    } catch (error) {
      const kind = unreadable(error);
      if (kind !== undefined) return kind;
      throw classified(error, doing);
    }
  },
});

/**
 * Finds the versions an announced object may be, for emulators whose events name none. Several
 * versions of the same bytes are all returned: each is claimed once, and none is lost.
 */
export const s3VersionsOf =
  (client: S3Client) =>
  async (object: Announced): Promise<readonly string[]> => {
    const doing = `list versions in ${object.bucket}`;
    const found: string[] = [];
    let from: { KeyMarker?: string; VersionIdMarker?: string } = {};
    for (let page = 0; page < versionPagesMax; page += 1) {
      const input = { Bucket: object.bucket, Prefix: object.key, ...from };
      const reply = await calling(doing, () => client.send(new ListObjectVersionsCommand(input)));
      found.push(...matching(reply.Versions ?? [], object));
      // The key itself sorts before every longer key that it is a prefix of.
      if (reply.IsTruncated !== true || reply.NextKeyMarker !== object.key) return found;
      from = { KeyMarker: object.key, ...marker(reply.NextVersionIdMarker) };
    }
    throw new PermanentError(`${doing}: too many versions of one key to find the announced one`);
  };

/** Where a listing goes on, as one text. */
const Behind = z.tuple([z.string(), z.string().nullable()]);

/** Lists all versions of a bucket, a thousand at a time. */
export const s3LandedVersions = (client: S3Client, bucket: string): LandedVersions => ({
  versions: async (prefix, from) => {
    const [key, id] = from === null ? [null, null] : Behind.parse(JSON.parse(from));
    const behind = key === null ? {} : { KeyMarker: key, ...marker(id ?? undefined) };
    const input = { Bucket: bucket, Prefix: prefix, ...behind };
    const reply = await calling(`list versions in ${bucket}`, () =>
      client.send(new ListObjectVersionsCommand(input)),
    );
    const { NextKeyMarker: nextKey, NextVersionIdMarker: nextId = null } = reply;
    const more = reply.IsTruncated === true && nextKey !== undefined;
    return {
      versions: (reply.Versions ?? []).flatMap((version) => listed(bucket, version)),
      next: more ? JSON.stringify([nextKey, nextId]) : null,
    };
  },
});

const listed = (
  bucket: string,
  { Key, VersionId, Size = 0, ETag, LastModified }: ObjectVersion,
): ListedVersion[] =>
  Key === undefined || VersionId === undefined || LastModified === undefined
    ? []
    : [
        {
          ...{ bucket, key: Key, versionId: VersionId, sizeBytes: Size },
          ...{ etag: unquoted(ETag) ?? '', landedAt: epoch(LastModified) },
        },
      ];

const matching = (versions: readonly ObjectVersion[], object: Announced): string[] =>
  versions
    .filter(({ Key, Size }) => Key === object.key && Size === object.sizeBytes)
    .filter(({ ETag }) => unquoted(ETag) === unquoted(object.etag))
    .flatMap(({ VersionId }) => VersionId ?? []);

const marker = (id: string | undefined) => (id === undefined ? {} : { VersionIdMarker: id });

const unquoted = (etag: string | undefined): string | undefined => etag?.replaceAll('"', '');

const versionOf = ({ bucket, key, versionId }: LandedFile) => ({
  Bucket: bucket,
  Key: key,
  VersionId: versionId,
});

const headOf = (file: LandedFile, head: HeadObjectCommandOutput) => {
  const archived = head.StorageClass === 'GLACIER' || head.StorageClass === 'DEEP_ARCHIVE';
  const restored = head.Restore?.includes('ongoing-request="false"') === true;
  if ((archived && !restored) || head.ArchiveStatus !== undefined)
    return { kind: 'archived' } as const;
  return {
    kind: 'found',
    sizeBytes: head.ContentLength ?? file.sizeBytes,
    landedAt: head.LastModified === undefined ? file.landedAt : epoch(head.LastModified),
  } as const;
};

const epoch = (date: Date) => EpochMs.parse(date.getTime());

/**
 * A version that was deleted, or that is a delete marker (405), cannot be read by any later try;
 * nor can one that a lifecycle rule has moved to an archive class.
 */
const unreadable = (error: unknown): Unreadable | undefined => {
  const name = errorName(error);
  if (name === 'InvalidObjectState') return 'archived';
  const isGone = ['NoSuchKey', 'NoSuchVersion', 'NotFound'].includes(name);
  return isGone || httpStatus(error) === 405 ? 'gone' : undefined;
};

const chunksOf = async function* (
  body: GetObjectCommandOutput['Body'],
  doing: string,
): AsyncIterable<Uint8Array> {
  if (!(body instanceof Readable)) throw new PermanentError(`${doing}: the reply has no body`);
  try {
    for await (const chunk of body) yield chunk;
  } catch (error) {
    throw classified(error, doing);
  }
};
