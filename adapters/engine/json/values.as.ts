// @ts-nocheck: this is AssemblyScript, a part of json.as.ts.
import { END, KIND, START, slot, TAKES } from './names.as.ts';

/** Reads values strictly by RFC 8259. Each function returns where it stopped, or 0. */
export const QUOTE: u8 = 34;
export const BACKSLASH: u8 = 92;
export const COLON: u8 = 58;
export const COMMA: u8 = 44;
export const OPEN_OBJECT: u8 = 123;
export const CLOSE_OBJECT: u8 = 125;
const OPEN_ARRAY: u8 = 91;
const CLOSE_ARRAY: u8 = 93;
const SPACE: u8 = 32;
const DELETE: u8 = 127;
const TAB: u8 = 9;
const CR: u8 = 13;
const PLUS: u8 = 43;
const MINUS: u8 = 45;
const POINT: u8 = 46;
const DIGIT_0: u8 = 48;
const LOWER_E: u8 = 101;
const LOWER_U: u8 = 117;
const CASE_BIT: u8 = 32;
// Four letters each, as they lie in memory.
const TRUE: u32 = 0x65757274;
const ALSE: u32 = 0x65736c61;
const NULL: u32 = 0x6c6c756e;
const LOWER_F: u8 = 102;

// What a slot holds.
export const EMPTY = 0;
/** The span is the value. */
export const PLAIN = 1;
/** A string with escapes. */
export const ESCAPED = 2;
/** The span is the value, with quotes in it. */
export const RAW = 3;

// What a field takes, as in json-line.ts.
const SCALAR = 0;
const ANY = 2;

let depthMax: i32 = 0;
/** All high bits when a line with a byte that is no ASCII is left to the host. */
let refused: v128 = i8x16.splat(0);
/** Whether strings may have control characters, all but NUL; otherwise their lines are left. */
let controls: bool = false;
/** The one control character that JSON itself lets through. */
let barred: v128 = i8x16.splat(0);
/** Whether the string that was read last has a backslash. */
let escaped: bool = false;

export function setDepth(max: i32): void {
  depthMax = max;
}

export function setAscii(only: i32): void {
  refused = i8x16.splat(only ? i8(-128) : 0);
}

export function setControls(kept: i32): void {
  controls = kept !== 0;
  // A quote is found anyway.
  barred = i8x16.splat(controls ? QUOTE : DELETE);
}

/** A line feed is no blank here: it ends the line. */
export function skipBlanks(from: i32): i32 {
  let at = from;
  let byte = load<u8>(at);
  while (byte <= SPACE && (byte === SPACE || byte === TAB || byte === CR)) byte = load<u8>(++at);
  return at;
}

/** Reads a value into the slot of its key; 0 also when the field takes no such value. */
export function fill(from: i32): i32 {
  const takes = load<i32>(slot, TAKES);
  const first = load<u8>(from);
  if (first === QUOTE) {
    const end = skipString(from + 1);
    if (takes === ANY) return put(RAW, from, end, 0);
    return put(escaped ? ESCAPED : PLAIN, from, end, 1);
  }
  if (first === OPEN_OBJECT || first === OPEN_ARRAY) {
    return takes === SCALAR ? 0 : put(RAW, from, skipCompound(from, 2), 0);
  }
  return put(load<u32>(from) === NULL ? EMPTY : PLAIN, from, skipBare(from), 0);
}

function put(kind: i32, start: i32, end: i32, quotes: i32): i32 {
  store<i32>(slot, kind, KIND);
  store<i32>(slot, start + quotes, START);
  store<i32>(slot, end - quotes, END);
  return end;
}

/** A number, true, false or null. */
function skipBare(from: i32): i32 {
  const first = load<u8>(from);
  if (first === MINUS || first - DIGIT_0 <= 9) return skipNumber(from);
  const letters = load<u32>(from);
  if (letters === TRUE || letters === NULL) return from + 4;
  return first === LOWER_F && load<u32>(from + 1) === ALSE ? from + 5 : 0;
}

function skipDigits(from: i32): i32 {
  let at = from;
  while (load<u8>(at) - DIGIT_0 <= 9) at++;
  return at === from ? 0 : at;
}

function skipNumber(from: i32): i32 {
  const first = load<u8>(from) === MINUS ? from + 1 : from;
  let at = load<u8>(first) === DIGIT_0 ? first + 1 : skipDigits(first);
  if (at && load<u8>(at) === POINT) at = skipDigits(at + 1);
  if (!at || (load<u8>(at) | CASE_BIT) !== LOWER_E) return at;
  const sign = load<u8>(at + 1);
  return skipDigits(sign === MINUS || sign === PLUS ? at + 2 : at + 1);
}

/** From behind the opening quote to behind the closing one. */
function skipString(from: i32): i32 {
  const wideQuote = i8x16.splat(QUOTE);
  const wideBackslash = i8x16.splat(BACKSLASH);
  const wideSpace = i8x16.splat(SPACE);
  let at = from;
  escaped = false;
  while (at) {
    const bytes = v128.load(at);
    const found = i8x16.bitmask(
      v128.or(
        v128.or(i8x16.eq(bytes, wideQuote), i8x16.eq(bytes, wideBackslash)),
        v128.or(
          v128.or(i8x16.lt_u(bytes, wideSpace), i8x16.eq(bytes, barred)),
          v128.and(bytes, refused),
        ),
      ),
    );
    if (!found) {
      at += 16;
      continue;
    }
    at += i32(ctz(found));
    const byte = load<u8>(at);
    if (byte === QUOTE) return at + 1;
    if (byte !== BACKSLASH) return 0;
    escaped = true;
    at = skipEscape(at + 1);
  }
  return 0;
}

/** From behind the backslash; lone surrogates and barred characters are left to the host. */
function skipEscape(at: i32): i32 {
  const letter = load<u8>(at);
  if (letter !== LOWER_U) return isSimple(letter) ? at + 1 : 0;
  const unit = hex(at + 1);
  if (unit <= 0 || (!controls && isControl(unit))) return 0;
  if ((unit & 0xf800) !== 0xd800) return at + 5;
  const paired =
    unit < 0xdc00 &&
    load<u8>(at + 5) === BACKSLASH &&
    load<u8>(at + 6) === LOWER_U &&
    (hex(at + 7) & 0x1fc00) === 0xdc00;
  return paired ? at + 11 : 0;
}

/** A control character of ASCII other than tab and line ends. */
function isControl(unit: i32): bool {
  return (unit < 32 && unit !== 9 && unit !== 10 && unit !== 13) || unit === i32(DELETE);
}

function isSimple(letter: u8): bool {
  switch (letter) {
    case 98: // b
    case 102: // f
      return controls;
    case 34: // "
    case 47: // /
    case 92: // \
    case 110: // n
    case 114: // r
    case 116: // t
      return true;
    default:
      return false;
  }
}

/** Four hexadecimal digits as a number, or -1. */
export function hex(at: i32): i32 {
  let number = 0;
  for (let i = 0; i < 4; i++) {
    const byte = load<u8>(at + i);
    const digit: u8 = byte - DIGIT_0;
    const letter: u8 = (byte | CASE_BIT) - 97;
    if (digit > 9 && letter > 5) return -1;
    number = (number << 4) | i32(digit <= 9 ? digit : letter + 10);
  }
  return number;
}

/** An object or array; recursion is bounded by the depth allowed. */
function skipCompound(from: i32, depth: i32): i32 {
  if (depth > depthMax) return 0;
  const keyed = load<u8>(from) === OPEN_OBJECT;
  const closer = keyed ? CLOSE_OBJECT : CLOSE_ARRAY;
  let at = skipBlanks(from + 1);
  if (load<u8>(at) === closer) return at + 1;
  while (at) {
    if (keyed) at = skipKey(at);
    if (at) at = skipAny(at, depth);
    if (!at) return 0;
    at = skipBlanks(at);
    const byte = load<u8>(at);
    if (byte === closer) return at + 1;
    at = byte === COMMA ? skipBlanks(at + 1) : 0;
  }
  return 0;
}

function skipKey(from: i32): i32 {
  if (load<u8>(from) !== QUOTE) return 0;
  let at = skipString(from + 1);
  if (!at) return 0;
  at = skipBlanks(at);
  return load<u8>(at) === COLON ? skipBlanks(at + 1) : 0;
}

function skipAny(from: i32, depth: i32): i32 {
  const first = load<u8>(from);
  if (first === QUOTE) return skipString(from + 1);
  if (first === OPEN_OBJECT || first === OPEN_ARRAY) return skipCompound(from, depth + 1);
  return skipBare(from);
}
