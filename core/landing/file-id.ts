import { createHash } from 'node:crypto';
import { FileId } from '../ids.ts';

/** SHA-256 as hex: what ids are made of, so that the same input has the same id on any machine. */
export const sha256Hex = (text: string): string => createHash('sha256').update(text).digest('hex');

/**
 * Identity of one object version. The NUL byte cannot stand in a bucket name, a key or a version
 * id, so no two objects share an input; 128 bits are enough that no two share an output.
 */
export const fileIdOf = (object: {
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string;
}): FileId =>
  FileId.parse(sha256Hex([object.bucket, object.key, object.versionId].join('\0')).slice(0, 32));
