// @ts-nocheck: this is AssemblyScript, a part of json.as.ts.
import { END, KIND, line, SEEN, SLOT_BYTES, START } from './names.as.ts';
import { BACKSLASH, EMPTY, ESCAPED, hex, PLAIN, QUOTE } from './values.as.ts';

/** Writes the slots of a line as cells, byte for byte as json-cells.ts does. */
const LF: u8 = 10;
const SEPARATOR: u8 = 1;
const DIGIT_0: u8 = 48;
const DIGIT_9: u8 = 57;
const NUMBER_DIGITS = 10;
const LOWER_U: u8 = 117;

/** Sixteen bytes of which eleven count: the next row's number and a separator. */
let number: i32 = 0;
let slots: i32 = 0;
let slotsEnd: i32 = 0;

export function setCells(numberAt: i32, slotsAt: i32, slotsEndAt: i32): void {
  number = numberAt;
  slots = slotsAt;
  slotsEnd = slotsEndAt;
}

export function setNumber(row: u32): void {
  let rest = row;
  for (let digit = NUMBER_DIGITS - 1; digit >= 0; digit--) {
    store<u8>(number + digit, DIGIT_0 + u8(rest % 10));
    rest /= 10;
  }
  store<u8>(number + NUMBER_DIGITS, SEPARATOR);
}

function countRow(): void {
  let digit = number + NUMBER_DIGITS - 1;
  while (load<u8>(digit) === DIGIT_9) store<u8>(digit--, DIGIT_0);
  store<u8>(digit, load<u8>(digit) + 1);
}

/** Writes the line behind its number; returns where it ends. */
export function writeRow(out: i32): i32 {
  v128.store(out, v128.load(number));
  countRow();
  // Each cell begins behind a separator; the number has brought that of the first.
  let at = out + NUMBER_DIGITS;
  for (let slot = slots; slot < slotsEnd; slot += SLOT_BYTES) {
    store<u8>(at++, SEPARATOR);
    if (load<i32>(slot, SEEN) === line) at = writeCell(slot, at);
  }
  store<u8>(at, LF);
  return at + 1;
}

function writeCell(slot: i32, at: i32): i32 {
  const start = load<i32>(slot, START);
  const end = load<i32>(slot, END);
  switch (load<i32>(slot, KIND)) {
    case EMPTY:
      return at;
    case PLAIN:
      if (start === end) return writeQuoted(start, end, at);
      for (let s = start, d = at; s < end; s += 16, d += 16) v128.store(d, v128.load(s));
      return at + end - start;
    case ESCAPED:
      return writeUnescaped(start, end, at);
    default:
      return writeQuoted(start, end, at);
  }
}

/** Copies up to the first `mark`, or to `end`; returns how many bytes. */
function copyUpTo(mark: u8, start: i32, end: i32, out: i32): i32 {
  const wide = i8x16.splat(mark);
  let from = start;
  let to = out;
  while (from < end) {
    const bytes = v128.load(from);
    v128.store(to, bytes);
    const found = i8x16.bitmask(i8x16.eq(bytes, wide));
    if (found) {
      const stop = from + i32(ctz(found));
      return (stop < end ? stop : end) - start;
    }
    from += 16;
    to += 16;
  }
  return end - start;
}

function writeQuoted(start: i32, end: i32, out: i32): i32 {
  let at = out;
  store<u8>(at++, QUOTE);
  for (let from = start; from < end; ) {
    const bytes = copyUpTo(QUOTE, from, end, at);
    from += bytes;
    at += bytes;
    if (from < end) {
      store<u8>(at++, QUOTE);
      store<u8>(at++, QUOTE);
      from++;
    }
  }
  store<u8>(at++, QUOTE);
  return at;
}

function writeUnescaped(start: i32, end: i32, out: i32): i32 {
  let at = out;
  store<u8>(at++, QUOTE);
  for (let from = start; from < end; ) {
    const bytes = copyUpTo(BACKSLASH, from, end, at);
    from += bytes;
    at += bytes;
    if (from >= end) break;
    const letter = load<u8>(from + 1);
    if (letter !== LOWER_U) {
      at = writePoint(meant(letter), at);
      from += 2;
      continue;
    }
    let point = hex(from + 2);
    from += 6;
    if ((point & 0xf800) === 0xd800) {
      point = 0x10000 + ((point - 0xd800) << 10) + (hex(from + 2) - 0xdc00);
      from += 6;
    }
    at = writePoint(point, at);
  }
  store<u8>(at++, QUOTE);
  return at;
}

/** What a letter behind a backslash means. */
function meant(letter: u8): i32 {
  switch (letter) {
    case 98: // b
      return 8;
    case 102: // f
      return 12;
    case 110: // n
      return 10;
    case 114: // r
      return 13;
    case 116: // t
      return 9;
    default:
      return letter;
  }
}

/** As UTF-8; a quote is doubled. */
function writePoint(point: i32, out: i32): i32 {
  let at = out;
  if (point < 0x80) {
    store<u8>(at++, u8(point));
    if (point === QUOTE) store<u8>(at++, QUOTE);
    return at;
  }
  if (point < 0x800) {
    store<u8>(at++, u8(0xc0 | (point >> 6)));
  } else if (point < 0x10000) {
    store<u8>(at++, u8(0xe0 | (point >> 12)));
    store<u8>(at++, u8(0x80 | ((point >> 6) & 0x3f)));
  } else {
    store<u8>(at++, u8(0xf0 | (point >> 18)));
    store<u8>(at++, u8(0x80 | ((point >> 12) & 0x3f)));
    store<u8>(at++, u8(0x80 | ((point >> 6) & 0x3f)));
  }
  store<u8>(at++, u8(0x80 | (point & 0x3f)));
  return at;
}
