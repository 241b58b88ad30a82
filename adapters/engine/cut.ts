import { type MendedRange, originalRange } from '../../core/replay/mended-ranges.ts';
import { eachRow, type FoundRow } from './each-row.ts';
import type { Sink } from './feed.ts';
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

/** What is cut out of a batch is gathered in so much; a batch with more makes more room. */
const BLOCK_BYTES = 256 * 1024;
const LF = 10;
const NO_CELLS = Buffer.alloc(0);

export type Cut = { readonly rows: number; readonly cut: number };

/**
 * Writes the rows that are not accepted: number, byte range, faults and raw bytes, and the cells
 * when they can be told apart. Of a row over the limit the raw bytes end at the limit; its range
 * does not. Nothing but a batch is held, also when every row is bad.
 */
export const cutRows = async (
  source: Source,
  accepted: RowSet,
  sink: Sink,
  mended: readonly MendedRange[] = [],
): Promise<Cut> => {
  const block = openBlock();
  const rangeOf = originalRange(mended);
  const isRejected = (row: number): boolean => !hasRow(accepted, row);
  let rows = 0;
  let cut = 0;
  for (const batch of source.again()) {
    eachRow(batch, isRejected, (found) => {
      writeRow(source, batch, found, block, rangeOf);
      cut += 1;
    });
    rows += batch.rows;
    const written = block.take();
    if (written.length > 0) await sink(written);
  }
  return { rows, cut };
};

/** Room for bytes one behind the other, which grows with what a batch needs. */
const openBlock = () => {
  let bytes = Buffer.alloc(BLOCK_BYTES);
  let at = 0;
  return {
    /** A row of ASCII, then cells, then a line feed. */
    add: (lead: string, cells: Buffer): void => {
      const end = at + lead.length + cells.length + 1;
      if (end > bytes.length) {
        const larger = Buffer.alloc(2 * end);
        bytes.copy(larger, 0, 0, at);
        bytes = larger;
      }
      at += bytes.write(lead, at, 'latin1');
      at += cells.copy(bytes, at);
      bytes[at++] = LF;
    },
    /** What was added, until more is. */
    take: (): Buffer => {
      const taken = bytes.subarray(0, at);
      at = 0;
      return taken;
    },
  };
};
type Block = ReturnType<typeof openBlock>;

/** Writes one row of the columns above. */
const writeRow = (
  source: Source,
  batch: Batch,
  { row, start, end, fault }: FoundRow,
  block: Block,
  rangeOf: ReturnType<typeof originalRange>,
): void => {
  const { separator, rowBytesMax, columns } = source;
  const { bytes } = batch;
  const look = source.look(bytes, start, end, fault);
  const compound = look.compound.map((name) => `;${name};`).join('');
  const raw = bytes.toString('base64', start, Math.min(end, start + rowBytesMax));
  const next = `"${separator}"`;
  const [first, last] = rangeOf(row, batch.start + start, batch.start + end);
  const range = `${first}${next}${last}`;
  const lead = `"${row}${next}${range}${next}${look.fault}${next}${compound}${next}${raw}"${separator}`;
  if (look.fault === 0) block.add(lead, look.cells);
  else block.add(`${lead}${separator.repeat(columns.length - 1)}`, NO_CELLS);
};
