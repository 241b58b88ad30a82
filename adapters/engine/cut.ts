import { BLANK } from './faults.ts';
import type { Sink } from './feed.ts';
import { contentEnd } from './file-bytes.ts';
import type { Batch } from './frames.ts';
import { hasRow, type RowSet } from './row-set.ts';
import { type RejectedColumns, texts } from './row-sql.ts';
import type { Source } from './sources.ts';

/** The columns of what `cutRows` writes: what is known of a row, then its cells. */
export const cutColumns = (source: Source): [string, string][] => [
  ['_row', 'INTEGER'],
  ['_start', 'BIGINT'],
  ['_end', 'BIGINT'],
  ['_fault', 'INTEGER'],
  ['_compound', 'VARCHAR'],
  ['_base64', 'VARCHAR'],
  ...texts(source.columns),
];

/** How the slow form finds its columns among those. */
export const cutRejected: RejectedColumns = {
  start: '_start',
  end: '_end',
  raw: 'from_base64(_base64)',
  fault: '_fault',
  compound: '_compound',
};

/** Bytes that are gathered before they are written. */
const BLOCK_BYTES = 256 * 1024;
const LINE_END = Buffer.from('\n');

export type Cut = { readonly rows: number; readonly cut: number };

/** A row at [start, end) of a batch's bytes, without its line end. */
type Row = {
  readonly row: number;
  readonly start: number;
  readonly end: number;
  readonly fault: number;
};

/**
 * Writes the rows that are not accepted: number, byte range, faults and raw bytes, and the cells
 * when they can be told apart. Of a row over the limit the raw bytes end at the limit; its range
 * does not. Nothing but a batch is held, also when every row is bad.
 */
export const cutRows = async (source: Source, accepted: RowSet, sink: Sink): Promise<Cut> => {
  let rows = 0;
  let cut = 0;
  for (const batch of source.again()) {
    const pieces: Buffer[] = [];
    eachRejected(batch, accepted, (found) => {
      pieces.push(pieceOf(source, batch, found));
    });
    rows += batch.rows;
    cut += pieces.length;
    await writeAll(pieces, sink);
  }
  return { rows, cut };
};

const writeAll = async (pieces: readonly Buffer[], sink: Sink): Promise<void> => {
  let block: Buffer[] = [];
  let bytes = 0;
  for (const piece of pieces) {
    block.push(piece);
    bytes += piece.length;
    if (bytes < BLOCK_BYTES) continue;
    await sink(Buffer.concat(block));
    block = [];
    bytes = 0;
  }
  await sink(Buffer.concat(block));
};

/** Most rows are accepted, so nothing is made of those. */
const eachRejected = (batch: Batch, accepted: RowSet, take: (row: Row) => void): void => {
  const { ends, faults } = batch;
  let start = 0;
  let row = batch.firstRow;
  for (let line = 0; line < batch.lines; line++) {
    const lineFeed = ends[line] ?? 0;
    const fault = faults[line] ?? 0;
    if (fault !== BLANK) {
      if (!hasRow(accepted, row)) take({ row, start, end: rowEnd(batch, start, lineFeed), fault });
      row += 1;
    }
    start = lineFeed + 1;
  }
};

/** A row that is larger than the chunk is alone in its batch, which knows how long it is. */
const rowEnd = (batch: Batch, start: number, lineFeed: number): number =>
  lineFeed > batch.bytes.length ? start + batch.rowBytes : contentEnd(batch.bytes, start, lineFeed);

const pieceOf = (source: Source, batch: Batch, { row, start, end, fault }: Row): Buffer => {
  const { separator, rowBytesMax } = source;
  const { bytes } = batch;
  const look = source.look(bytes, start, end, fault);
  const compound = look.compound.map((name) => `;${name};`).join('');
  const raw = bytes.toString('base64', start, Math.min(end, start + rowBytesMax));
  const lead = [row, batch.start + start, batch.start + end, look.fault, compound, raw];
  const known = `${lead.map((cell) => `"${cell}"`).join(separator)}${separator}`;
  if (look.fault === 0) return Buffer.concat([Buffer.from(known), look.cells, LINE_END]);
  return Buffer.from(`${known}${separator.repeat(source.columns.length - 1)}\n`);
};
