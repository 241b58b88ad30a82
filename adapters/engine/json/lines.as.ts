// @ts-nocheck: this is AssemblyScript, a part of json.as.ts.
/** What is told of each line of a chunk: where it ends, and what is wrong with it. */
export const LF: u8 = 10;
export const CR: u8 = 13;
// The same bits as in faults.ts.
export const BLANK: u16 = 64;
export const ROW_SIZE: u16 = 16;

let input: i32 = 0;
let ends: i32 = 0;
let faults: i32 = 0;
let linesMax: i32 = 0;
let rowMax: i32 = 0;

/** Lines of the chunk so far, also those that the host has put there. */
export let lines: i32 = 0;
/** Lines of the last call that are not blank, and their bytes without line ends. */
export let rows: i32 = 0;
export let rowBytes: i32 = 0;

export function setLines(inputAt: i32, endsAt: i32, faultsAt: i32, max: i32, bytesMax: i32): void {
  input = inputAt;
  ends = endsAt;
  faults = faultsAt;
  linesMax = max;
  rowMax = bytesMax;
}

export function startLines(have: i32): void {
  lines = have;
  rows = 0;
  rowBytes = 0;
}

export function hasRoom(): bool {
  return lines < linesMax;
}

/** A line's content ends before the carriage return that belongs to its line feed. */
export function contentEnd(start: i32, end: i32): i32 {
  return end > start && load<u8>(end - 1) === CR ? end - 1 : end;
}

export function isOver(bytes: i32): bool {
  return bytes > rowMax;
}

/** Puts down a line with its content's bytes. */
export function putLine(end: i32, bytes: i32, fault: u16): void {
  store<u32>(ends + (lines << 2), end - input);
  store<u16>(faults + (lines << 1), fault);
  lines++;
  rows += i32(fault !== BLANK);
  rowBytes += bytes;
}
