import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  type Part,
  PutObjectCommand,
  paginateListParts,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { PermanentError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import type { Uploads } from '../core/upload/port.ts';
import type { UploadedPart } from '../core/upload/upload.ts';
import { calling, errorName, httpStatus } from './aws-errors.ts';
import { presigned } from './presign.ts';

/**
 * Uploads of others into landing. The client builds the requests as it would send them, so that
 * addresses are right wherever it is; what is not sent is signed. It must compute no checksum of
 * its own: it would be that of an empty body.
 */
export const s3Uploads = (client: S3Client, bucket: string): Uploads => {
  const at = ({ key, id }: { key: string; id: string }) => ({
    ...{ Bucket: bucket, Key: key, UploadId: id },
  });
  return {
    size: (key) =>
      calling(`look at ${key}`, async () => {
        try {
          const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
          return head.ContentLength;
        } catch (error) {
          if (httpStatus(error) === 404) return undefined;
          throw error;
        }
      }),
    signPut: async ({ key, size_bytes, content_type, checksum_sha256 }, now) => {
      const command = new PutObjectCommand({
        ...{ Bucket: bucket, Key: key, ContentLength: size_bytes, ContentType: content_type },
        ...{ ChecksumSHA256: checksum_sha256, IfNoneMatch: '*' },
      });
      const ask = () => client.send(command);
      return await presigned(client, command.middlewareStack, ask, now, limits.uploadSingleMs);
    },
    signPart: async (place, { number, size_bytes, checksum }, now) => {
      const command = new UploadPartCommand({
        ...{ ...at(place), PartNumber: number, ContentLength: size_bytes },
        ...(checksum === null ? {} : { ChecksumSHA256: checksum }),
      });
      const ask = () => client.send(command);
      return await presigned(client, command.middlewareStack, ask, now, limits.uploadPartMs);
    },
    begin: ({ key, content_type, checksum_sha256 }, hasChecksums) =>
      calling(`begin the upload of ${key}`, async () => {
        const { UploadId: id } = await client.send(
          new CreateMultipartUploadCommand({
            ...{ Bucket: bucket, Key: key, ContentType: content_type },
            Metadata: { sha256: checksum_sha256 },
            ...(hasChecksums ? { ChecksumAlgorithm: 'SHA256', ChecksumType: 'COMPOSITE' } : {}),
          }),
        );
        if (id !== undefined) return id;
        throw new PermanentError('S3 began an upload without telling its id');
      }),
    parts: (place) => calling(`list the parts of ${place.key}`, () => listParts(client, at(place))),
    finish: (place, parts, sizeBytes) =>
      calling(`end the upload of ${place.key}`, async () => {
        try {
          await client.send(
            new CompleteMultipartUploadCommand({
              ...{ ...at(place), IfNoneMatch: '*', MpuObjectSize: sizeBytes },
              MultipartUpload: {
                Parts: parts.map(({ number, etag, checksum }) => ({
                  ...{ PartNumber: number, ETag: etag },
                  ...(checksum === null ? {} : { ChecksumSHA256: checksum }),
                })),
              },
            }),
          );
          return 'landed';
        } catch (error) {
          const name = errorName(error);
          if (httpStatus(error) === 412) return 'exists';
          if (name === 'NoSuchUpload') return 'gone';
          if (httpStatus(error) === 400) return 'refused';
          throw error;
        }
      }),
    abort: (place) =>
      calling(`abort the upload of ${place.key}`, async () => {
        try {
          await client.send(new AbortMultipartUploadCommand(at(place)));
        } catch (error) {
          if (errorName(error) !== 'NoSuchUpload') throw error;
        }
      }),
  };
};

/** Undefined: there is no such upload. */
const listParts = async (
  client: S3Client,
  upload: { Bucket: string; Key: string; UploadId: string },
): Promise<readonly UploadedPart[] | undefined> => {
  const parts: UploadedPart[] = [];
  try {
    for await (const page of paginateListParts({ client }, upload)) {
      parts.push(...(page.Parts ?? []).map(uploadedPart));
    }
  } catch (error) {
    if (errorName(error) === 'NoSuchUpload') return undefined;
    throw error;
  }
  return parts;
};

const uploadedPart = ({ PartNumber = 0, Size = 0, ETag = '', ChecksumSHA256 }: Part) => ({
  ...{ number: PartNumber, sizeBytes: Size, etag: ETag, checksum: ChecksumSHA256 ?? null },
});
