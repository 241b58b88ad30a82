import { closeSync, openSync, writeSync } from 'node:fs';
import type { RowSet } from '../row-set.ts';
import { openPlain, type PlainOptions } from './plain.ts';

export type WalkerOptions = Omit<PlainOptions, 'path'> & {
  /** The Parquet file of the rows that are taken, and the file of those that are left. */
  readonly cleanPath: string;
  readonly restPath: string;
};

/** What became of the rows that one walker was given. */
export type Walked = {
  readonly rows: RowSet;
  /** Rows without a value, per field. */
  readonly nulls: ReadonlyMap<string, number>;
  readonly restBytes: number;
};

/** Walks over numbered rows and keeps both what it takes and what it leaves in files. */
export const openWalker = ({ cleanPath, restPath, ...options }: WalkerOptions) => {
  const plain = openPlain({ ...options, path: cleanPath });
  const rest = openSync(restPath, 'wx');
  let restBytes = 0;
  return {
    /** Takes numbered rows, which may be overwritten afterwards. */
    take: (numbered: Buffer): void => {
      const left = plain.take(numbered);
      for (let at = 0; at < left.length; ) at += writeSync(rest, left, at);
      restBytes += left.length;
    },
    /** Ends both files. */
    end: (): Walked => {
      closeSync(rest);
      const { rows, nulls } = plain.end();
      return { rows, nulls, restBytes };
    },
  };
};
export type Walker = ReturnType<typeof openWalker>;
