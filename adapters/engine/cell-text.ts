import { CELL_SEPARATOR } from './cell-rows.ts';

/** The quote of what is written, whatever the quote of the file is. */
export const WRITTEN_QUOTE = 0x22;

/** Bytes of a short text are copied one by one: a call costs more. */
const COPY_FROM = 48;

/** Copies [start, end) as it stands. Returns where it ends. */
export const copyText = (
  bytes: Buffer,
  start: number,
  end: number,
  out: Buffer,
  from: number,
): number => {
  if (end - start >= COPY_FROM) return from + bytes.copy(out, from, start, end);
  let at = from;
  for (let i = start; i < end; i++) out[at++] = bytes[i] ?? 0;
  return at;
};

/** Copies [start, end) as one quoted cell; a quote in it is doubled. Returns where it ends. */
export const writeQuoted = (
  bytes: Buffer,
  start: number,
  end: number,
  out: Buffer,
  from: number,
): number => {
  let at = from;
  out[at++] = WRITTEN_QUOTE;
  for (let i = start; i < end; i++) {
    const byte = bytes[i] ?? 0;
    if (byte === WRITTEN_QUOTE) out[at++] = WRITTEN_QUOTE;
    out[at++] = byte;
  }
  out[at++] = WRITTEN_QUOTE;
  return at;
};

/** Copies [start, end) as one cell, quoted when its bytes would not be read as they are. */
export const writePlain = (
  bytes: Buffer,
  start: number,
  end: number,
  out: Buffer,
  from: number,
): number => {
  for (let i = start; i < end; i++) {
    const byte = bytes[i];
    if (byte === WRITTEN_QUOTE || byte === CELL_SEPARATOR) {
      return writeQuoted(bytes, start, end, out, from);
    }
  }
  return copyText(bytes, start, end, out, from);
};
