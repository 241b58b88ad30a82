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
const SECONDS_OF_DAY: i64 = 86400;
const MICROS: i64 = 1000000;

/** What was read last: the number, unscaled; days or microseconds since 1970. */
export let read: i64 = 0;

/** Reads digits into `read`; false when there is anything else, or none, or too many. */
export function digits(start: i32, end: i32): bool {
  if (end - start > DIGITS_MAX || end <= start) return false;
  let all: i64 = 0;
  for (let at = start; at < end; at++) {
    const digit = load<u8>(at) - DIGIT_0;
    if (digit > 9) return false;
    all = all * 10 + i64(digit);
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
  let point = from;
  while (point < end && load<u8>(point) !== DOT) point++;
  const decimals = point < end ? end - point - 1 : 0;
  if (point - from + scale > DIGITS_MAX || decimals > scale) return false;
  if (point < end && decimals === 0) return false;
  if (!digits(from, point)) return false;
  let all = read;
  for (let at = point + 1; at < end; at++) {
    const digit = load<u8>(at) - DIGIT_0;
    if (digit > 9) return false;
    all = all * 10 + i64(digit);
  }
  for (let i = decimals; i < scale; i++) all *= 10;
  read = first === MINUS ? -all : all;
  return true;
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

/** YYYY-MM-DDTHH:MM:SSZ as microseconds since 1970 into `read`. */
export function instant(start: i32, end: i32): bool {
  if (end - start !== 20) return false;
  if (load<u8>(start + 10) !== LETTER_T || load<u8>(start + 19) !== LETTER_Z) return false;
  if (load<u8>(start + 13) !== COLON || load<u8>(start + 16) !== COLON) return false;
  const hour = pair(start + 11);
  const minute = pair(start + 14);
  const second = pair(start + 17);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return false;
  if (!day(start)) return false;
  read = (read * SECONDS_OF_DAY + i64(hour * 3600 + minute * 60 + second)) * MICROS;
  return true;
}
