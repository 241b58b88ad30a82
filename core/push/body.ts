import {
  byteAt,
  type Cursor,
  jsonFaults,
  NOWHERE,
  OPEN_ARRAY,
  OPEN_OBJECT,
  skipBlanks,
  skipComma,
  skipValue,
} from '../json/text.ts';
import { limits } from '../limits.ts';
import { onOneLine } from '../stream/object.ts';

const CLOSE_ARRAY = 0x5d;
const LF = 0x0a;
const CR = 0x0d;

/** The records of a body, each as one line without its end; or why the body holds none. */
export type SplitBody =
  | { readonly kind: 'records'; readonly lines: readonly Uint8Array[] }
  | {
      readonly kind: 'refused';
      readonly detail: string;
      /** Where in the document, as JSON Pointer has it. */
      readonly pointer: string;
    };

const refused = (pointer: string, detail: string): SplitBody => ({
  ...{ kind: 'refused', pointer, detail },
});

/**
 * A JSON document as records: an object is one, an array of them many. Nothing is parsed into
 * values, so that no digit is lost; only that it is JSON is asked, the rest is each record's own
 * affair.
 */
export const splitJson = (
  bytes: Uint8Array,
  recordsMax: number = limits.recordsPerCallMax,
): SplitBody => {
  const cursor = cursorOver(bytes);
  const start = skipBlanks(cursor, isMarked(bytes, 0) ? mark.length : 0);
  const first = byteAt(cursor, start);
  if (first === OPEN_ARRAY) return splitArray(cursor, start, recordsMax);
  if (first !== OPEN_OBJECT) return refused('', 'it is neither a JSON object nor an array of them');
  const end = skipValue(cursor, start, 0);
  if (end === NOWHERE) return refused('', faultText(cursor));
  if (skipBlanks(cursor, end) !== cursor.end)
    return refused('', 'something stands behind the object; send an array, or one object a line');
  return { kind: 'records', lines: [asLine(bytes, start, end)] };
};

const cursorOver = (bytes: Uint8Array): Cursor => ({
  ...{ bytes, end: bytes.length, depthMax: limits.bodyDepthMax, fault: 0, escaped: false },
});

const splitArray = (cursor: Cursor, from: number, recordsMax: number): SplitBody => {
  const { bytes } = cursor;
  const lines: Uint8Array[] = [];
  let at = skipBlanks(cursor, from + 1);
  if (byteAt(cursor, at) === CLOSE_ARRAY) return refused('', 'the array is empty');
  while (byteAt(cursor, at) !== CLOSE_ARRAY) {
    const pointer = `/${lines.length}`;
    if (lines.length === recordsMax) return tooMany(pointer, recordsMax);
    const end = skipValue(cursor, at, 1);
    if (end === NOWHERE) return refused(pointer, faultText(cursor));
    lines.push(asLine(bytes, at, end));
    at = skipComma(cursor, end, CLOSE_ARRAY);
    if (at === NOWHERE) return refused(pointer, 'no comma and no ] stands behind the record');
  }
  if (skipBlanks(cursor, at + 1) !== cursor.end)
    return refused('', 'something stands behind the array');
  return { kind: 'records', lines };
};

const tooMany = (pointer: string, recordsMax: number): SplitBody =>
  refused(pointer, `more than ${recordsMax} records; send them in several calls`);

const faultText = ({ fault }: Cursor): string =>
  (fault & jsonFaults.depth) === 0
    ? 'it is not JSON'
    : `objects and arrays lie more than ${limits.bodyDepthMax} deep in each other`;

/** JSON Lines: each line is a record, whatever it holds; empty lines are none. */
export const splitLines = (
  bytes: Uint8Array,
  recordsMax: number = limits.recordsPerCallMax,
): SplitBody => {
  const lines: Uint8Array[] = [];
  for (let start = 0; start < bytes.length; ) {
    const found = bytes.indexOf(LF, start);
    const end = found === -1 ? bytes.length : found;
    const stop = end > start && bytes[end - 1] === CR ? end - 1 : end;
    if (stop > start) {
      if (lines.length === recordsMax) return tooMany(`/${lines.length}`, recordsMax);
      lines.push(asLine(bytes, start, stop));
    }
    start = end + 1;
  }
  return lines.length === 0 ? refused('', 'the body holds no record') : { kind: 'records', lines };
};

/**
 * The bytes as one line: a line end inside of it becomes a blank, which in JSON means the same, and
 * a byte order mark in front is none of the record, wherever in a file the line will stand.
 */
const asLine = (bytes: Uint8Array, start: number, end: number): Uint8Array =>
  onOneLine(bytes.subarray(isMarked(bytes, start) ? start + mark.length : start, end));

const mark = [0xef, 0xbb, 0xbf];
const isMarked = (bytes: Uint8Array, at: number): boolean =>
  mark.every((byte, index) => bytes[at + index] === byte);
