// @ts-nocheck: this is AssemblyScript; build-wasm.ts compiles it to framer-wasm.ts.
/**
 * Splits CSV bytes into rows, 64 bytes at a step: one bit per byte says where quotes, separators
 * and line ends lie (the way of simdjson). A row ends at a line feed, or at a carriage return that
 * has none behind it. Only what one pass at memory speed can judge is judged here; a row with a
 * wrong quote or over the limit is left to frames.ts.
 *
 * Memory: 0..10 the next row's number as ten digits and a separator; frames.ts chooses the rest.
 */
const BLOCK = 64;
const TAB: u8 = 9;
const LF: u8 = 10;
const CR: u8 = 13;
const UNIT_SEPARATOR: u8 = 31;
const DELETE: u8 = 127;
const QUOTE: u8 = 34;
const DIGIT_0: u8 = 48;
const DIGIT_9: u8 = 57;
const NUMBER_BYTES = 11;
// The same bits as in faults.ts.
const FIELD_COUNT: u8 = 1;
const BLANK: u8 = 64;

let wanted: i32 = 0;
let separator: u8 = 44;
let rowMax: i32 = 0;

/** Where the first row that is not framed yet starts. */
export let used: i32 = 0;
/** 1: framing stopped at `used` because that row has a wrong quote or is over the limit. */
export let odd: i32 = 0;
/** Bytes of the rows framed by the last call, without their line ends and the blank lines. */
export let rowBytes: i32 = 0;
/** How many of the rows framed by the last call are blank lines. */
export let blanks: i32 = 0;
/** 1: in what the last call looked at stands a control character other than tab, LF and CR. */
export let controls: i32 = 0;

// The row that is being framed: what the blocks before this one told of it.
let rows: i32 = 0;
let separators: i32 = 0;

export function setup(separatorsWanted: i32, separatorByte: u8, rowBytesMax: i32): void {
  wanted = separatorsWanted;
  separator = separatorByte;
  rowMax = rowBytesMax;
}

function lane(at: i32, wide: v128): u64 {
  return u64(i8x16.bitmask(i8x16.eq(v128.load(at), wide)));
}

/** Bit i is set where the byte at + i is the wanted one. */
function positions(at: i32, wide: v128): u64 {
  return (
    lane(at, wide) |
    (lane(at + 16, wide) << 16) |
    (lane(at + 32, wide) << 32) |
    (lane(at + 48, wide) << 48)
  );
}

function lowLane(at: i32): u64 {
  const bytes = v128.load(at);
  const low = i8x16.le_u(bytes, i8x16.splat(UNIT_SEPARATOR));
  return u64(i8x16.bitmask(v128.or(low, i8x16.eq(bytes, i8x16.splat(DELETE)))));
}

/** Bit i is set where the byte at + i is a control character of ASCII, line ends and tabs too. */
function lowPositions(at: i32): u64 {
  return (
    lowLane(at) | (lowLane(at + 16) << 16) | (lowLane(at + 32) << 32) | (lowLane(at + 48) << 48)
  );
}

/**
 * Where the first control character in [from, to) stands that is no tab, LF or CR; `to` if none
 * does.
 */
export function control(from: i32, to: i32): i32 {
  const wideTab = i8x16.splat(TAB);
  const wideLf = i8x16.splat(LF);
  const wideCr = i8x16.splat(CR);
  for (let at = from; at < to; at += BLOCK) {
    let low = lowPositions(at);
    if (!low) continue;
    low &= ~(positions(at, wideTab) | positions(at, wideLf) | positions(at, wideCr));
    if (low) return min(to, at + i32(ctz(low)));
  }
  return to;
}

/**
 * Bit i is set where an odd number of the bits 0..i is set: from an opening quote to the closing.
 */
function parity(quotes: u64): u64 {
  let bits = quotes;
  bits ^= bits << 1;
  bits ^= bits << 2;
  bits ^= bits << 4;
  bits ^= bits << 8;
  bits ^= bits << 16;
  return bits ^ (bits << 32);
}

/** A line's content ends before the carriage return that belongs to its line feed. */
function contentEnd(start: i32, end: i32): i32 {
  return end > start && load<u8>(end - 1) === CR ? end - 1 : end;
}

/**
 * Frames [from, to): writes where each row's line end lies to `ends` and its faults to `faults`,
 * at most `max` of them. `from` must be a row's start. Returns the number of rows, blank lines
 * included.
 */
export function frame(from: i32, to: i32, ends: i32, faults: i32, max: i32): i32 {
  const wideQuote = i8x16.splat(QUOTE);
  const wideSeparator = i8x16.splat(separator);
  const wideLf = i8x16.splat(LF);
  const wideCr = i8x16.splat(CR);
  // What the last byte of the block before was.
  let inQuotes: u64 = 0;
  let afterEdge: u64 = 1;
  let afterClose: u64 = 0;
  reset(from);
  for (let at = from; at < to; at += BLOCK) {
    const live: u64 = to - at >= BLOCK ? ~u64(0) : (u64(1) << (to - at)) - 1;
    const quotes = positions(at, wideQuote) & live;
    const separates = positions(at, wideSeparator) & live;
    const lineFeeds = positions(at, wideLf) & live;
    const returns = positions(at, wideCr) & live;
    const low = lowPositions(at) & live & ~(lineFeeds | returns | separates);
    if (low) controls |= i32((low & ~positions(at, i8x16.splat(TAB))) !== 0);

    const inside = parity(quotes) ^ inQuotes;
    const edges = separates & ~inside;
    const closes = quotes & ~inside;
    const opens = quotes & inside;
    // Of a pair that the block's edge cuts, the line feed becomes a blank line: framing either way.
    const lone = returns & ~(lineFeeds >> 1);
    let rowEnds = (lineFeeds | lone) & ~inside;

    const behindEdge = ((edges | rowEnds) << 1) | afterEdge;
    const behindClose = (closes << 1) | afterClose;
    // A quote opens behind an edge, or doubles the one before; behind a closing one the field ends.
    const wrong =
      (opens & ~(behindEdge | behindClose)) |
      (behindClose & ~(separates | lineFeeds | returns | quotes) & live);
    // Rows that end before the first wrong quote are sound.
    if (wrong) rowEnds &= (wrong & -wrong) - 1;

    afterEdge = (edges | rowEnds) >> 63;
    afterClose = closes >> 63;
    inQuotes = u64(i64(inside) >> 63);

    const open = rowEnds ? endRows(at, rowEnds, edges, ends, faults, max) : ~u64(0);
    if (!open || wrong) {
      odd |= i32(open !== 0);
      return rows;
    }
    separators += i32(popcnt(edges & open));
  }
  return rows;
}

function reset(from: i32): void {
  used = from;
  odd = 0;
  controls = 0;
  rowBytes = 0;
  blanks = 0;
  startRow();
  rows = 0;
}

function startRow(): void {
  separators = 0;
}

/**
 * Ends a row at each bit of `rowEnds`. Returns the bits of the block that belong to the row behind
 * the last one; 0 when framing has to stop, because `max` is reached or a row is over the limit.
 */
function endRows(at: i32, rowEnds: u64, edges: u64, ends: i32, faults: i32, max: i32): u64 {
  let left = rowEnds;
  let open: u64 = ~u64(0);
  while (left) {
    const stop = at + i32(ctz(left));
    const end = left & -left;
    const inRow = (end - 1) & open;
    if (rows === max) return 0;
    const content = contentEnd(used, stop) - used;
    if (content > rowMax) {
      odd = 1;
      return 0;
    }
    const count = separators + i32(popcnt(edges & inRow));
    const fault: u8 = count === wanted ? 0 : FIELD_COUNT;
    store<u32>(ends + (rows << 2), stop);
    store<u8>(faults + rows, content === 0 ? BLANK : fault);
    blanks += i32(content === 0);
    rowBytes += content;
    rows++;
    used = stop + 1;
    startRow();
    open = ~(end | (end - 1));
    left ^= end;
  }
  // A row that ends with the block's last byte leaves nothing open; the next block is all open.
  return open ? open : u64(1) << 63;
}

function countRow(): void {
  let digit = NUMBER_BYTES - 2;
  while (load<u8>(digit) === DIGIT_9) store<u8>(digit--, DIGIT_0);
  store<u8>(digit, load<u8>(digit) + 1);
}

/**
 * Copies the rows without fault to `out`, each behind its number. Blank lines get no number, faulty
 * rows use theirs up. Returns where the output ends; a copy runs up to 15 bytes past it.
 */
export function number(first: i32, ends: i32, faults: i32, lines: i32, out: i32): i32 {
  let to = out;
  let from = first;
  for (let line = 0; line < lines; line++) {
    const stop = i32(load<u32>(ends + (line << 2)));
    const fault = load<u8>(faults + line);
    if (!fault) {
      const end = contentEnd(from, stop);
      v128.store(to, v128.load(0));
      to += NUMBER_BYTES;
      for (let s = from, d = to; s < end; s += 16, d += 16) v128.store(d, v128.load(s));
      to += end - from;
      store<u8>(to++, LF);
    }
    if (fault !== BLANK) countRow();
    from = stop + 1;
  }
  return to;
}
