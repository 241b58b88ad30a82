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

/** The same of doubles, whose bits these are. */
export function boundsOfDoubles(from: i32, to: i32): void {
  let least = load<f64>(from);
  let most = least;
  for (let at = from; at < to; at += 8) {
    least = min<f64>(least, load<f64>(at));
    most = max<f64>(most, load<f64>(at));
  }
  low = reinterpret<i64>(least);
  high = reinterpret<i64>(most);
}

function keep(value: i64): void {
  if (value < low) low = value;
  if (value > high) high = value;
}

/**
 * By their bytes, as Parquet orders texts. The first sixteen bytes of both bounds are at hand, so
 * that most texts are told from them without a look at the bounds themselves.
 */
export function boundsOfTexts(from: i32, to: i32): void {
  let least = from;
  let most = from;
  let least0 = word(from, 0);
  let least1 = word(from, 8);
  let most0 = least0;
  let most1 = least1;
  for (let at = from; at < to; at += 4 + load<i32>(at)) {
    const word0 = word(at, 0);
    const word1 = word(at, 8);
    const below = word0 < least0 || (word0 === least0 && word1 < least1);
    const like = word0 === least0 && word1 === least1;
    if (below || (like && compared(at, least) < 0)) {
      least = at;
      least0 = word0;
      least1 = word1;
      continue;
    }
    const above = word0 > most0 || (word0 === most0 && word1 > most1);
    const likeMost = word0 === most0 && word1 === most1;
    if (above || (likeMost && compared(at, most) > 0)) {
      most = at;
      most0 = word0;
      most1 = word1;
    }
  }
  low = i64(least);
  high = i64(most);
}

/** Eight bytes of a text, so that words compare as texts do; what is behind its end is zero. */
function word(at: i32, from: i32): u64 {
  const left = load<i32>(at) - from;
  if (left <= 0) return 0;
  const bytes = bswap<u64>(load<u64>(at + 4 + from));
  return left >= 8 ? bytes : bytes & ~(~u64(0) >> (u64(left) << 3));
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
