import type { RowCode } from '../../core/codes.ts';
import { jsonFaults } from '../../core/json/text.ts';

/**
 * What is wrong with a row's form, one bit each: found while it is told from its neighbours, before
 * any field is looked at. The framer (framer.as.ts) knows the first and BLANK by the same values.
 */
export const FIELD_COUNT = 1;
/** A row over the limit because of one field alone. */
export const FIELD_SIZE = 2;
export const QUOTE = 4;
export const ENCODING = jsonFaults.encoding;
export const ROW_SIZE = 16;
export const CONTROL_CHAR = jsonFaults.controlChar;
/** An empty line: framing, not a row, and never together with another bit. */
export const BLANK = 64;
export const JSON_SYNTAX = jsonFaults.syntax;
export const JSON_SHAPE = 256;
export const JSON_DUP_KEY = 512;
export const DEPTH = jsonFaults.depth;
/** A field holds an object or array: the row is readable, but not by the fast pass. */
export const NESTED = 2048;
/** What stands around the row is not what the dataset declares. */
const ENVELOPE = 4096;
const CHANGE_OP = 8192;
const SCHEMA_ID = 16_384;
/** 'A': the first of the marks. */
const MARK_FROM = 0x41;

/** The code of each bit that makes a whole row unreadable. */
export const faultCodes: readonly { readonly bit: number; readonly code: RowCode }[] = [
  { bit: FIELD_COUNT, code: 'E_FIELD_COUNT' },
  { bit: FIELD_SIZE, code: 'E_FIELD_SIZE' },
  { bit: QUOTE, code: 'E_QUOTE' },
  { bit: ENCODING, code: 'E_ENCODING' },
  { bit: ROW_SIZE, code: 'E_ROW_SIZE' },
  { bit: CONTROL_CHAR, code: 'E_CONTROL_CHAR' },
  { bit: JSON_SYNTAX, code: 'E_JSON' },
  { bit: JSON_SHAPE, code: 'E_JSON_SHAPE' },
  { bit: JSON_DUP_KEY, code: 'E_JSON_DUP_KEY' },
  { bit: DEPTH, code: 'E_DEPTH' },
  { bit: ENVELOPE, code: 'E_ENVELOPE' },
  { bit: CHANGE_OP, code: 'E_CDC_OP' },
  { bit: SCHEMA_ID, code: 'E_SCHEMA_ID' },
];

/** Stands in front of a line whose record has no row; no JSON and no text of ours begins so. */
const MARK = 0x1e;

/** The bytes that tell of a whole row that it is none, and why. */
export const markOf = (code: RowCode): Uint8Array => {
  const at = faultCodes.findIndex((fault) => fault.code === code);
  return new Uint8Array([MARK, MARK_FROM + at]);
};

/** The fault that a line is marked with; 0 without a mark. */
export const markedFault = (bytes: Uint8Array, start: number): number =>
  bytes[start] === MARK ? (faultCodes[(bytes[start + 1] ?? 0) - MARK_FROM]?.bit ?? 0) : 0;
