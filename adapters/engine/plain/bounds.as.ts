// @ts-nocheck: this is AssemblyScript, a part of plain.as.ts.
/** The smallest and largest value of a group; of texts, where their lengths stand. */
export let low: i64 = 0;
export let high: i64 = 0;

export function bounds32(from: i32, to: i32): void {
  low = i64.MAX_VALUE;
  high = i64.MIN_VALUE;
  for (let at = from; at < to; at += 4) keep(i64(load<i32>(at)));
}

export function bounds64(from: i32, to: i32): void {
  low = i64.MAX_VALUE;
  high = i64.MIN_VALUE;
  for (let at = from; at < to; at += 8) keep(load<i64>(at));
}

function keep(value: i64): void {
  if (value < low) low = value;
  if (value > high) high = value;
}

/** By their bytes, as Parquet orders texts. */
export function boundsOfTexts(from: i32, to: i32): void {
  let least = from;
  let most = from;
  for (let at = from; at < to; at += 4 + load<i32>(at)) {
    if (compared(at, least) < 0) least = at;
    else if (compared(at, most) > 0) most = at;
  }
  low = i64(least);
  high = i64(most);
}

function compared(a: i32, b: i32): i32 {
  const lengthA = load<i32>(a);
  const lengthB = load<i32>(b);
  const shared = min<i32>(lengthA, lengthB);
  let at = 4;
  for (; at + 8 <= shared + 4; at += 8) {
    const wordA = bswap<u64>(load<u64>(a + at));
    const wordB = bswap<u64>(load<u64>(b + at));
    if (wordA !== wordB) return wordA < wordB ? -1 : 1;
  }
  for (; at < shared + 4; at++) {
    const difference = i32(load<u8>(a + at)) - i32(load<u8>(b + at));
    if (difference) return difference;
  }
  return lengthA - lengthB;
}
