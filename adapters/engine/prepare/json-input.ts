import { Buffer } from 'node:buffer';
import { readSync } from 'node:fs';
import { Refused } from '../../../core/errors.ts';
import { limits } from '../../../core/limits.ts';

export const QUOTE = 0x22;
export const COMMA = 0x2c;
export const COLON = 0x3a;
export const OPEN_OBJECT = 0x7b;
export const CLOSE_OBJECT = 0x7d;
export const OPEN_ARRAY = 0x5b;
export const CLOSE_ARRAY = 0x5d;
export const BACKSLASH = 0x5c;
const SPACE = 0x20;
const LOWER_U = 0x75;
/** Longer numbers stand in rows only, where the row's own limit holds. */
const TOKEN_MAX = 1_024;

/** A JSON document of any size, one chunk of it in memory. */
export type JsonInput = {
  readonly fd: number;
  readonly chunk: Buffer;
  /** Where the next byte lies in the chunk, and where the chunk ends. */
  at: number;
  end: number;
  /** Where the chunk lies in the file. */
  base: number;
  /** The openers of what is open now; one document is read at a time, so one is enough. */
  readonly stack: Uint8Array;
};

export const openInput = (fd: number, chunk: number): JsonInput => {
  const stack = new Uint8Array(limits.documentDepthMax + 1);
  const input = { fd, chunk: Buffer.alloc(chunk), at: 0, end: 0, base: 0, stack };
  const bom = Buffer.from('\ufeff');
  const head = Buffer.alloc(bom.length);
  readSync(fd, head, 0, head.length, 0);
  if (head.equals(bom)) input.base = bom.length;
  return input;
};

/** Where the next byte lies in the file. */
export const position = ({ base, at }: JsonInput): number => base + at;

/** Reads the next chunk once this one is used up; false at the end of the file. */
export const refill = (input: JsonInput): boolean => {
  if (input.at < input.end) return true;
  input.base += input.end;
  input.at = 0;
  input.end = readSync(input.fd, input.chunk, 0, input.chunk.length, input.base);
  return input.end > 0;
};

/** The next byte, which stays there; -1 at the end of the file. */
export const peek = (input: JsonInput): number =>
  refill(input) ? (input.chunk[input.at] ?? -1) : -1;

/** The document is not JSON here: then nobody can say where its rows begin and end. */
export const broken = (input: JsonInput, what: string): Refused =>
  new Refused(
    'E_CORRUPT',
    refill(input)
      ? `the file is not JSON: at byte ${position(input)} ${what}`
      : `the file ends at byte ${position(input)} in the middle of the JSON`,
  );

/** The next byte that is no blank, which stays there; -1 at the end of the file. */
export const peekPastBlanks = (input: JsonInput): number => {
  for (;;) {
    const byte = peek(input);
    if (byte !== SPACE && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return byte;
    input.at += 1;
  }
};

/** Takes one byte, which must be this one. */
export const take = (input: JsonInput, byte: number): void => {
  if (peekPastBlanks(input) !== byte) {
    throw broken(input, `stands something else than ${String.fromCharCode(byte)}`);
  }
  input.at += 1;
};

/** Takes what ends an object or array (true), or the comma before its next member (false). */
export const takeEnd = (input: JsonInput, closer: number): boolean => {
  const byte = peekPastBlanks(input);
  if (byte !== closer && byte !== COMMA) {
    throw broken(input, `stands neither a comma nor ${String.fromCharCode(closer)}`);
  }
  input.at += 1;
  if (byte === COMMA && peekPastBlanks(input) === closer) {
    throw broken(input, 'is no value behind a comma');
  }
  return byte === closer;
};

const ESCAPES = new Set(Buffer.from('"\\/bfnrt'));
const HEX = /^[0-9a-fA-F]{4}$/;

const next = (input: JsonInput): number => {
  const byte = peek(input);
  if (byte < 0) throw broken(input, 'ends a string');
  input.at += 1;
  return byte;
};

const readEscape = (input: JsonInput): string => {
  input.at += 1;
  const letter = next(input);
  if (ESCAPES.has(letter)) return `\\${String.fromCharCode(letter)}`;
  const digits =
    letter === LOWER_U ? String.fromCharCode(...[1, 2, 3, 4].map(() => next(input))) : '';
  if (!HEX.test(digits)) throw broken(input, 'is a wrong escape');
  return `\\u${digits}`;
};

/** Reads a string outside the rows. Returns its source without quotes, one byte a character. */
export const readString = (input: JsonInput, kept: boolean): string => {
  take(input, QUOTE);
  let text = '';
  for (let byte = peek(input); byte !== QUOTE; byte = peek(input)) {
    const part = byte === BACKSLASH ? readEscape(input) : readPlain(input);
    if (kept) text += part;
    if (text.length > limits.rowBytesMax) {
      throw new Refused('E_SIZE', `a key of more than ${limits.rowBytesMax} bytes, the limit`);
    }
  }
  input.at += 1;
  return text;
};

const readPlain = (input: JsonInput): string => {
  if (peek(input) < SPACE) throw broken(input, 'is a control character in a string');
  const from = input.at;
  input.at = plainEnd(input);
  return input.chunk.toString('latin1', from, input.at);
};

const plainEnd = ({ chunk, at, end }: JsonInput): number => {
  let to = at;
  for (; to < end; to++) {
    const byte = chunk[to] ?? 0;
    if (byte === QUOTE || byte === BACKSLASH || byte < SPACE) break;
  }
  return to;
};

/** A key's text from its source, as JSON reads it. */
export const nameOf = (source: string): string =>
  String(JSON.parse(`"${Buffer.from(source, 'latin1').toString('utf8')}"`));

const VALUE = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/;

const skipToken = (input: JsonInput): void => {
  let token = '';
  for (let byte = peek(input); /[-+.\w]/.test(String.fromCharCode(byte)); byte = peek(input)) {
    token += String.fromCharCode(byte);
    input.at += 1;
    if (token.length > TOKEN_MAX) break;
  }
  if (!VALUE.test(token)) throw broken(input, 'ends what is no value');
};

/** Reads a value outside the rows, strictly: a wrong byte there may have moved the rows. */
export const skipValue = (input: JsonInput): void => {
  let depth = 0;
  do {
    depth = leaveValues(input, enterValue(input, depth));
  } while (depth > 0);
};

/** To behind the first value that holds no other one. Returns how many stay open. */
const enterValue = (input: JsonInput, from: number): number => {
  for (let depth = from; ; depth++) {
    const byte = peekPastBlanks(input);
    if (byte !== OPEN_OBJECT && byte !== OPEN_ARRAY) {
      if (byte === QUOTE) readString(input, false);
      else skipToken(input);
      return depth;
    }
    if (depth === limits.documentDepthMax) throw tooDeep();
    input.stack[depth] = byte;
    input.at += 1;
    if (peekPastBlanks(input) === closerOf(byte)) {
      input.at += 1;
      return depth;
    }
    if (byte === OPEN_OBJECT) skipKey(input);
  }
};

/** To the next value, through everything that ends here. Returns how many stay open. */
const leaveValues = (input: JsonInput, from: number): number => {
  let depth = from;
  while (depth > 0 && takeEnd(input, closerOf(input.stack[depth - 1]))) depth -= 1;
  if (depth > 0 && input.stack[depth - 1] === OPEN_OBJECT) skipKey(input);
  return depth;
};

const skipKey = (input: JsonInput): void => {
  readString(input, false);
  take(input, COLON);
};

/** What closes an object or array. */
export const closerOf = (opener: number | undefined): number =>
  opener === OPEN_OBJECT ? CLOSE_OBJECT : CLOSE_ARRAY;

/** Said in one place, since both readers of the document keep to it. */
export const tooDeep = (): Refused =>
  new Refused('E_FORMAT', `the JSON nests more than ${limits.documentDepthMax} deep, the limit`);
