// @ts-nocheck: this is AssemblyScript, a part of json.as.ts.
import {
  BLANK,
  contentEnd,
  hasRoom,
  isOver,
  LF,
  putLine,
  ROW_SIZE,
  startLines,
} from './lines.as.ts';

const BLOCK = 64;

function lane(at: i32, wide: v128): u64 {
  return u64(i8x16.bitmask(i8x16.eq(v128.load(at), wide)));
}

/**
 * Tells the lines of [from, to) apart and looks no further; `to` lies behind a line feed. Returns
 * where the first line starts for which there is no room.
 */
export function split(from: i32, to: i32): i32 {
  const wideLf = i8x16.splat(LF);
  let start = from;
  startLines(0);
  for (let at = from; at < to; at += BLOCK) {
    let found =
      lane(at, wideLf) |
      (lane(at + 16, wideLf) << 16) |
      (lane(at + 32, wideLf) << 32) |
      (lane(at + 48, wideLf) << 48);
    while (found) {
      const end = at + i32(ctz(found));
      if (end >= to || !hasRoom()) return start;
      const bytes = contentEnd(start, end) - start;
      putLine(end, bytes, bytes === 0 ? BLANK : isOver(bytes) ? ROW_SIZE : 0);
      start = end + 1;
      found &= found - 1;
    }
  }
  return start;
}
