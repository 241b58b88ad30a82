import { literal } from '../../core/sql.ts';
import type { Engine } from './instance.ts';

/** Row numbers, one bit each: a million take 125 kB. */
export type RowSet = { has(row: number): boolean; readonly size: number };

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
