import { literal } from '../../core/sql.ts';
import type { Engine } from './instance.ts';

/** Row numbers, one bit each: a million take 125 kB. Rows beyond the words are not in it. */
export type RowSet = { readonly words: Uint32Array; readonly size: number };

export const hasRow = ({ words }: RowSet, row: number): boolean =>
  (((words[row >>> 5] ?? 0) >>> (row & 31)) & 1) === 1;

const WORDS_AT_FIRST = 1 << 12;

/** A set of row numbers that is filled row by row, each once. */
export const rowBits = () => {
  let words = new Uint32Array(WORDS_AT_FIRST);
  let size = 0;
  return {
    add: (row: number): void => {
      const index = row >>> 5;
      if (index >= words.length) {
        const larger = new Uint32Array(2 * (index + 1));
        larger.set(words);
        words = larger;
      }
      words[index] = (words[index] ?? 0) | (1 << (row & 31));
      size += 1;
    },
    end: (): RowSet => ({ words, size }),
  };
};

/** The rows of sets that share none. */
export const rowsOfAll = (sets: readonly RowSet[]): RowSet => {
  const words = new Uint32Array(Math.max(0, ...sets.map((set) => set.words.length)));
  for (const set of sets) {
    for (let index = 0; index < set.words.length; index++)
      words[index] = (words[index] ?? 0) | (set.words[index] ?? 0);
  }
  return { words, size: sets.reduce((sum, set) => sum + set.size, 0) };
};

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
  return { words, size };
};
