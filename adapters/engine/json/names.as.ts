// @ts-nocheck: this is AssemblyScript, a part of json.as.ts.
/**
 * Knows the keys of lines: fields, their other names, and names that are no field. Each leads to a
 * slot, which holds what the line that is being read has there.
 */

// A name, as usual-lines.ts writes it: where its bytes stand, how many they are with the closing
// quote (then no name is taken for a longer one that begins alike), and its slot.
const AT = 0;
const LENGTH = 4;
const SLOT = 8;
/** The name that came next the last time: lines of a file are alike. */
const FOLLOWER = 12;

// A slot: the line that filled it, the kind and the span of the value, what the field takes.
export const SEEN = 0;
export const KIND = 4;
export const START = 8;
export const END = 12;
export const TAKES = 16;
/** Of a name that is no field: lines that were taken with it. */
const LINES = 20;
export const SLOT_BYTES = 24;
/** In place of what a field takes. */
export const STRANGER = 3;

const QUOTE: u8 = 34;
const BACKSLASH: u8 = 92;
const SPACE: u8 = 32;

/** In front of the first name; what follows it begins a line. */
let head: i32 = 0;
let table: i32 = 0;
let tableMask: i32 = 0;
let strangers: i32 = 0;

/** The line that is being read; a number that no slot has from before. */
export let line: i32 = 0;
/** The slot of the key that was read last. */
export let slot: i32 = 0;
let before: i32 = 0;
let strangersMet: i32 = 0;

/** `strangersAt`: room for the slots of all names that are no field. */
export function setNames(headAt: i32, tableAt: i32, mask: i32, strangersAt: i32): void {
  head = headAt;
  table = tableAt;
  tableMask = mask;
  strangers = strangersAt;
}

function hash(at: i32, length: i32): i32 {
  let sum: i32 = i32(0x811c9dc5);
  for (let i = 0; i < length; i++) sum = (sum ^ i32(load<u8>(at + i))) * 0x01000193;
  return sum ^ (sum >>> 15);
}

/** Makes a name known; the host tells each once, and leaves most of the table free. */
export function know(name: i32): void {
  let index = hash(load<i32>(name, AT), load<i32>(name, LENGTH)) & tableMask;
  while (load<i32>(table + (index << 2))) index = (index + 1) & tableMask;
  store<i32>(table + (index << 2), name);
}

export function startLine(): void {
  line++;
  before = head;
  strangersMet = 0;
}

/**
 * Reads a key from behind its opening quote to behind its closing one; 0 when it is not known, or
 * has an escape.
 */
export function key(at: i32): i32 {
  let name = load<i32>(before, FOLLOWER);
  let length = load<i32>(name, LENGTH);
  if (!length || !same(load<i32>(name, AT), at, length)) {
    length = lengthAt(at);
    name = find(at, length);
    if (!name) return 0;
    store<i32>(before, name, FOLLOWER);
  }
  before = name;
  slot = load<i32>(name, SLOT);
  return at + length;
}

function same(name: i32, at: i32, length: i32): bool {
  let from = 0;
  for (let left = length; left > 0; left -= 16) {
    const equal = i8x16.bitmask(i8x16.eq(v128.load(name + from), v128.load(at + from)));
    const live = left >= 16 ? 0xffff : (1 << left) - 1;
    if ((equal & live) !== live) return false;
    from += 16;
  }
  return true;
}

/** Up to the closing quote, with it; an escape or a control character ends it too, in no name. */
function lengthAt(from: i32): i32 {
  let at = from;
  let byte = load<u8>(at);
  while (byte !== QUOTE && byte !== BACKSLASH && byte >= SPACE) byte = load<u8>(++at);
  return at + 1 - from;
}

function find(at: i32, length: i32): i32 {
  let index = hash(at, length) & tableMask;
  let name = load<i32>(table + (index << 2));
  while (name && !(load<i32>(name, LENGTH) === length && same(load<i32>(name, AT), at, length))) {
    index = (index + 1) & tableMask;
    name = load<i32>(table + (index << 2));
  }
  return name;
}

/** Remembers that the line has the name, in case it is taken. */
export function meetStranger(): void {
  store<i32>(strangers + (strangersMet << 2), slot);
  strangersMet++;
}

/** The line is taken: its names that are no field count. */
export function countStrangers(): void {
  for (let index = 0; index < strangersMet; index++) {
    const met = load<i32>(strangers + (index << 2));
    store<i32>(met, load<i32>(met, LINES) + 1, LINES);
  }
}
