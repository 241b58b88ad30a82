import { closeSync, fstatSync, openSync, writeFileSync } from 'node:fs';
import { type Expected, makeTally } from './expected.ts';
import { csvHeader, csvLine, jsonLine } from './lines.ts';
import { type OrderOptions, orderRows } from './orders.ts';

/** Text gathered before it goes to disk: few writes, and memory that does not grow. */
const FLUSH_CHARS = 4 * 1024 * 1024;
const PROGRESS_EVERY_ROWS = 1_000_000;

export type TextOrderOptions = OrderOptions & { readonly format: 'csv' | 'jsonl' };

/** Writes an orders file row by row and returns what was planted in it. */
export const writeOrders = (
  path: string,
  options: TextOrderOptions,
  onProgress: (rows: number) => void = () => {},
): Expected => {
  const isCsv = options.format === 'csv';
  const tally = makeTally();
  const file = openSync(path, 'w');
  let rows = 0;
  let pending = isCsv ? csvHeader : '';
  const flush = (): void => {
    writeFileSync(file, pending);
    pending = '';
  };
  try {
    for (const row of orderRows(options)) {
      tally.add(row);
      pending += isCsv ? csvLine(row) : jsonLine(row);
      if (pending.length >= FLUSH_CHARS) flush();
      rows += 1;
      if (rows % PROGRESS_EVERY_ROWS === 0) onProgress(rows);
    }
    flush();
    return tally.result(fstatSync(file).size);
  } finally {
    closeSync(file);
  }
};
