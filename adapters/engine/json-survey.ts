import type { FoundColumns } from '../../core/evolution/columns.ts';
import { NESTED } from './faults.ts';
import { contentEnd } from './file-bytes.ts';
import type { Batch } from './frames.ts';
import { type LineScanner, MISSING, UNKNOWN_NAMES_MAX } from './json-line.ts';
import { type JsonLinesOptions, jsonLines, lineFault } from './jsonl.ts';

/**
 * The columns of a file whose rows name their own keys: they are known when all of it was read.
 * Keys of broken lines do not count, since those rows are rejected as they are. A field is missing
 * when no row has a value there: a key that is absent is a null.
 */
export const surveyJson = (
  fd: number,
  scanner: LineScanner,
  options: Omit<JsonLinesOptions, 'judged'>,
): Required<FoundColumns> => {
  const held = new Set<number>();
  const unknown = unknownCounter(scanner);
  let rows = 0;
  for (const batch of jsonLines(fd, scanner, { ...options, judged: false })) {
    rows += batch.rows;
    eachLine(batch, (start, end) => {
      if (end - start > options.rowBytesMax) return;
      const isSound = (lineFault(scanner, batch.bytes, start, end) & ~NESTED) === 0;
      unknown.count(isSound);
      if (!isSound || held.size === scanner.fields.length) return;
      for (const [index, kind] of scanner.spans.kinds.entries()) {
        if (kind !== MISSING) held.add(index);
      }
    });
  }
  const found = unknown.rows();
  return {
    unknown: Object.keys(found),
    missing: rows === 0 ? [] : scanner.fields.filter((_, index) => !held.has(index)),
    rows: found,
  };
};

/** Which of the names that a scanner counts over all lines are in sound ones, and in how many. */
const unknownCounter = ({ unknown }: LineScanner) => {
  const before = new Map<string, number>();
  const sound = new Map<string, number>();
  return {
    /** To be called after each line. */
    count: (isSound: boolean): void => {
      for (const [name, lines] of unknown) {
        if (before.get(name) === lines) continue;
        before.set(name, lines);
        if (isSound) sound.set(name, (sound.get(name) ?? 0) + 1);
      }
    },
    /** Of names beyond its limit the scanner keeps nothing, so that then none is left out. */
    rows: () => Object.fromEntries(unknown.size < UNKNOWN_NAMES_MAX ? sound : unknown),
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
