import {
  byteAt,
  CLOSE_OBJECT,
  type Cursor,
  findQuote,
  jsonFaults,
  NOWHERE,
  OPEN_OBJECT,
  QUOTE,
  skipBlanks,
  skipColon,
  skipComma,
  skipValue,
} from './text.ts';

/** Where the value of a key lies. */
export type Member = {
  readonly start: number;
  readonly end: number;
  /** The same with the blanks around it: from behind the colon to what ends the member. */
  readonly from: number;
  readonly to: number;
};

/** An object's members by their keys; of a key that is there twice the first one. */
export type Members = ReadonlyMap<string, Member>;

/** An object, where it ends, and whether it names a key twice. */
export type FoundObject = {
  readonly members: Members;
  readonly end: number;
  readonly doubled: boolean;
};

/** Reads the object whose first byte is at `at`, which lies in none. The cursor has the fault. */
export const membersAt = (cursor: Cursor, at: number): FoundObject | undefined => {
  const members = new Map<string, Member>();
  if (byteAt(cursor, at) !== OPEN_OBJECT) return undefined;
  let doubled = false;
  let next = skipBlanks(cursor, at + 1);
  while (byteAt(cursor, next) !== CLOSE_OBJECT) {
    const found = memberAt(cursor, next);
    if (found === undefined) return undefined;
    if (members.has(found.key)) doubled = true;
    else members.set(found.key, found.member);
    next = skipComma(cursor, found.member.end, CLOSE_OBJECT);
    if (next === NOWHERE) return undefined;
  }
  return { members, end: next + 1, doubled };
};

const memberAt = (cursor: Cursor, at: number): { key: string; member: Member } | undefined => {
  if (byteAt(cursor, at) !== QUOTE) {
    cursor.fault = jsonFaults.syntax;
    return undefined;
  }
  const quote = findQuote(cursor, at + 1);
  if (quote === NOWHERE) return undefined;
  const key = stringText(cursor.bytes, at, quote + 1);
  const start = skipColon(cursor, quote + 1);
  if (start === NOWHERE) return undefined;
  const end = skipValue(cursor, start, 1);
  if (end === NOWHERE) return undefined;
  const from = skipBlanks(cursor, quote + 1) + 1;
  return { key, member: { start, end, from, to: skipBlanks(cursor, end) } };
};

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The text of a sound string, from its opening quote to behind its closing one. */
export const stringText = (bytes: Uint8Array, start: number, end: number): string => {
  const quoted = decoder.decode(bytes.subarray(start, end));
  return quoted.includes('\\') ? String(JSON.parse(quoted)) : quoted.slice(1, -1);
};
