// @ts-nocheck: this is AssemblyScript, a part of plain.as.ts.
/** Finds the cells of a row. */
const LF: u8 = 10;
export const QUOTE: u8 = 34;

let separator: u8 = 44;

/** The content of the cell that was found last, and whether quotes are doubled inside. */
export let cellStart: i32 = 0;
export let cellEnd: i32 = 0;
export let doubled: bool = false;

export function setSeparator(byte: u8): void {
  separator = byte;
}

/** Copies in steps of 16; what lies behind the target is overwritten later. */
export function copy(from: i32, to: i32, out: i32): void {
  for (let s = from, d = out; s < to; s += 16, d += 16) v128.store(d, v128.load(s));
}

/** Finds the cell at `at`; returns where its separator or line feed stands. */
export function cell(at: i32): i32 {
  doubled = false;
  if (load<u8>(at) === QUOTE) return quoted(at + 1);
  const wideSeparator = i8x16.splat(separator);
  const wideLf = i8x16.splat(LF);
  let end = at;
  for (;;) {
    const bytes = v128.load(end);
    const found = i8x16.bitmask(v128.or(i8x16.eq(bytes, wideSeparator), i8x16.eq(bytes, wideLf)));
    if (found) {
      end += i32(ctz(found));
      break;
    }
    end += 16;
  }
  cellStart = at;
  cellEnd = end;
  return end;
}

/** The same behind an opening quote. */
function quoted(at: i32): i32 {
  const wideQuote = i8x16.splat(QUOTE);
  let end = at;
  for (;;) {
    const found = i8x16.bitmask(i8x16.eq(v128.load(end), wideQuote));
    if (!found) {
      end += 16;
      continue;
    }
    end += i32(ctz(found));
    if (load<u8>(end + 1) !== QUOTE) break;
    doubled = true;
    end += 2;
  }
  cellStart = at;
  cellEnd = end;
  return end + 1;
}
