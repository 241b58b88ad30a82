import type { FoundColumns } from '../../core/evolution/columns.ts';
import { contentEnd } from './file-bytes.ts';
import type { Batch } from './frames.ts';
import { type LineScanner, MISSING } from './json-line.ts';
import { type JsonLinesOptions, jsonLines, lineFault } from './jsonl.ts';

/**
 * The columns of a file whose rows name their own keys: they are known when all of it was read. A
 * field is missing when no row has a value there, since a key that is absent is a null.
 */
export const surveyJson = (
  fd: number,
  scanner: LineScanner,
  options: Omit<JsonLinesOptions, 'judged'>,
): FoundColumns => {
  const held = new Set<number>();
  let rows = 0;
  for (const batch of jsonLines(fd, scanner, { ...options, judged: false })) {
    rows += batch.rows;
    eachLine(batch, (start, end) => {
      if (end - start > options.rowBytesMax) return;
      lineFault(scanner, batch.bytes, start, end);
      if (held.size === scanner.fields.length) return;
      for (const [index, kind] of scanner.spans.kinds.entries()) {
        if (kind !== MISSING) held.add(index);
      }
    });
  }
  return {
    unknown: [...scanner.unknown.keys()],
    missing: rows === 0 ? [] : scanner.fields.filter((_, index) => !held.has(index)),
    rows: Object.fromEntries(scanner.unknown),
  };
};

/** Lines that are longer than what is read at a time are not looked at: they are rejected. */
const eachLine = (batch: Batch, look: (start: number, end: number) => void): void => {
  let start = 0;
  for (let line = 0; line < batch.lines; line++) {
    const end = batch.ends[line] ?? 0;
    if (end <= batch.bytes.length) look(start, contentEnd(batch.bytes, start, end));
    start = end + 1;
  }
};
