import type { Buffer } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { readFile, rm, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  GetObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { PermanentError, TransientError } from '../core/errors.ts';
import { EpochMs } from '../core/ids.ts';
import type { Store } from '../core/ports.ts';
import { calling, httpStatus } from './aws-errors.ts';
import { intoFile } from './into-file.ts';

/** Larger files go up in parts. Below, one request with the bytes in memory can be retried. */
const singlePutMax = 64 * 1024 * 1024;
const partBytes = 16 * 1024 * 1024;
/** Parts in memory at a time; with `partBytes`, as much memory as one single put takes at most. */
const partsAtOnce = 4;
/** A listing above this many objects is a mistake here, and would not fit in memory. */
const listedMax = 1_000_000;

/** Node's name for a body that ended before it should. */
const prematureClose = 'ERR_STREAM_PREMATURE_CLOSE';

const located = (uri: string): { Bucket: string; Key: string } => {
  const match = /^s3:\/\/([^/]+)\/(.*)$/s.exec(uri);
  const [, bucket, key] = match ?? [];
  if (bucket === undefined || key === undefined) {
    throw new PermanentError(`${uri} is not an address of the form s3://bucket/key`);
  }
  return { Bucket: bucket, Key: key };
};

/** Adapts S3 to the port; the SDK has retried already when an error leaves here. */
export const s3Store = (client: S3Client): Store => {
  const put = (uri: string, body: Buffer | string): Promise<void> =>
    calling(`put ${uri}`, async () => {
      await client.send(new PutObjectCommand({ ...located(uri), Body: body }));
    });
  return {
    get: (uri) =>
      calling(`get ${uri}`, async () => {
        const object = await client.send(new GetObjectCommand(located(uri)));
        if (object.Body === undefined) throw new TransientError(`get ${uri}: no body came`);
        return globalThis.Buffer.from(await object.Body.transformToByteArray());
      }),
    put,
    putOnce: (uri, body) => calling(`put ${uri} once`, () => putOnce(client, uri, body)),
    upload: async (uri, path) => {
      const { size } = await stat(path);
      if (size <= singlePutMax) return await put(uri, await readFile(path));
      return await uploadParts(client, uri, path);
    },
    download: (uri, path) => calling(`download ${uri}`, () => download(client, uri, path)),
    list: (prefixUri) => calling(`list ${prefixUri}`, () => list(client, prefixUri)),
  };
};

/** 412: it is there. 409: another conditional put of the key is under way; try again. */
const putOnce = async (
  client: S3Client,
  uri: string,
  body: Buffer | string,
): Promise<'written' | 'exists'> => {
  try {
    await client.send(new PutObjectCommand({ ...located(uri), Body: body, IfNoneMatch: '*' }));
    return 'written';
  } catch (error) {
    if (httpStatus(error) === 412) return 'exists';
    if (httpStatus(error) !== 409) throw error;
    throw new TransientError(`put ${uri}: another writer is at it`, { cause: error });
  }
};

const uploadParts = (client: S3Client, uri: string, path: string): Promise<void> =>
  calling(`upload ${uri}`, async () => {
    const params = { ...located(uri), Body: createReadStream(path) };
    await new Upload({ client, params, partSize: partBytes, queueSize: partsAtOnce }).done();
  });

const download = async (client: S3Client, uri: string, path: string): Promise<void> => {
  const { Body, ContentLength } = await client.send(new GetObjectCommand(located(uri)));
  if (!(Body instanceof Readable)) throw new TransientError(`get ${uri}: no body came`);
  try {
    await intoFile(path, (file) => pipeline(Body, file));
    const { size } = await stat(path);
    if (ContentLength !== undefined && size !== ContentLength) {
      throw new TransientError(`got ${size} of ${ContentLength} bytes of ${uri}`);
    }
  } catch (error) {
    // Half a file under the right name would be read as a whole one.
    await rm(path, { force: true });
    const cut = error instanceof Error && Reflect.get(error, 'code') === prematureClose;
    throw cut ? new TransientError(`the body of ${uri} was cut off`, { cause: error }) : error;
  }
};

const list = async (client: S3Client, prefixUri: string) => {
  const { Bucket, Key } = located(prefixUri);
  const found: { uri: string; sizeBytes: number; at: EpochMs }[] = [];
  for await (const page of paginateListObjectsV2({ client }, { Bucket, Prefix: Key })) {
    for (const { Key: key, Size: sizeBytes = 0, LastModified: at } of page.Contents ?? []) {
      if (key === undefined || at === undefined) continue;
      found.push({ uri: `s3://${Bucket}/${key}`, sizeBytes, at: EpochMs.parse(at.getTime()) });
    }
    if (found.length > listedMax) {
      throw new PermanentError(`more than ${listedMax} objects under ${prefixUri}`);
    }
  }
  return found;
};
