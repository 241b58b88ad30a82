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

/**
 * Where the first line end at or behind `from` lies: a line feed, with or without its carriage
 * return, or a carriage return alone; -1 when there is none. One that ends what is known counts as
 * alone: the line feed that may follow is a blank line then, and framing either way.
 */
export const lineEnd = (bytes: Buffer, from: number): number => {
  const feed = bytes.indexOf(LF, from);
  const lone = (feed < 0 ? bytes.subarray(from) : bytes.subarray(from, feed)).indexOf(CR);
  return lone < 0 || from + lone + 1 === feed ? feed : from + lone;
};

/** The same in a file; its end when there is none. Hands what lies before it to `pass`. */
export const lineEndInFile = (
  fd: number,
  from: number,
  scratch: Buffer,
  pass: (bytes: Buffer) => void,
): number => {
  for (let at = from; ; ) {
    const got = readSync(fd, scratch, 0, scratch.length, at);
    const bytes = scratch.subarray(0, got);
    const end = lineEnd(bytes, 0);
    pass(end < 0 ? bytes : bytes.subarray(0, contentEnd(bytes, 0, end)));
    if (end >= 0) return at + end;
    if (got === 0) return at;
    at += got;
  }
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
