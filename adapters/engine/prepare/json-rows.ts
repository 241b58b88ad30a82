import { limits } from '../../../core/limits.ts';
import {
  BACKSLASH,
  broken,
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  COMMA,
  closerOf,
  type JsonInput,
  OPEN_ARRAY,
  OPEN_OBJECT,
  peek,
  QUOTE,
  refill,
  tooDeep,
} from './json-input.ts';
import type { LineWriter } from './lines.ts';

const LF = 0x0a;
const CR = 0x0d;
const TAB = 0x09;
const SPACE = 0x20;

const NOTHING = 0;
const MARK = 1;
const OPENER = 2;
const CLOSER = 3;
const NEWLINE = 4;

/** What a byte outside strings means for where a row ends. */
const meanings = new Uint8Array(256);
meanings[QUOTE] = MARK;
meanings[OPEN_OBJECT] = OPENER;
meanings[OPEN_ARRAY] = OPENER;
meanings[CLOSE_OBJECT] = CLOSER;
meanings[CLOSE_ARRAY] = CLOSER;
meanings[LF] = NEWLINE;
meanings[CR] = NEWLINE;

type State = { depth: number; inString: boolean; escaped: boolean };

/**
 * Copies one row of a document as one line: from its first byte to where its brackets close. Only
 * its end is looked for; whether it is sound JSON is judged with the line. `opened` says that the
 * object's opener has been taken already.
 */
export const copyRow = (input: JsonInput, writer: LineWriter, opened: boolean): void => {
  const byte = peek(input);
  if (opened) input.stack[0] = OPEN_OBJECT;
  if (opened || byte === OPEN_OBJECT || byte === OPEN_ARRAY || byte === QUOTE) {
    const state = { depth: opened ? 1 : 0, inString: false, escaped: false };
    while (!copyPart(input, writer, state)) {
      if (!refill(input)) throw broken(input, 'ends a row');
    }
  } else copyToken(input, writer);
};

/** Copies what the chunk has of the row; true when the row has ended. */
const copyPart = (input: JsonInput, writer: LineWriter, state: State): boolean => {
  const { chunk, end, at: from } = input;
  let at = from;
  let ended = false;
  while (at < end && !ended) {
    if (state.inString) {
      at = stringEnd(input, state, at);
      ended = !state.inString && state.depth === 0;
      continue;
    }
    const byte = chunk[at] ?? 0;
    const meaning = meanings[byte];
    at++;
    if (meaning === NOTHING) continue;
    if (meaning === MARK) state.inString = true;
    else if (meaning === OPENER) open(input, state, byte);
    else if (meaning === NEWLINE) chunk[at - 1] = SPACE;
    else ended = close(input, state, byte, at - 1);
  }
  writer.bytes(chunk, from, at);
  input.at = at;
  return ended;
};

const open = ({ stack }: JsonInput, state: State, byte: number): void => {
  if (state.depth === limits.documentDepthMax) throw tooDeep();
  stack[state.depth] = byte;
  state.depth += 1;
};

const close = (input: JsonInput, state: State, byte: number, at: number): boolean => {
  state.depth -= 1;
  if (closerOf(input.stack[state.depth]) !== byte) {
    input.at = at;
    throw broken(input, 'closes what was not opened');
  }
  return state.depth === 0;
};

/**
 * From inside a string to behind its closing quote, or to the chunk's end. A newline in a string
 * is no JSON and may not become any: it becomes a tab, which is as wrong and ends no line.
 */
const stringEnd = ({ chunk, end }: JsonInput, state: State, from: number): number => {
  let at = from;
  for (; at < end; at++) {
    const byte = chunk[at] ?? 0;
    if (state.escaped) {
      state.escaped = false;
      if (byte === QUOTE || byte === BACKSLASH) continue;
    }
    if (byte === QUOTE) {
      state.inString = false;
      return at + 1;
    }
    if (byte === BACKSLASH) state.escaped = true;
    else if (byte === LF || byte === CR) chunk[at] = TAB;
  }
  return at;
};

/** A row that is a number or word, sound or not: it ends before a blank, comma or bracket. */
const copyToken = (input: JsonInput, writer: LineWriter): void => {
  let length = 0;
  while (refill(input)) {
    const { chunk, end, at: from } = input;
    let at = from;
    while (at < end && !endsToken(chunk[at] ?? 0)) at++;
    writer.bytes(chunk, from, at);
    length += at - from;
    input.at = at;
    if (at < end) break;
  }
  if (length === 0) throw broken(input, 'is no value');
};

const endsToken = (byte: number): boolean =>
  byte <= SPACE || byte === COMMA || byte === QUOTE || (meanings[byte] ?? NOTHING) >= OPENER;
