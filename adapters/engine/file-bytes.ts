import { readSync } from 'node:fs';

const LF = 10;
const CR = 13;

/** The content of a line ends before its line feed and the carriage return that belongs to it. */
export const contentEnd = (bytes: Uint8Array, start: number, end: number): number =>
  end > start && bytes[end - 1] === CR ? end - 1 : end;

/** The same for a line that does not lie in memory. */
export const contentEndInFile = (fd: number, start: number, end: number): number => {
  const before = Buffer.alloc(1);
  if (end > start) readSync(fd, before, 0, 1, end - 1);
  return before[0] === CR ? end - 1 : end;
};

/**
 * Fills a chunk from where `have` bytes lie already; the first byte lies at `start` in the file.
 */
export const fill = (fd: number, chunk: Buffer, have: number, start: number) => {
  let filled = have;
  while (filled < chunk.length) {
    const got = readSync(fd, chunk, filled, chunk.length - filled, start + filled);
    if (got === 0) return { have: filled, ended: true };
    filled += got;
  }
  return { have: filled, ended: false };
};

/** Where the next line feed lies at or behind `from`; the file's end when there is none. */
export const lineFeed = (fd: number, from: number, scratch: Buffer): number => {
  for (let at = from; ; ) {
    const got = readSync(fd, scratch, 0, scratch.length, at);
    const end = scratch.subarray(0, got).indexOf(LF);
    if (end >= 0) return at + end;
    if (got === 0) return at;
    at += got;
  }
};
