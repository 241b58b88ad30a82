import { stringText } from '../json/members.ts';
import {
  byteAt,
  CLOSE_OBJECT,
  type Cursor,
  findQuote,
  jsonFaults,
  NOWHERE,
  OPEN_ARRAY,
  OPEN_OBJECT,
  QUOTE,
  skipBlanks,
  skipColon,
  skipComma,
  skipValue,
} from '../json/text.ts';
import { limits } from '../limits.ts';
import { cursorOf } from './object.ts';
import { type ReadRow, refusedAs } from './opened.ts';

const CLOSE_ARRAY = 0x5d;
const encoder = new TextEncoder();
const NULL_TEXT = encoder.encode('null');

/** What is read, and the bytes of the row so far: never more than those that tell of it. */
type State = { readonly cursor: Cursor; readonly out: Uint8Array; to: number };

/** Reads what stands at a position, and returns what is behind it; NOWHERE when it is no such. */
type Read = (state: State, at: number, depth: number) => number;

/**
 * The image of an item as plain JSON: numbers as their texts, sets as arrays, bytes as base64,
 * strings with the escapes that they have. The image is sound JSON.
 */
export const unmarshalled = (image: Uint8Array): ReadRow => {
  const cursor = cursorOf(image, limits.envelopeDepthMax);
  const state: State = { cursor, out: new Uint8Array(image.length), to: 0 };
  const end = readMap(state, skipBlanks(cursor, 0), 1);
  if (end !== NOWHERE) return { kind: 'row', line: state.out.subarray(0, state.to) };
  return refusedAs(cursor.fault === jsonFaults.depth ? 'E_DEPTH' : 'E_ENVELOPE');
};

const put = (state: State, byte: number): void => {
  state.out[state.to++] = byte;
};

const copy = (state: State, from: number, to: number): number => {
  state.out.set(state.cursor.bytes.subarray(from, to), state.to);
  state.to += to - from;
  return to;
};

/** An object or array of the row; `read` takes each of its parts. */
const readMany = (state: State, at: number, closer: number, read: (at: number) => number) => {
  const { cursor } = state;
  put(state, byteAt(cursor, at));
  let next = skipBlanks(cursor, at + 1);
  while (next !== NOWHERE && byteAt(cursor, next) !== closer) {
    const end = read(next);
    next = end === NOWHERE ? NOWHERE : skipComma(cursor, end, closer);
    if (byteAt(cursor, next) !== closer) put(state, COMMA);
  }
  put(state, closer);
  return next === NOWHERE ? NOWHERE : next + 1;
};
const COMMA = 0x2c;
const COLON = 0x3a;

const isTooDeep = ({ cursor }: State, depth: number): boolean => {
  if (depth <= limits.jsonDepthMax) return false;
  cursor.fault = jsonFaults.depth;
  return true;
};

const readMap: Read = (state, at, depth) => {
  const { cursor } = state;
  if (byteAt(cursor, at) !== OPEN_OBJECT || isTooDeep(state, depth)) return NOWHERE;
  return readMany(state, at, CLOSE_OBJECT, (key) => {
    const behind = copy(state, key, findQuote(cursor, key + 1) + 1);
    put(state, COLON);
    return readAttribute(state, skipColon(cursor, behind), depth);
  });
};

/** Lists and sets, which differ in what their parts are. */
const readList =
  (part: Read): Read =>
  (state, at, depth) => {
    if (byteAt(state.cursor, at) !== OPEN_ARRAY || isTooDeep(state, depth)) return NOWHERE;
    return readMany(state, at, CLOSE_ARRAY, (from) => part(state, from, depth));
  };

const readString: Read = (state, at) =>
  byteAt(state.cursor, at) === QUOTE ? copy(state, at, skipValue(state.cursor, at, 0)) : NOWHERE;

/** A number is a string of a number of JSON, and becomes that. */
const readNumber: Read = (state, at) => {
  const { cursor } = state;
  if (byteAt(cursor, at) !== QUOTE) return NOWHERE;
  const quote = findQuote(cursor, at + 1);
  const digits = cursor.bytes.subarray(at + 1, quote);
  const isNumber = /^-?[0-9]/.test(asText(digits.subarray(0, 2)));
  if (!isNumber || skipValue(cursorOf(digits, 0), 0, 0) !== digits.length) return NOWHERE;
  copy(state, at + 1, quote);
  return quote + 1;
};
const decoder = new TextDecoder();
const asText = (bytes: Uint8Array): string => decoder.decode(bytes);

const LOWER_T = 0x74;
const LOWER_F = 0x66;

const readBoolean: Read = (state, at) => {
  const byte = byteAt(state.cursor, at);
  if (byte !== LOWER_T && byte !== LOWER_F) return NOWHERE;
  return copy(state, at, skipValue(state.cursor, at, 0));
};

const readNull: Read = (state, at) => {
  if (byteAt(state.cursor, at) !== LOWER_T) return NOWHERE;
  state.out.set(NULL_TEXT, state.to);
  state.to += NULL_TEXT.length;
  return skipValue(state.cursor, at, 0);
};

/** What may stand behind each type of DynamoDB; the parts of a list are attributes themselves. */
const types: ReadonlyMap<string, Read> = new Map<string, Read>([
  ['S', readString],
  ['N', readNumber],
  ['B', readString],
  ['BOOL', readBoolean],
  ['NULL', readNull],
  ['M', (state, at, depth) => readMap(state, at, depth + 1)],
  ['L', (state, at, depth) => readList(readAttribute)(state, at, depth + 1)],
  ['SS', (state, at, depth) => readList(readString)(state, at, depth + 1)],
  ['NS', (state, at, depth) => readList(readNumber)(state, at, depth + 1)],
  ['BS', (state, at, depth) => readList(readString)(state, at, depth + 1)],
]);

/** One attribute: an object of exactly one member, whose key is the type. */
const readAttribute: Read = (state, at, depth) => {
  const { cursor } = state;
  if (byteAt(cursor, at) !== OPEN_OBJECT) return NOWHERE;
  const key = skipBlanks(cursor, at + 1);
  if (byteAt(cursor, key) !== QUOTE) return NOWHERE;
  const behind = findQuote(cursor, key + 1) + 1;
  const read = types.get(stringText(cursor.bytes, key, behind));
  if (read === undefined) return NOWHERE;
  const end = read(state, skipColon(cursor, behind), depth);
  if (end === NOWHERE) return NOWHERE;
  const close = skipBlanks(cursor, end);
  return byteAt(cursor, close) === CLOSE_OBJECT ? close + 1 : NOWHERE;
};
