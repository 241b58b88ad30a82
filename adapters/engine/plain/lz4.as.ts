// @ts-nocheck: this is AssemblyScript, a part of plain.as.ts.
import { copy } from './cell.as.ts';

/**
 * LZ4's block format: https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md
 */
const HASH_BITS = 13;
const HASH_FACTOR: u64 = 0x9e3779b97f4a7c15;
/** The format's shortest match; what a match's length counts from. */
const MIN_MATCH = 4;
/** Shorter ones save little, and looking for them takes most of the time. */
const MATCH_FROM = 8;
/** The last bytes of a block are literals, so that a decoder may copy in wide steps. */
const LAST_LITERALS = 5;
const MATCH_LIMIT = 12;
const DISTANCE_MAX = 65535;
/** The farther from the last match, the wider the steps through what does not repeat. */
const SKIP_SHIFT = 5;

let hashes: i32 = 0;

/** Where 4 << HASH_BITS bytes are free. */
export function setHashes(table: i32): void {
  hashes = table;
}

function slot(at: i32): i32 {
  return hashes + (i32((load<u64>(at) * HASH_FACTOR) >> (64 - HASH_BITS)) << 2);
}

/** Compresses [from, to) to `out`; returns where the block ends. */
export function compress(from: i32, to: i32, out: i32): i32 {
  memory.fill(hashes, 0, 4 << HASH_BITS);
  const limit = to - MATCH_LIMIT;
  let end = out;
  let anchor = from;
  let at = from;
  while (at < limit) {
    const entry = slot(at);
    const before = i32(load<u32>(entry));
    store<u32>(entry, at);
    if (before === 0 || at - before > DISTANCE_MAX || load<u64>(before) !== load<u64>(at)) {
      at += 1 + ((at - anchor) >> SKIP_SHIFT);
      continue;
    }
    const more = matchLength(before + MATCH_FROM, at + MATCH_FROM, to - LAST_LITERALS);
    const length = MATCH_FROM + more;
    end = literals(anchor, at, end, length - MIN_MATCH);
    store<u16>(end, u16(at - before));
    end = lengthBytes(length - MIN_MATCH, end + 2);
    at += length;
    anchor = at;
  }
  return literals(anchor, to, end, 0);
}

function matchLength(before: i32, at: i32, to: i32): i32 {
  let here = at;
  let there = before;
  while (here + 8 <= to) {
    const differs = load<u64>(here) ^ load<u64>(there);
    if (differs) return here - at + i32(ctz(differs) >> 3);
    here += 8;
    there += 8;
  }
  while (here < to && load<u8>(here) === load<u8>(there)) {
    here++;
    there++;
  }
  return here - at;
}

/** The token and the literals before a match. */
function literals(from: i32, to: i32, out: i32, match: i32): i32 {
  const count = to - from;
  store<u8>(out, u8((min<i32>(count, 15) << 4) | min<i32>(match, 15)));
  const start = lengthBytes(count, out + 1);
  copy(from, to, start);
  return start + count;
}

/** What of a length does not fit the token's four bits. */
function lengthBytes(length: i32, out: i32): i32 {
  if (length < 15) return out;
  let rest = length - 15;
  let at = out;
  while (rest >= 255) {
    store<u8>(at++, 255);
    rest -= 255;
  }
  store<u8>(at++, u8(rest));
  return at;
}
