import { readSync } from 'node:fs';
import { limits } from '../../core/limits.ts';

/** The first bytes of a file, enough for any header; `ended` says that they are the whole. */
export const headOf = (fd: number): { readonly bytes: Buffer; readonly ended: boolean } => {
  const bytes = Buffer.alloc(limits.headerBytesMax + 1);
  const got = readSync(fd, bytes, 0, bytes.length, 0);
  return { bytes: bytes.subarray(0, got), ended: got < bytes.length };
};
