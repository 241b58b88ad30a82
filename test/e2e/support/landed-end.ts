import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { fileIdOf } from '../../../core/landing/file-id.ts';
import type { FileEntry } from '../../../core/ledger.ts';
import { ended } from './drops.ts';
import type { Stack } from './stack.ts';

/** The end of an object that somebody else has put into landing. */
export const landedEnd = async (stack: Stack, key: string | null): Promise<FileEntry> => {
  const Bucket = stack.outputs.LandingBucket;
  const head = await stack.s3.send(new HeadObjectCommand({ Bucket, Key: key ?? '' }));
  const versionId = head.VersionId ?? '';
  const fileId = fileIdOf({ bucket: Bucket, key: key ?? '', versionId });
  return await ended(stack, {
    ...{ key: key ?? '', versionId, fileId, bytes: Buffer.alloc(0), at: new Date() },
  });
};
