import { createReadStream } from 'node:fs';
import type { S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { PermanentError } from '../core/errors.ts';
import { calling } from './aws-errors.ts';

/** A local file on its way into the landing bucket. */
export type Drop = {
  readonly bucket: string;
  readonly key: string;
  readonly path: string;
  readonly onProgress?: (sentBytes: number) => void;
};

const partBytes = 16 * 1024 * 1024;

/**
 * Lands a file and returns the version it became: that version, not the key, is what the ledger
 * knows. One PUT below the part size, parts above, so that a file of any size goes up.
 */
export const s3Drop =
  (client: S3Client) =>
  ({ bucket, key, path, onProgress }: Drop): Promise<string> =>
    calling(`land ${key}`, async () => {
      const params = { Bucket: bucket, Key: key, Body: createReadStream(path) };
      const upload = new Upload({ client, params, partSize: partBytes });
      upload.on('httpUploadProgress', ({ loaded }) => onProgress?.(loaded ?? 0));
      const { VersionId: versionId } = await upload.done();
      if (versionId === undefined)
        throw new PermanentError(
          `bucket ${bucket} keeps no versions, so the ledger cannot tell this file from others`,
        );
      return versionId;
    });
