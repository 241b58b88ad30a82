/** Where the text of a mended row lies in the mended file, and its bytes in the original. */
export type MendedRange = {
  readonly row: number;
  /** In the file as it landed, decompressed. */
  readonly was: readonly [start: number, end: number];
  readonly now: readonly [start: number, end: number];
};

/** Bytes by which the mended file is longer than the original. */
export const addedBytes = (mended: readonly MendedRange[]): number => {
  const last = mended.at(-1);
  return last === undefined ? 0 : last.now[1] - last.was[1];
};

/**
 * Where the bytes of a row lie in the original, for rows that are asked for in ascending order: of
 * a mended row the bytes it had, of any other its own, whatever became of the rows before it.
 */
export const originalRange = (mended: readonly MendedRange[]) => {
  let next = 0;
  let shift = 0;
  return (row: number, start: number, end: number): readonly [start: number, end: number] => {
    let own = mended[next];
    for (; own !== undefined && own.row < row; own = mended[next]) {
      shift = own.now[1] - own.was[1];
      next += 1;
    }
    if (own?.row === row) return own.was;
    return [start - shift, end - shift];
  };
};
