import { BLANK } from './faults.ts';
import { contentEnd } from './file-bytes.ts';
import type { Batch } from './frames.ts';

/** A row at [start, end) of a batch's bytes, without its line end. */
export type FoundRow = {
  readonly row: number;
  readonly start: number;
  readonly end: number;
  readonly fault: number;
};

/** Hands over the wanted rows of a batch. Few are, so nothing is made of the others. */
export const eachRow = (
  batch: Batch,
  isWanted: (row: number) => boolean,
  take: (row: FoundRow) => void,
): void => {
  const { ends, faults } = batch;
  let start = 0;
  let row = batch.firstRow;
  for (let line = 0; line < batch.lines; line++) {
    const lineFeed = ends[line] ?? 0;
    const fault = faults[line] ?? 0;
    if (fault !== BLANK) {
      if (isWanted(row)) take({ row, start, end: rowEnd(batch, start, lineFeed), fault });
      row += 1;
    }
    start = lineFeed + 1;
  }
};

/** A row that is larger than the chunk is alone in its batch, which knows how long it is. */
const rowEnd = (batch: Batch, start: number, lineFeed: number): number =>
  lineFeed > batch.bytes.length ? start + batch.rowBytes : contentEnd(batch.bytes, start, lineFeed);
