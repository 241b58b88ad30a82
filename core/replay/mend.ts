import * as z from 'zod';
import { sha256 } from '../hash.ts';
import { DatasetName, EpochMs, FileId, RunId } from '../ids.ts';
import type { Format } from '../landing/file-options.ts';

/** Formats in which a row is a text of its own, that one can mend by itself. */
export const mendableFormats = ['csv', 'fixed', 'jsonl'] as const satisfies readonly Format[];
export type MendableFormat = (typeof mendableFormats)[number];

export const isMendable = (format: Format): format is MendableFormat =>
  mendableFormats.some((each) => each === format);

const Reasons = z.array(z.object({ code: z.string(), field: z.string().nullable() }));

/**
 * What someone has put in the place of rejected rows of one file. It is written once and never
 * changed; the row's own bytes stay in landing, and what it was rejected for stands here.
 */
export const MendDocument = z.object({
  dataset: DatasetName,
  fileId: FileId,
  /** ARN of the caller, as STS tells it. */
  by: z.string(),
  at: EpochMs,
  /** The run that rejected the rows. */
  runId: RunId,
  rows: z
    .array(
      z.object({
        row: z.number().int().positive(),
        /** The mended row, without its line end. */
        text: z.string(),
        /** Hash of the bytes it had: another definition may number other rows so. */
        of: z.string().regex(/^[0-9a-f]{64}$/),
        /** What it was rejected for. */
        reasons: Reasons,
      }),
    )
    .min(1),
});
export type MendDocument = z.infer<typeof MendDocument>;
export type MendRow = MendDocument['rows'][number];

/** What stands in the place of a row. */
export type Mending = Pick<MendRow, 'row' | 'text' | 'of'>;

/** Name of a mend: its time, so that the newest sorts last, and a hash of what it says. */
export const mendName = ({ at, rows }: Pick<MendDocument, 'at' | 'rows'>): string =>
  `${String(at).padStart(16, '0')}-${rowsHash(rows)}`;

/** The same rows have the same hash, whoever mends them and when. */
export const rowsHash = (rows: readonly Pick<MendRow, 'row' | 'text'>[]): string =>
  sha256(JSON.stringify(rows.map(({ row, text }) => [row, text]))).slice(0, 10);

/** The text of each mended row, the newest mend of it; in the order of the rows. */
export const newestMends = (
  mends: readonly Pick<MendDocument, 'at' | 'rows'>[],
): readonly Mending[] => {
  const newest = new Map<number, Mending>();
  for (const { rows } of [...mends].sort((a, b) => (mendName(a) < mendName(b) ? -1 : 1)))
    for (const { row, text, of } of rows) newest.set(row, { row, text, of });
  return [...newest.values()].sort((a, b) => a.row - b.row);
};
