import { sha256 } from '../hash.ts';
import { FileId } from '../ids.ts';

/**
 * Identity of one object version. The NUL byte cannot stand in a bucket name, a key or a version
 * id, so no two objects share an input; 128 bits are enough that no two share an output.
 */
export const fileIdOf = (object: {
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string;
}): FileId =>
  FileId.parse(sha256([object.bucket, object.key, object.versionId].join('\0')).slice(0, 32));
