// @ts-nocheck: this is AssemblyScript, a part of plain.as.ts.
import { copy, doubled, QUOTE } from './cell.as.ts';
import { A, AT_DATA, B, endText, FLAGS, KEY, LOWER, TABLE, UPPER } from './column.as.ts';

/** Judges texts and writes them as Parquet's plain encoding has them: a length, then the bytes. */
const SPACE: u8 = 32;
const DOT: u8 = 46;
const AT: u8 = 64;
const CASE_BIT: u8 = 32;

/** A text has no more code points than bytes, and no fewer than a quarter of them. */
export function lengthFits(column: i32, start: i32, end: i32): bool {
  const bytes = end - start;
  const min = load<i32>(column, A);
  const max = load<i32>(column, B);
  if (bytes <= max && bytes >= min * 4) return true;
  let points = 0;
  for (let at = start; at < end; at++) {
    const byte = load<u8>(at);
    points += i32((byte & 0xc0) !== 0x80);
    if (doubled && byte === QUOTE) at++;
  }
  return min <= points && points <= max;
}

export function text(column: i32, next: i32, start: i32, end: i32): bool {
  const flags = load<i32>(column, FLAGS);
  const to = next + 4;
  let length = end - start;
  if (flags & KEY && !isAscii(start, end)) return false;
  if (doubled) {
    if (flags & (LOWER | UPPER)) return false;
    length = undouble(start, end, to);
  } else if (flags & (LOWER | UPPER)) {
    if (!cased(start, end, to, (flags & LOWER) !== 0)) return false;
  } else {
    copy(start, end, to);
  }
  store<i32>(next, length);
  endText(column, to + length);
  return true;
}

/** Beyond ASCII a key may be written in two ways, or hold what nobody sees. */
function isAscii(start: i32, end: i32): bool {
  for (let at = start; at < end; at += 16) {
    const left = end - at;
    const live = left >= 16 ? 0xffff : (1 << left) - 1;
    if (i8x16.bitmask(v128.load(at)) & live) return false;
  }
  return true;
}

export function undouble(start: i32, end: i32, to: i32): i32 {
  let out = to;
  for (let at = start; at < end; at++) {
    const byte = load<u8>(at);
    store<u8>(out++, byte);
    if (byte === QUOTE) at++;
  }
  return out - to;
}

/** ASCII letters only; the case of others is the set engine's matter. */
export function cased(start: i32, end: i32, to: i32, lower: bool): bool {
  const first = i8x16.splat(lower ? 65 : 97);
  const last = i8x16.splat(lower ? 90 : 122);
  const bit = i8x16.splat(CASE_BIT);
  for (let at = start, out = to; at < end; at += 16, out += 16) {
    const bytes = v128.load(at);
    const left = end - at;
    const live = left >= 16 ? 0xffff : (1 << left) - 1;
    if (i8x16.bitmask(bytes) & live) return false;
    const letters = v128.and(i8x16.ge_s(bytes, first), i8x16.le_s(bytes, last));
    v128.store(out, v128.xor(bytes, v128.and(letters, bit)));
  }
  return true;
}

/** One @, not first; behind it a dot that is neither first nor last; no blank. */
export function isEmail(start: i32, end: i32): bool {
  if (doubled) return false;
  const wideAt = i8x16.splat(AT);
  const wideDot = i8x16.splat(DOT);
  const wideBlank = i8x16.splat(SPACE);
  let at = 0;
  let lastDot = 0;
  for (let from = start; from < end; from += 16) {
    const bytes = v128.load(from);
    const left = end - from;
    const live = left >= 16 ? 0xffff : (1 << left) - 1;
    if (i8x16.bitmask(i8x16.le_u(bytes, wideBlank)) & live) return false;
    const ats = i8x16.bitmask(i8x16.eq(bytes, wideAt)) & live;
    if (ats) {
      if (at || ats & (ats - 1)) return false;
      at = from + i32(ctz(ats));
    }
    // Of the dots before the last byte, the last one tells.
    const dots = i8x16.bitmask(i8x16.eq(bytes, wideDot)) & live & ~lastBit(left);
    if (dots) lastDot = from + 31 - i32(clz(dots));
  }
  return at > start && lastDot > at + 1;
}

/** The bit of a text's last byte, where it is among the sixteen. */
function lastBit(left: i32): i32 {
  return left <= 16 ? 1 << (left - 1) : 0;
}

/** Compares with each declared value; its position, one byte, is the value. */
export function oneOf(column: i32, next: i32, start: i32, end: i32): bool {
  if (doubled) return false;
  const table = load<i32>(column, TABLE);
  const values = load<i32>(table);
  const length = end - start;
  let entry = table + 8;
  for (let index = 0; index < values; index++) {
    const bytes = load<i32>(entry);
    if (bytes === length && same(entry + 8, start, length)) {
      store<u8>(next, u8(index));
      store<i32>(column, next + 1, AT_DATA);
      return true;
    }
    entry += 8 + ((bytes + 7) & ~7);
  }
  return false;
}

export function same(a: i32, b: i32, length: i32): bool {
  for (let i = 0; i < length; i++) if (load<u8>(a + i) !== load<u8>(b + i)) return false;
  return true;
}
