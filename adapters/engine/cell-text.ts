/** Separates the cells that are written; what holds one is quoted. JSON allows none bare. */
export const CELL_SEPARATOR = 1;
/** Digits of the row number in front of the cells. */
export const NUMBER_DIGITS = 10;

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

/** Ten digits and a separator, as the framer writes them. */
export const writeNumber = (out: Buffer, at: number, row: number): number => {
  for (let i = NUMBER_DIGITS - 1, rest = row; i >= 0; i--, rest = Math.trunc(rest / 10)) {
    out[at + i] = 0x30 + (rest % 10);
  }
  out[at + NUMBER_DIGITS] = CELL_SEPARATOR;
  return at + NUMBER_DIGITS + 1;
};
