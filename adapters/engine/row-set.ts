import { literal } from '../../core/sql.ts';
import type { Engine } from './instance.ts';

/** Row numbers, one bit each: a million take 125 kB. */
export type RowSet = { has(row: number): boolean; readonly size: number };

const WORDS_AT_FIRST = 1 << 12;

/** A set of row numbers that is filled row by row. */
export const rowBits = () => {
  let words = new Uint32Array(WORDS_AT_FIRST);
  let size = 0;
  const has = (row: number): boolean => (((words[row >>> 5] ?? 0) >>> (row & 31)) & 1) === 1;
  return {
    has,
    add: (row: number): void => {
      const index = row >>> 5;
      if (index >= words.length) {
        const larger = new Uint32Array(2 * (index + 1));
        larger.set(words);
        words = larger;
      }
      if (has(row)) return;
      words[index] = (words[index] ?? 0) | (1 << (row & 31));
      size += 1;
    },
    /** Takes in the rows of another set, which shares none with this one. */
    merge: (others: Uint32Array, count: number): void => {
      if (others.length > words.length) {
        const larger = new Uint32Array(others.length);
        larger.set(words);
        words = larger;
      }
      for (const [index, word] of others.entries()) words[index] = (words[index] ?? 0) | word;
      size += count;
    },
    /** The bits as they are now. */
    words: (): Uint32Array<ArrayBuffer> => words.slice(),
    get size(): number {
      return size;
    },
  };
};

/** The rows of two sets that share none. */
export const bothOf = (a: RowSet, b: RowSet): RowSet => ({
  has: (row) => a.has(row) || b.has(row),
  size: a.size + b.size,
});

const popcount = (word: number): number => {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count += 1;
  return count;
};

/** The row numbers in a Parquet file, of at most `rowMax`. */
export const rowsIn = async (engine: Engine, path: string, rowMax: number): Promise<RowSet> => {
  const words = new Uint32Array((rowMax >>> 5) + 1);
  const sql = `SELECT _row >> 5, bit_or((1::BIGINT << (_row & 31))::UINTEGER)
    FROM ${literal(path)} GROUP BY 1`;
  let size = 0;
  for await (const [index, word] of engine.pairs(sql)) {
    words[index] = word;
    size += popcount(word);
  }
  return { has: (row) => (((words[row >>> 5] ?? 0) >>> (row & 31)) & 1) === 1, size };
};
