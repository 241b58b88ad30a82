import type { RowCode } from '../codes.ts';
import { type FoundObject, type Members, membersAt, stringText } from '../json/members.ts';
import {
  byteAt,
  type Cursor,
  jsonFaults,
  NOWHERE,
  OPEN_OBJECT,
  QUOTE,
  skipBlanks,
  skipValue,
} from '../json/text.ts';
import { limits } from '../limits.ts';
import { isUtf8 } from './bytes.ts';
import { type ReadRow, type RefusedRecord, refusedAs } from './opened.ts';

/** An object of an envelope: the bytes it lies in, and where its members are. */
export type OpenObject = { readonly bytes: Uint8Array; readonly members: Members };

/** An object, or why the bytes are none that may be read. */
export type ReadObject = { readonly kind: 'object'; readonly object: OpenObject } | RefusedRecord;

/** A cursor over all of the bytes. */
export const cursorOf = (bytes: Uint8Array, depthMax: number, keepsControls = false): Cursor => ({
  ...{ bytes, end: bytes.length, depthMax, keepsControls },
  ...{ fault: 0, escaped: false },
});

const DELETE = 0x7f;

/** What is wrong with the bytes themselves, before they are read as JSON. */
const formCode = (bytes: Uint8Array, keepsControls: boolean): RowCode | undefined => {
  if (!isUtf8(bytes)) return 'E_ENCODING';
  const odd = bytes.includes(0) || (!keepsControls && bytes.includes(DELETE));
  return odd ? 'E_CONTROL_CHAR' : undefined;
};

/** What stopped a cursor, or the first of what it noticed on its way. */
const faultCode = (fault: number): RowCode | undefined => {
  if ((fault & jsonFaults.encoding) !== 0) return 'E_ENCODING';
  if ((fault & jsonFaults.controlChar) !== 0) return 'E_CONTROL_CHAR';
  if ((fault & jsonFaults.syntax) !== 0) return 'E_JSON';
  return (fault & jsonFaults.depth) === 0 ? undefined : 'E_DEPTH';
};

/** The bytes as one object with nothing but blanks around it, or the code of what they are. */
const scan = (cursor: Cursor): FoundObject | RowCode => {
  const at = skipBlanks(cursor, 0);
  const isObject = byteAt(cursor, at) === OPEN_OBJECT;
  const found = isObject ? membersAt(cursor, at) : undefined;
  const end = isObject ? (found?.end ?? NOWHERE) : skipValue(cursor, at, 0);
  if (end === NOWHERE) return faultCode(cursor.fault) ?? 'E_JSON';
  if (skipBlanks(cursor, end) !== cursor.end) return 'E_JSON';
  return found ?? 'E_JSON_SHAPE';
};

/**
 * Reads an envelope. Of odd texts in it nothing is said: only those of the row matter, and the row
 * as it was before may well be odd.
 */
export const readObject = (bytes: Uint8Array, depthMax: number): ReadObject => {
  const form = formCode(bytes, true);
  if (form !== undefined) return refusedAs(form);
  const found = scan(cursorOf(bytes, depthMax));
  if (typeof found === 'string') return refusedAs(found);
  return found.doubled ? refusedAs('E_JSON_DUP_KEY') : objectOf(bytes, found);
};

const objectOf = (bytes: Uint8Array, { members }: FoundObject): ReadObject => ({
  kind: 'object',
  object: { bytes, members },
});

/** An object inside an envelope that was read; what is none is of another envelope. */
export const objectIn = ({ bytes, members }: OpenObject, name: string): ReadObject => {
  const member = members.get(name);
  if (member === undefined) return refusedAs('E_ENVELOPE');
  const found = membersAt(cursorOf(bytes, limits.envelopeDepthMax), member.start);
  if (found === undefined) return refusedAs('E_ENVELOPE');
  return found.doubled ? refusedAs('E_JSON_DUP_KEY') : objectOf(bytes, found);
};

/** The text of a member; undefined when it is no string. */
export const textIn = ({ bytes, members }: OpenObject, name: string): string | undefined => {
  const member = members.get(name);
  if (member === undefined || bytes[member.start] !== QUOTE) return undefined;
  return stringText(bytes, member.start, member.end);
};

/** A member’s bytes, as they stand in the envelope; undefined when it is missing or null. */
export const valueIn = ({ bytes, members }: OpenObject, name: string): Uint8Array | undefined => {
  const member = members.get(name);
  const value = member === undefined ? undefined : bytes.subarray(member.start, member.end);
  return value === undefined || isNull(value) ? undefined : value;
};

const LOWER_N = 0x6e;

/** Whether a sound value is null. */
const isNull = (value: Uint8Array): boolean => value[0] === LOWER_N;

/** The digits of a member that is a whole number, or a text of one. */
export const digitsIn = (object: OpenObject, name: string): string | undefined => {
  const value = valueIn(object, name);
  if (value === undefined) return undefined;
  const text = textIn(object, name) ?? ascii.decode(value);
  return /^\d+$/.test(text) ? text : undefined;
};

const ascii = new TextDecoder();

const [LF, CR, SPACE] = [0x0a, 0x0d, 0x20];

/**
 * Blanks in the place of line ends, which in sound JSON stand between its parts only; all else
 * stays as it is.
 */
export const onOneLine = (json: Uint8Array): Uint8Array =>
  json.includes(LF) || json.includes(CR)
    ? json.map((byte) => (byte === LF || byte === CR ? SPACE : byte))
    : json;

/**
 * A row as one line, or the code that the same bytes have as a line of a file. A key that is
 * doubled further inside is for its field to say, as it is there.
 */
export const rowLine = (bytes: Uint8Array, keepsControls = false): ReadRow => {
  if (bytes.length > limits.rowBytesMax) return refusedAs('E_ROW_SIZE');
  const form = formCode(bytes, keepsControls);
  if (form !== undefined) return refusedAs(form);
  const cursor = cursorOf(bytes, limits.jsonDepthMax, keepsControls);
  const found = scan(cursor);
  if (typeof found === 'string') return refusedAs(found);
  const code = faultCode(cursor.fault) ?? (found.doubled ? 'E_JSON_DUP_KEY' : undefined);
  return code === undefined ? { kind: 'row', line: onOneLine(bytes) } : refusedAs(code);
};
