// @ts-nocheck: this is AssemblyScript, a part of plain.as.ts.
/** Reads numbers, days and instants in their usual form. */
const PLUS: u8 = 43;
const MINUS: u8 = 45;
const DOT: u8 = 46;
const DIGIT_0: u8 = 48;
const COLON: u8 = 58;
const LETTER_T: u8 = 84;
const LETTER_Z: u8 = 90;
/** Digits that an i64 always holds. */
const DIGITS_MAX = 18;
// Eight bytes at a step: the text of zeros, and what tells a byte over nine.
const ZEROS: u64 = 0x3030303030303030;
const OVER_NINE: u64 = 0x7676767676767676;
const HIGH_BITS: u64 = 0x8080808080808080;
const PAIRS: u64 = 0x000000ff000000ff;
const SECONDS_OF_DAY: i64 = 86400;
const MICROS: i64 = 1000000;
const MICRO_DIGITS = 6;
/** Up to here every whole number is a double. */
const WHOLE_MAX: i64 = 9007199254740992;

/** What was read last: the number, unscaled; days or microseconds since 1970. */
export let read: i64 = 0;
/** The double that was read last. */
export let readDouble: f64 = 0;

/**
 * The number that up to eight digits say, at once; negative when one of them is none. The eight
 * bytes at `start` are read, whatever stands behind `end`.
 */
function eight(start: i32, end: i32): i64 {
  // The last digit in the highest byte; what is missing in front counts as zeros.
  const shift = u64(8 - (end - start)) << 3;
  const lead = shift ? (u64(1) << shift) - 1 : 0;
  const values = (load<u64>(start) << shift) ^ (ZEROS & ~lead);
  if ((values | (values + OVER_NINE)) & HIGH_BITS) return -1;
  const pairs = values * 10 + (values >> 8);
  const low = (pairs & PAIRS) * 0x000f424000000064;
  const high = ((pairs >> 16) & PAIRS) * 0x0000271000000001;
  return i64((low + high) >> 32);
}

/** Reads digits into `read`; false when there is anything else, or none, or too many. */
export function digits(start: i32, end: i32): bool {
  const count = end - start;
  if (count > DIGITS_MAX || count <= 0) return false;
  const head = count & 7;
  let all: i64 = head ? eight(start, start + head) : 0;
  if (all < 0) return false;
  for (let at = start + head; at < end; at += 8) {
    const next = eight(at, at + 8);
    if (next < 0) return false;
    all = all * 100000000 + next;
  }
  read = all;
  return true;
}

export function isSign(byte: u8): bool {
  return byte === MINUS || byte === PLUS;
}

export function integer(start: i32, end: i32): bool {
  const first = load<u8>(start);
  if (!digits(isSign(first) ? start + 1 : start, end)) return false;
  if (first === MINUS) read = -read;
  return true;
}

export function decimal(scale: i32, start: i32, end: i32): bool {
  const first = load<u8>(start);
  const from = isSign(first) ? start + 1 : start;
  const point = pointIn(from, end);
  const decimals = point < end ? end - point - 1 : 0;
  if (point - from + scale > DIGITS_MAX || decimals > scale) return false;
  if (point < end && decimals === 0) return false;
  if (!digits(from, point)) return false;
  let all = read;
  if (decimals > 0) {
    if (!digits(point + 1, end)) return false;
    all = all * tens(decimals) + read;
  }
  all *= tens(scale - decimals);
  read = first === MINUS ? -all : all;
  return true;
}

/**
 * A double without exponent into `readDouble`. Its digits as a whole number and the power of ten
 * are doubles both, so that their quotient is rounded once, to the nearest one.
 */
export function double(start: i32, end: i32): bool {
  const first = load<u8>(start);
  const from = isSign(first) ? start + 1 : start;
  const point = pointIn(from, end);
  const decimals = point < end ? end - point - 1 : 0;
  if (point < end && decimals === 0) return false;
  if (point - from + decimals > DIGITS_MAX || !digits(from, point)) return false;
  let all = read;
  if (decimals > 0) {
    if (!digits(point + 1, end)) return false;
    all = all * tens(decimals) + read;
  }
  if (all > WHOLE_MAX) return false;
  const size = f64(all) / f64(tens(decimals));
  // Adding 0 turns -0 into 0, as core/fields/double.ts does.
  readDouble = (first === MINUS ? -size : size) + 0;
  return true;
}

/** Where the point stands, or `end`. */
function pointIn(from: i32, end: i32): i32 {
  const wideDot = i8x16.splat(DOT);
  for (let at = from; at < end; at += 16) {
    const found = i8x16.bitmask(i8x16.eq(v128.load(at), wideDot));
    if (found) return min<i32>(at + i32(ctz(found)), end);
  }
  return end;
}

/** Ten to the power of at most DIGITS_MAX. */
function tens(power: i32): i64 {
  let product: i64 = 1;
  for (let i = 0; i < power; i++) product *= 10;
  return product;
}

export function pair(at: i32): i32 {
  const tens = load<u8>(at) - DIGIT_0;
  const ones = load<u8>(at + 1) - DIGIT_0;
  return tens > 9 || ones > 9 ? -1 : i32(tens) * 10 + i32(ones);
}

/** YYYY-MM-DD as days since 1970 into `read`. */
export function day(at: i32): bool {
  if (load<u8>(at + 4) !== MINUS || load<u8>(at + 7) !== MINUS) return false;
  const century = pair(at);
  const inCentury = pair(at + 2);
  const month = pair(at + 5);
  const date = pair(at + 8);
  if (century < 0 || inCentury < 0 || month < 1 || month > 12 || date < 1) return false;
  const year = century * 100 + inCentury;
  if (year < 1 || date > daysIn(year, month)) return false;
  // Counted from March, so that the leap day is a year's last.
  const y = month > 2 ? year : year - 1;
  const m = month > 2 ? month - 3 : month + 9;
  const era = y / 400;
  const inEra = y - era * 400;
  const dayOfYear = (153 * m + 2) / 5 + date - 1;
  const dayOfEra = inEra * 365 + inEra / 4 - inEra / 100 + dayOfYear;
  read = i64(era) * 146097 + i64(dayOfEra) - 719468;
  return true;
}

export function daysIn(year: i32, month: i32): i32 {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** YYYY-MM-DDTHH:MM:SSZ, with up to six decimals, as microseconds since 1970 into `read`. */
export function instant(start: i32, end: i32): bool {
  const bytes = end - start;
  if (bytes < 20 || load<u8>(start + 10) !== LETTER_T || load<u8>(end - 1) !== LETTER_Z)
    return false;
  if (load<u8>(start + 13) !== COLON || load<u8>(start + 16) !== COLON) return false;
  const hour = pair(start + 11);
  const minute = pair(start + 14);
  const second = pair(start + 17);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return false;
  if (!day(start)) return false;
  const micros = (read * SECONDS_OF_DAY + i64(hour * 3600 + minute * 60 + second)) * MICROS;
  if (bytes > 20 && !fraction(start + 19, end - 1)) return false;
  read = bytes > 20 ? micros + read : micros;
  return true;
}

/** A point and decimals as microseconds into `read`. */
function fraction(start: i32, end: i32): bool {
  const decimals = end - start - 1;
  if (load<u8>(start) !== DOT || decimals < 1 || decimals > MICRO_DIGITS) return false;
  if (!digits(start + 1, end)) return false;
  read *= tens(MICRO_DIGITS - decimals);
  return true;
}
