import { createReadStream } from 'node:fs';
import { createGunzip, createZstdDecompress } from 'node:zlib';

/** The first bytes of a file once decompressed, and whether they are all of it. */
export const plainBytes = async (
  path: string,
  compression: 'none' | 'gzip' | 'zstd',
  bytesMax: number,
): Promise<{ readonly bytes: Buffer; readonly isWhole: boolean }> => {
  const raw = createReadStream(path);
  const stream =
    compression === 'none'
      ? raw
      : raw.pipe(compression === 'gzip' ? createGunzip() : createZstdDecompress());
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > bytesMax) break;
  }
  raw.destroy();
  const isWhole = size <= bytesMax;
  return { bytes: Buffer.concat(chunks).subarray(0, bytesMax), isWhole };
};
