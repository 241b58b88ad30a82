import {
  byteAt,
  CLOSE_OBJECT,
  type Cursor,
  findQuote,
  NOWHERE,
  OPEN_ARRAY,
  OPEN_OBJECT,
  QUOTE,
  skipBlanks,
  skipColon,
  skipComma,
  skipValue,
  standsAt,
} from '../../core/json/text.ts';
import { JSON_DUP_KEY, JSON_SHAPE, JSON_SYNTAX, NESTED } from './faults.ts';

/** The line has no such field, or it is null. */
export const MISSING = 0;
/** A number, true or false: the value is its source text. */
export const BARE = 1;
/** A string without escapes: the value is what stands between the quotes. */
export const PLAIN = 2;
/** A string with escapes, between the quotes. */
export const ESCAPED = 3;
/** An object or array, where one value should be. */
export const COMPOUND = 4;

/** A value of any form whose text, as it stands in the line, is the value. */
export const RAW = 5;

/**
 * What a field takes: one scalar; JSON, or a text of it (lists and structs); or any JSON, where a
 * string keeps its quotes since it is a value itself.
 */
export type Takes = 'scalar' | 'parts' | 'any';

/** The fields of the line that was scanned last, by their index. */
type Spans = {
  readonly kinds: Uint8Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
};

/** Reads the lines of one dataset. */
export type LineScanner = {
  readonly fields: readonly string[];
  readonly takes: readonly Takes[];
  readonly depthMax: number;
  /** The index of the field that a name stands for. */
  readonly names: ReadonlyMap<string, number>;
  /** Whether some field takes more than a scalar. */
  readonly nested: boolean;
  readonly keepsControls: boolean;
  readonly spans: Spans;
  /** Lines per name that is no field; of names beyond a few nothing is kept. */
  readonly unknown: ReadonlyMap<string, number>;
  /** Such names of the line scanned last, all of them. */
  readonly strangers: ReadonlySet<string>;
  /** Those of them whose value is not null. */
  readonly valued: ReadonlySet<string>;
  /** Adds lines that another reader has found with a name that is no field. */
  count(name: string, lines: number): void;
  /** Faults of the line [start, end); NESTED alone leaves it readable. */
  scan(bytes: Buffer, start: number, end: number): number;
};

/** Names that are counted; above, a file has too many to be of its dataset. */
export const UNKNOWN_NAMES_MAX = 100;
const LOWER_N = 0x6e;
const NO_FIELD = -1;

type State = {
  readonly cursor: Cursor<Buffer>;
  readonly spans: Spans;
  readonly takes: readonly Takes[];
  readonly keys: Keys;
};

/**
 * Reads JSON objects as spans of bytes: `JSON.parse` and DuckDB's JSON both lose digits. Strict by
 * RFC 8259, and beyond it in what would make two readers disagree: double keys, lone surrogates,
 * control characters and depth.
 */
export const lineScanner = (
  fields: readonly string[],
  depthMax: number,
  takes: readonly Takes[] = fields.map(() => 'scalar'),
  /** Other names of fields. */
  aliases: ReadonlyMap<string, string> = new Map(),
  /** True: of the control characters only NUL is a fault. */
  keepsControls = false,
): LineScanner => {
  const spans: Spans = {
    kinds: new Uint8Array(fields.length),
    starts: new Int32Array(fields.length),
    ends: new Int32Array(fields.length),
  };
  const cursor: Cursor<Buffer> = {
    bytes: Buffer.alloc(0),
    end: 0,
    depthMax,
    fault: 0,
    escaped: false,
    keepsControls,
  };
  const state: State = { cursor, spans, takes, keys: keysOf(fields, aliases) };
  const scan = (bytes: Buffer, start: number, end: number): number => {
    cursor.bytes = bytes;
    cursor.end = end;
    cursor.fault = 0;
    spans.kinds.fill(MISSING);
    state.keys.startLine();
    const at = skipBlanks(cursor, start);
    if (byteAt(cursor, at) !== OPEN_OBJECT) return shapeFault(cursor, at);
    const to = readMembers(state, at + 1);
    // One cause, one reason: where the text is no JSON, nothing else is known of it.
    if (to === NOWHERE) return cursor.fault;
    if (skipBlanks(cursor, to) !== end) return JSON_SYNTAX;
    return cursor.fault | (spans.kinds.includes(COMPOUND) ? NESTED : 0);
  };
  const nested = takes.some((each) => each !== 'scalar');
  const { names, unknown, strangers, valued, count } = state.keys;
  return {
    ...{ fields, takes, depthMax, names, nested, keepsControls },
    ...{ spans, unknown, strangers, valued, count, scan },
  };
};

/** A line that is no object: another value, or no JSON at all. */
const shapeFault = (cursor: Cursor, at: number): number => {
  const to = skipValue(cursor, at, 0);
  if (to === NOWHERE) return cursor.fault;
  return skipBlanks(cursor, to) === cursor.end ? JSON_SHAPE : JSON_SYNTAX;
};

const readMembers = (state: State, from: number): number => {
  const { cursor } = state;
  let at = skipBlanks(cursor, from);
  if (byteAt(cursor, at) === CLOSE_OBJECT) return at + 1;
  while (at !== NOWHERE) {
    at = readMember(state, at);
    if (at === NOWHERE) return NOWHERE;
    at = skipComma(cursor, at, CLOSE_OBJECT);
    if (byteAt(cursor, at) === CLOSE_OBJECT) return at + 1;
  }
  return NOWHERE;
};

const readMember = ({ cursor, spans, takes, keys }: State, at: number): number => {
  if (byteAt(cursor, at) !== QUOTE) {
    cursor.fault = JSON_SYNTAX;
    return NOWHERE;
  }
  const behind = keys.read(cursor, at + 1);
  if (behind === NOWHERE) return NOWHERE;
  const field = keys.field();
  const start = skipColon(cursor, behind);
  if (start === NOWHERE) return NOWHERE;
  const end = skipValue(cursor, start, 1);
  if (end === NOWHERE) return end;
  if (field === NO_FIELD) {
    if (byteAt(cursor, start) !== LOWER_N) keys.hasValue();
    return end;
  }
  const kind = heldAs(kindOf(cursor, start), takes[field]);
  const quotes = kind === PLAIN || kind === ESCAPED ? 1 : 0;
  spans.kinds[field] = kind;
  spans.starts[field] = start + quotes;
  spans.ends[field] = end - quotes;
  return end;
};

/** What the value that was just read is. */
const kindOf = (cursor: Cursor, start: number): number => {
  const byte = byteAt(cursor, start);
  if (byte === QUOTE) return cursor.escaped ? ESCAPED : PLAIN;
  if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) return COMPOUND;
  return byte === LOWER_N ? MISSING : BARE;
};

/** A number or word is its own text anyway, and null is missing wherever it stands. */
const heldAs = (kind: number, takes: Takes | undefined): number => {
  if (takes === 'scalar' || kind === MISSING || kind === BARE) return kind;
  return takes === 'any' || kind === COMPOUND ? RAW : kind;
};

type Keys = Pick<LineScanner, 'names' | 'unknown' | 'strangers' | 'valued' | 'count'> & {
  startLine(): void;
  /**
   * Reads a key from behind its opening quote to behind its closing one. A double one is a fault.
   */
  read(cursor: Cursor<Buffer>, from: number): number;
  /** The index of the field that the key names, or NO_FIELD. */
  field(): number;
  /** Says of the key read last, which is no field's, that its value is not null. */
  hasValue(): void;
};

/** Names are compared with the one that followed last time: lines of a file are alike. */
const keysOf = (fields: readonly string[], aliases: ReadonlyMap<string, string>): Keys => {
  // A name with its closing quote: then no name is taken for a longer one that begins alike.
  const names = fields.map((name) => Buffer.from(`${name}"`));
  const followers = new Int32Array(fields.length + 1).map((_, index) => index);
  const seenIn = new Float64Array(fields.length);
  const others = otherKeys(fields, aliases);
  let line = 0;
  let before = 0;
  let found = NO_FIELD;

  const read = (cursor: Cursor<Buffer>, from: number): number => {
    found = followers[before] ?? 0;
    const name = names[found];
    const guessed = name !== undefined && standsAt(cursor, name, from);
    const quote = guessed ? from + name.length - 1 : findQuote(cursor, from);
    if (quote === NOWHERE) return NOWHERE;
    if (!guessed) found = others.find(cursor, from, quote);
    if (found === NO_FIELD) return quote + 1;
    if (seenIn[found] === line) cursor.fault |= JSON_DUP_KEY;
    seenIn[found] = line;
    followers[before] = found;
    before = found + 1;
    return quote + 1;
  };
  const startLine = (): void => {
    line += 1;
    before = 0;
    others.startLine();
  };
  return { ...others, read, startLine, field: () => found };
};

/** Keys that are not the expected ones: other fields, and names that are no field. */
const otherKeys = (fields: readonly string[], aliases: ReadonlyMap<string, string>) => {
  const all = [...aliases, ...fields.map((name): [string, string] => [name, name])];
  const names = new Map(all.map(([name, field]) => [name, fields.indexOf(field)]));
  const unknown = new Map<string, number>();
  const strangers = new Set<string>();
  const valued = new Set<string>();
  let last = '';
  const find = (cursor: Cursor<Buffer>, start: number, end: number): number => {
    const name = nameAt(cursor, start, end);
    const index = names.get(name);
    if (index !== undefined) return index;
    last = name;
    if (strangers.has(name)) cursor.fault |= JSON_DUP_KEY;
    strangers.add(name);
    const lines = unknown.get(name) ?? 0;
    if (lines > 0 || unknown.size < UNKNOWN_NAMES_MAX) unknown.set(name, lines + 1);
    return NO_FIELD;
  };
  // A name without a count is one of those of which nothing is kept.
  const count = (name: string, lines: number): void => {
    const before = unknown.get(name);
    if (before !== undefined) unknown.set(name, before + lines);
  };
  const startLine = (): void => {
    strangers.clear();
    valued.clear();
  };
  const hasValue = (): void => {
    valued.add(last);
  };
  return { names, unknown, strangers, valued, count, find, startLine, hasValue };
};

const nameAt = ({ bytes, escaped }: Cursor<Buffer>, start: number, end: number): string => {
  const text = bytes.toString('utf8', start, end);
  return escaped ? String(JSON.parse(`"${text}"`)) : text;
};
