import { Buffer } from 'node:buffer';

type State = { readonly block: Buffer; at: number; out: Buffer; to: number };

/**
 * Decompresses a block of Snappy, which node:zlib has not:
 * https://github.com/google/snappy/blob/main/format_description.txt
 */
export const unsnappy = (block: Buffer, bytesMax: number): Buffer | 'larger' | 'damaged' => {
  const state: State = { block, at: 0, out: Buffer.alloc(0), to: 0 };
  const size = readSize(state);
  if (size > bytesMax) return 'larger';
  state.out = Buffer.alloc(size);
  while (state.at < block.length) {
    const tag = little(state, 1);
    const sound = (tag & 3) === 0 ? writeLiteral(state, tag >> 2) : writeCopy(state, tag);
    if (!sound) return 'damaged';
  }
  return state.to === size ? state.out : 'damaged';
};

/** Throws RangeError behind the end, as every read of a buffer does. */
const little = (state: State, bytes: number): number => {
  const value = state.block.readUIntLE(state.at, bytes);
  state.at += bytes;
  return value;
};

const readSize = (state: State): number => {
  let size = 0;
  for (let unit = 1; ; unit *= 128) {
    const byte = little(state, 1);
    size += (byte & 0x7f) * unit;
    if (byte < 0x80) return size;
  }
};

const LONGEST_SHORT = 60;

const writeLiteral = (state: State, high: number): boolean => {
  const { block, out } = state;
  const length = 1 + (high < LONGEST_SHORT ? high : little(state, high - LONGEST_SHORT + 1));
  if (length > out.length - state.to || length > block.length - state.at) return false;
  state.to += block.copy(out, state.to, state.at, state.at + length);
  state.at += length;
  return true;
};

const writeCopy = (state: State, tag: number): boolean => {
  const { out } = state;
  const high = tag >> 2;
  const near = (tag & 3) === 1;
  const length = near ? 4 + (high & 7) : 1 + high;
  const offset = near
    ? (high >> 3) * 256 + little(state, 1)
    : little(state, (tag & 3) === 2 ? 2 : 4);
  if (offset === 0 || offset > state.to || length > out.length - state.to) return false;
  // Byte by byte: a copy may overlap what it writes.
  for (const end = state.to + length; state.to < end; state.to++) {
    out[state.to] = out[state.to - offset] ?? 0;
  }
  return true;
};
