import { closeSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Dataset } from '../../core/dataset.ts';
import type { MendableFormat } from '../../core/replay/mend.ts';
import { withWorkDir } from '../work-dir.ts';
import { eachRow, type FoundRow } from './each-row.ts';
import { QUOTE } from './faults.ts';
import { openSource } from './open-source.ts';

/**
 * The texts that are not exactly one row each, by their place; in the way of the format, as the
 * validate stage will read them. Whether such a row is valid is not asked here.
 */
export const notOneRow = async (
  dataset: Dataset,
  format: MendableFormat,
  texts: readonly string[],
): Promise<readonly number[]> =>
  await withWorkDir(async (dir) => {
    const holds = (some: readonly string[]): boolean =>
      areRows(join(dir, 'rows'), dataset, format, some);
    if (holds(texts)) return [];
    // Twice, so that one that goes on behind its end is seen.
    return texts.flatMap((text, index) => (holds([text, text]) ? [] : [index]));
  });

const areRows = (
  path: string,
  dataset: Dataset,
  format: MendableFormat,
  texts: readonly string[],
): boolean => {
  const head = headOf(dataset, format);
  const rows = texts.map((text) => Buffer.from(text));
  const lines = rows.flatMap((row) => [row, lineFeed]);
  writeFileSync(path, Buffer.concat([head, ...lines]));
  const fd = openSync(path, 'r');
  try {
    const source = openSource(fd, dataset, format);
    if (source.kind === 'refused') return false;
    const found: FoundRow[] = [];
    for (const batch of source.again())
      eachRow(
        batch,
        () => true,
        ({ row, start, end, fault }) => {
          found.push({ row, start: batch.start + start, end: batch.start + end, fault });
        },
      );
    return areAt(found, rows, head.length);
  } finally {
    closeSync(fd);
  }
};

const lineFeed = Buffer.from('\n');

const areAt = (found: readonly FoundRow[], rows: readonly Buffer[], from: number): boolean => {
  if (found.length !== rows.length) return false;
  let at = from;
  return rows.every((bytes, index) => {
    const row = found[index];
    const [start, end] = [at, at + bytes.length];
    at = end + lineFeed.length;
    // An open quote would go on into whatever row comes next.
    return row?.start === start && row.end === end && (row.fault & QUOTE) === 0;
  });
};

/** A header that the dataset takes; the order of columns has no say in where a row ends. */
const headOf = ({ files, fields }: Dataset, format: MendableFormat): Buffer =>
  Buffer.from(
    format === 'csv' && files.header ? `${Object.keys(fields).join(files.delimiter)}\n` : '',
  );
