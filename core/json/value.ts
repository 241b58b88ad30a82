import type { RowCode } from '../codes.ts';
import { limits } from '../limits.ts';
import { type Cursor, jsonFaults, NOWHERE, skipBlanks, skipValue } from './text.ts';

/**
 * A JSON value whose numbers are still text: as doubles they would lose digits, and 12.50 its
 * zero.
 */
export type Json =
  | { readonly kind: 'null' }
  /** A number, true or false, as it was written. */
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'string'; readonly text: string }
  | { readonly kind: 'array'; readonly items: readonly Json[] }
  | { readonly kind: 'object'; readonly members: ReadonlyMap<string, Json> };

/** A text as JSON, or the one reason why it is none. */
export type ReadJson =
  | { readonly ok: true; readonly json: Json }
  | { readonly ok: false; readonly code: RowCode };

const refused = (code: RowCode): ReadJson => ({ ok: false, code });
const encoder = new TextEncoder();

/**
 * Reads one value, as strictly as the lines of a file are read: RFC 8259, and beyond it no double
 * keys, no control character, no half of a surrogate pair, and no more depth than the limit.
 */
export const readJson = (text: string): ReadJson => {
  const bytes = encoder.encode(text);
  const cursor: Cursor = {
    bytes,
    end: bytes.length,
    depthMax: limits.jsonDepthMax,
    fault: 0,
    escaped: false,
  };
  const end = skipValue(cursor, skipBlanks(cursor, 0), 0);
  if (end === NOWHERE) return refused(cursor.fault === jsonFaults.depth ? 'E_DEPTH' : 'E_TYPE');
  if (skipBlanks(cursor, end) !== bytes.length) return refused('E_TYPE');
  if ((cursor.fault & jsonFaults.encoding) !== 0) return refused('E_ENCODING');
  if ((cursor.fault & jsonFaults.controlChar) !== 0) return refused('E_CONTROL_CHAR');
  const state: State = { text, at: 0, doubled: false };
  const json = build(state);
  return state.doubled ? refused('E_JSON_DUP_KEY') : { ok: true, json };
};

type State = { readonly text: string; at: number; doubled: boolean };

/** From here on the text is known to be JSON, so that nothing is checked again. */
const build = (state: State): Json => {
  skipSpace(state);
  switch (state.text[state.at]) {
    case '"':
      return { kind: 'string', text: buildString(state) };
    case '[':
      return { kind: 'array', items: buildItems(state) };
    case '{':
      return { kind: 'object', members: buildMembers(state) };
    default:
      return buildWord(state);
  }
};

const skipSpace = (state: State): void => {
  while (' \t\r\n'.includes(state.text[state.at] ?? '!')) state.at += 1;
};

/** Whether the compound value goes on; passes the comma, or what closes it. */
const goesOn = (state: State): boolean => {
  skipSpace(state);
  const mark = state.text[state.at];
  state.at += 1;
  return mark === ',';
};

const closesAt = (state: State, closer: string): boolean => {
  state.at += 1;
  skipSpace(state);
  if (state.text[state.at] !== closer) return false;
  state.at += 1;
  return true;
};

const buildItems = (state: State): Json[] => {
  const items: Json[] = [];
  if (closesAt(state, ']')) return items;
  do items.push(build(state));
  while (goesOn(state));
  return items;
};

const buildMembers = (state: State): ReadonlyMap<string, Json> => {
  const members = new Map<string, Json>();
  if (closesAt(state, '}')) return members;
  do {
    skipSpace(state);
    const key = buildString(state);
    skipSpace(state);
    state.at += 1;
    if (members.has(key)) state.doubled = true;
    members.set(key, build(state));
  } while (goesOn(state));
  return members;
};

const buildString = (state: State): string => {
  const { text } = state;
  const start = state.at;
  let end = start + 1;
  let escaped = false;
  while (text[end] !== '"') {
    if (text[end] === '\\') {
      escaped = true;
      end += 1;
    }
    end += 1;
  }
  state.at = end + 1;
  return escaped ? String(JSON.parse(text.slice(start, end + 1))) : text.slice(start + 1, end);
};

const wordAt = /[^\s,\]}]+/y;

const buildWord = (state: State): Json => {
  wordAt.lastIndex = state.at;
  const [word = ''] = wordAt.exec(state.text) ?? [];
  state.at += word.length;
  return word === 'null' ? { kind: 'null' } : { kind: 'literal', text: word };
};

/** The value as compact text: keys in their order, numbers as they were written. */
export const printJson = (json: Json): string => {
  switch (json.kind) {
    case 'null':
      return 'null';
    case 'literal':
      return json.text;
    case 'string':
      return JSON.stringify(json.text);
    case 'array':
      return `[${json.items.map(printJson).join(',')}]`;
    default:
      return `{${[...json.members]
        .map(([key, value]) => `${JSON.stringify(key)}:${printJson(value)}`)
        .join(',')}}`;
  }
};
