/** What is wrong with a text of JSON, one bit each; the engine has them among its own faults. */
export const jsonFaults = { encoding: 8, controlChar: 32, syntax: 128, depth: 1024 } as const;
const {
  encoding: ENCODING,
  controlChar: CONTROL_CHAR,
  syntax: JSON_SYNTAX,
  depth: DEPTH,
} = jsonFaults;

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
export const QUOTE = 0x22;
const COMMA = 0x2c;
export const OPEN_OBJECT = 0x7b;
export const CLOSE_OBJECT = 0x7d;
export const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const MINUS = 0x2d;
const PLUS = 0x2b;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const LOWER_A = 0x61;
const LOWER_B = 0x62;
const LOWER_E = 0x65;
const LOWER_F = 0x66;
const LOWER_U = 0x75;
const UPPER_TO_LOWER = 0x20;
const CLOSE_ARRAY = 0x5d;
const SPACE = 0x20;
const DELETE = 0x7f;
const asBytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const WORDS: ReadonlyMap<number, Uint8Array> = new Map(
  ['true', 'false', 'null'].map((word) => [word.charCodeAt(0), asBytes(word)]),
);
/** Which bytes may follow a backslash. */
const ESCAPES = new Set(asBytes('"\\/bfnrtu'));

/** Not a position: the text is no JSON, or too deep; the cursor's fault says which. */
export const NOWHERE = -1;

/**
 * Where a text lies, and what is wrong with it. The functions below take a position and return the
 * one behind what they read: no values are made, so no digit is lost and nothing is allocated.
 */
export type Cursor<Bytes extends Uint8Array = Uint8Array> = {
  bytes: Bytes;
  end: number;
  readonly depthMax: number;
  fault: number;
  /** Whether the string read last has a backslash. */
  escaped: boolean;
  /** @default false; true: of the control characters only NUL is a fault */
  readonly keepsControls?: boolean;
};

const fail = (cursor: Cursor, bit: number): number => {
  cursor.fault = bit;
  return NOWHERE;
};

/** What stands behind the blanks of JSON. */
export const skipBlanks = ({ bytes, end }: Cursor, from: number): number => {
  let at = from;
  while (at < end) {
    const byte = bytes[at];
    if (byte !== SPACE && byte !== TAB && byte !== CR && byte !== LF) break;
    at++;
  }
  return at;
};

/** The byte at a position, or -1 behind the end. */
export const byteAt = ({ bytes, end }: Cursor, at: number): number =>
  at < end ? (bytes[at] ?? -1) : -1;

/** From behind the opening quote to the closing one. */
export const findQuote = (cursor: Cursor, from: number): number => {
  const { bytes, end } = cursor;
  cursor.escaped = false;
  for (let at = from; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === QUOTE) return at;
    if (byte < SPACE) break;
    if (byte === BACKSLASH) {
      cursor.escaped = true;
      at = escapeEnd(cursor, at + 1);
      if (at === NOWHERE) return NOWHERE;
    }
  }
  return fail(cursor, JSON_SYNTAX);
};

/** From behind the backslash to the escape's last byte. */
const escapeEnd = (cursor: Cursor, at: number): number => {
  const byte = byteAt(cursor, at);
  if (!ESCAPES.has(byte)) return fail(cursor, JSON_SYNTAX);
  if (byte !== LOWER_U) {
    if (byte === LOWER_B || byte === LOWER_F) spoil(cursor);
    return at;
  }
  const unit = hexAt(cursor, at + 1);
  if (unit < 0) return fail(cursor, JSON_SYNTAX);
  if (unit === 0) cursor.fault |= CONTROL_CHAR;
  else if (isControl(unit)) spoil(cursor);
  if (!isSurrogate(unit)) return at + 4;
  const paired =
    unit < 0xdc00 &&
    byteAt(cursor, at + 5) === BACKSLASH &&
    byteAt(cursor, at + 6) === LOWER_U &&
    (hexAt(cursor, at + 7) & 0x1fc00) === 0xdc00;
  if (!paired) cursor.fault |= ENCODING;
  return paired ? at + 10 : at + 4;
};

/** Of those below the space a text may have tabs and line ends. */
const isControl = (unit: number): boolean =>
  unit < SPACE ? unit !== TAB && unit !== LF && unit !== CR : unit === DELETE;

const spoil = (cursor: Cursor): void => {
  if (cursor.keepsControls !== true) cursor.fault |= CONTROL_CHAR;
};

const isSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff;

/** Four hexadecimal digits as a number, or -1. */
export const hexAt = ({ bytes, end }: Pick<Cursor, 'bytes' | 'end'>, at: number): number => {
  if (at + 4 > end) return -1;
  let number = 0;
  for (let i = at; i < at + 4; i++) {
    const digit = hexDigit(bytes[i] ?? 0);
    if (digit < 0) return -1;
    number = number * 16 + digit;
  }
  return number;
};

const hexDigit = (byte: number): number => {
  if (isDigit(byte)) return byte - ZERO;
  const letter = (byte | UPPER_TO_LOWER) - LOWER_A;
  return letter >= 0 && letter < 6 ? letter + 10 : -1;
};

const isDigit = (byte: number): boolean => byte >= ZERO && byte <= NINE;

const skipDigits = (cursor: Cursor, from: number): number => {
  let at = from;
  while (isDigit(byteAt(cursor, at))) at++;
  return at === from ? fail(cursor, JSON_SYNTAX) : at;
};

const skipNumber = (cursor: Cursor, from: number): number => {
  const first = byteAt(cursor, from) === MINUS ? from + 1 : from;
  let at = byteAt(cursor, first) === ZERO ? first + 1 : skipDigits(cursor, first);
  if (at !== NOWHERE && byteAt(cursor, at) === POINT) at = skipDigits(cursor, at + 1);
  if (at === NOWHERE || (byteAt(cursor, at) | UPPER_TO_LOWER) !== LOWER_E) return at;
  const sign = byteAt(cursor, at + 1);
  return skipDigits(cursor, sign === MINUS || sign === PLUS ? at + 2 : at + 1);
};

const skipWord = (cursor: Cursor, from: number): number => {
  const word = WORDS.get(byteAt(cursor, from));
  if (word === undefined || !standsAt(cursor, word, from)) return fail(cursor, JSON_SYNTAX);
  return from + word.length;
};

/** Whether these bytes stand at a position. */
export const standsAt = ({ bytes, end }: Cursor, wanted: Uint8Array, from: number): boolean => {
  if (from + wanted.length > end) return false;
  for (let i = 0; i < wanted.length; i++) if (bytes[from + i] !== wanted[i]) return false;
  return true;
};

/** A key and its colon: from the opening quote to what stands behind the colon. */
const skipKey = (cursor: Cursor, at: number): number => {
  if (byteAt(cursor, at) !== QUOTE) return fail(cursor, JSON_SYNTAX);
  const quote = findQuote(cursor, at + 1);
  return quote === NOWHERE ? NOWHERE : skipColon(cursor, quote + 1);
};

/** Between a key and its value. */
export const skipColon = (cursor: Cursor, from: number): number => {
  const at = skipBlanks(cursor, from);
  return byteAt(cursor, at) === COLON ? skipBlanks(cursor, at + 1) : fail(cursor, JSON_SYNTAX);
};

/** A value from its first byte; `depth` says how many objects and arrays it lies in. */
export const skipValue = (cursor: Cursor, at: number, depth: number): number => {
  const byte = byteAt(cursor, at);
  if (byte === QUOTE) {
    const quote = findQuote(cursor, at + 1);
    return quote === NOWHERE ? NOWHERE : quote + 1;
  }
  if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) return skipCompound(cursor, at, depth + 1);
  return byte === MINUS || isDigit(byte) ? skipNumber(cursor, at) : skipWord(cursor, at);
};

/** Recursion is bounded by the depth allowed. */
const skipCompound = (cursor: Cursor, from: number, depth: number): number => {
  if (depth > cursor.depthMax) return fail(cursor, DEPTH);
  const keyed = byteAt(cursor, from) === OPEN_OBJECT;
  const closer = keyed ? CLOSE_OBJECT : CLOSE_ARRAY;
  let at = skipBlanks(cursor, from + 1);
  if (byteAt(cursor, at) === closer) return at + 1;
  while (at !== NOWHERE) {
    at = keyed ? skipKey(cursor, at) : at;
    at = at === NOWHERE ? NOWHERE : skipValue(cursor, at, depth);
    at = at === NOWHERE ? NOWHERE : skipComma(cursor, at, closer);
    if (at !== NOWHERE && byteAt(cursor, at) === closer) return at + 1;
  }
  return NOWHERE;
};

/** Behind a value: the closer itself, or what stands behind the comma (where no closer may). */
export const skipComma = (cursor: Cursor, from: number, closer: number): number => {
  const at = skipBlanks(cursor, from);
  const byte = byteAt(cursor, at);
  if (byte === closer) return at;
  if (byte !== COMMA) return fail(cursor, JSON_SYNTAX);
  const next = skipBlanks(cursor, at + 1);
  return byteAt(cursor, next) === closer ? fail(cursor, JSON_SYNTAX) : next;
};
