import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileCode, Refusal } from '../../core/codes.ts';
import type { Dataset } from '../../core/dataset.ts';
import { sha256 } from '../../core/hash.ts';
import { limits } from '../../core/limits.ts';
import type { MendableFormat, Mending } from '../../core/replay/mend.ts';
import type { MendedRange } from '../../core/replay/mended-ranges.ts';
import { eachRow } from './each-row.ts';
import { openSource } from './open-source.ts';
import type { Source } from './sources.ts';
import type { Framing } from './types.ts';

/** A plain text file, and the rows that stand in it instead of its own. */
export type MendRequest = {
  readonly path: string;
  readonly format: MendableFormat;
  readonly dataset: Dataset;
  /** In the order of the rows. */
  readonly mends: readonly Mending[];
  /** Made when missing. */
  readonly outDir: string;
  readonly framing?: Framing | undefined;
};

/** The mended file beside the original, and where each mended row lies in both. */
export type Mended =
  | { readonly kind: 'mended'; readonly path: string; readonly ranges: readonly MendedRange[] }
  | ({ readonly kind: 'refused' } & Refusal<FileCode>);

/**
 * Writes a file anew with mended rows in it. Then it is looked at once more: every mended row must
 * be the row of its number, and no row may have come or gone, or identities would move.
 */
export const mendFile = async (request: MendRequest): Promise<Mended> => {
  const { path, mends, outDir } = request;
  await mkdir(outDir, { recursive: true });
  const original = locate(request, path);
  if (original.kind === 'refused') return original;
  const mended = join(outDir, 'mended');
  const ranges: MendedRange[] = [];
  let shift = 0;
  const texts: Buffer[] = [];
  for (const { row, text } of mends) {
    const was = original.places.get(row);
    if (was === undefined) return gone(row, original.rows);
    const bytes = Buffer.from(text);
    const start = was[0] + shift;
    ranges.push({ row, was, now: [start, start + bytes.length] });
    shift += bytes.length - (was[1] - was[0]);
    texts.push(bytes);
  }
  const other = otherRow(request, ranges);
  if (other !== undefined) return notThat(other);
  splice(path, mended, ranges, texts);
  const again = locate(request, mended);
  if (again.kind === 'refused') return again;
  const moved = ranges.find(({ row, now }) => !isSame(again.places.get(row), now));
  if (moved !== undefined || again.rows !== original.rows) return noRow(moved?.row ?? null);
  return { kind: 'mended', path: mended, ranges };
};

const gone = (row: number, rows: number): Mended => ({
  ...{ kind: 'refused', code: 'E_MEND' },
  detail: `row ${row} was mended, and the file has ${rows} rows`,
});

const notThat = (row: number): Mended => ({
  ...{ kind: 'refused', code: 'E_MEND' },
  detail: `row ${row} is no longer the one that was mended: the file is read in another way now`,
});

/** The first row whose bytes are not those that were mended. */
const otherRow = (
  { path, mends }: MendRequest,
  ranges: readonly MendedRange[],
): number | undefined => {
  const fd = openSync(path, 'r');
  try {
    const found = ranges.find(({ was: [start, end] }, index) => {
      // As much as a rejected row keeps of its bytes.
      const bytes = Buffer.alloc(Math.min(end - start, limits.rowBytesMax));
      readSync(fd, bytes, 0, bytes.length, start);
      return sha256(bytes) !== mends[index]?.of;
    });
    return found?.row;
  } finally {
    closeSync(fd);
  }
};

const noRow = (row: number | null): Mended => ({
  ...{ kind: 'refused', code: 'E_MEND' },
  detail: `the mended text of ${row === null ? 'a row' : `row ${row}`} is not exactly one row`,
});

type Place = readonly [start: number, end: number];

const isSame = (found: Place | undefined, [start, end]: Place): boolean =>
  found?.[0] === start && found[1] === end;

type Located = {
  readonly kind: 'located';
  readonly rows: number;
  /** Of the rows that are mended. */
  readonly places: ReadonlyMap<number, Place>;
};

const locate = (
  { dataset, format, mends, framing }: MendRequest,
  path: string,
): Located | Extract<Mended, { kind: 'refused' }> => {
  const wanted = new Set(mends.map(({ row }) => row));
  const fd = openSync(path, 'r');
  try {
    const source = openSource(fd, dataset, format, framing);
    return source.kind === 'refused' ? source : placesIn(source, (row) => wanted.has(row));
  } finally {
    closeSync(fd);
  }
};

/** The wanted rows of a source: where the content of each begins and ends in the file. */
export const placesIn = (source: Source, isWanted: (row: number) => boolean): Located => {
  const places = new Map<number, Place>();
  let rows = 0;
  for (const batch of source.again()) {
    rows += batch.rows;
    eachRow(batch, isWanted, ({ row, start, end }) => {
      places.set(row, [batch.start + start, batch.start + end]);
    });
  }
  return { kind: 'located', rows, places };
};

const COPY_BYTES = 1 << 20;

/** Copies a file, with texts in the place of ranges. */
const splice = (
  from: string,
  to: string,
  ranges: readonly MendedRange[],
  texts: readonly Buffer[],
): void => {
  const input = openSync(from, 'r');
  const output = openSync(to, 'w');
  const block = Buffer.alloc(COPY_BYTES);
  const copy = (start: number, end: number): void => {
    for (let at = start; at < end; ) {
      const got = readSync(input, block, 0, Math.min(block.length, end - at), at);
      if (got === 0) return;
      writeAll(output, block.subarray(0, got));
      at += got;
    }
  };
  try {
    let at = 0;
    for (const [index, { was }] of ranges.entries()) {
      copy(at, was[0]);
      writeAll(output, texts[index] ?? Buffer.alloc(0));
      at = was[1];
    }
    copy(at, Number.POSITIVE_INFINITY);
  } finally {
    closeSync(input);
    closeSync(output);
  }
};

const writeAll = (fd: number, bytes: Buffer): void => {
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
};
