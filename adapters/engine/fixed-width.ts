import { fstatSync } from 'node:fs';
import type { Dataset } from '../../core/dataset.ts';
import { asDeclared } from '../../core/evolution/columns.ts';
import { keepsAnyControls } from '../../core/validate/characters.ts';
import type { CellReader } from './cell-rows.ts';
import { CELL_SEPARATOR, writePlain } from './cell-text.ts';
import { FIELD_COUNT } from './faults.ts';
import { contentEnd, lineEnd } from './file-bytes.ts';
import { headOf } from './head.ts';
import { markBytes } from './header.ts';
import { readerRows, type Source, type SourceRefused } from './sources.ts';
import type { Framing } from './types.ts';

const BLANK = 0x20;
/** Bytes 10xxxxxx go on a code point, all others begin one. */
const goesOn = (byte: number): boolean => (byte & 0xc0) === 0x80;

type Column = { readonly name: string; readonly at: number; readonly length: number };

/** The declared columns in the order of the line. */
const columnsOf = ({ files }: Dataset): readonly Column[] =>
  Object.entries(files.columns)
    .map(([name, { at, length }]) => ({ name, at, length }))
    .sort((a, b) => a.at - b.at);

/** A text whose fields stand at fixed places of each line, counted in code points. */
export const fixedSource = (
  fd: number,
  dataset: Dataset,
  framing: Framing,
): Source | SourceRefused => {
  const { bytes, ended } = headOf(fd);
  const isEmpty = ended && bytes.toString('latin1', markBytes(bytes)).trim() === '';
  if (isEmpty && !dataset.files.allowEmpty) {
    return { kind: 'refused', code: 'E_EMPTY', detail: 'the file holds no text at all' };
  }
  const columns = columnsOf(dataset);
  const names = columns.map(({ name }) => name);
  const totalBytes = fstatSync(fd).size;
  const from = isEmpty ? totalBytes : markBytes(bytes);
  return {
    kind: 'source',
    columns: names,
    plan: asDeclared(dataset),
    leadBytes: from,
    totalBytes,
    rowBytesMax: framing.rowBytesMax,
    ...readerRows(fd, () => fixedReader(columns), {
      ...{ from, ...framing, keepsControls: keepsAnyControls(dataset) },
    }),
    notes: () => ({
      unknownColumns: {},
      missingColumns: Object.keys(dataset.fields).filter((name) => !names.includes(name)),
    }),
  };
};

/**
 * Reads lines of fixed fields. A line that is too short for its last field is a fault, and so is
 * one with more than blanks behind it: then the places are not those of the dataset.
 */
export const fixedReader = (columns: readonly Column[]): CellReader => {
  const last = columns.at(-1);
  const width = last === undefined ? 0 : last.at + last.length;
  const starts = new Uint32Array(columns.length);
  const ends = new Uint32Array(columns.length);
  let fault = 0;

  const read = (bytes: Buffer, start: number, to: number): number => {
    const end = lineEnd(bytes.subarray(0, to), start);
    const stop = end < 0 ? to : contentEnd(bytes, start, end);
    const reached = place(bytes, start, stop);
    fault = reached < 0 || !isBlank(bytes, reached, stop) ? FIELD_COUNT : 0;
    return end < 0 ? to : end;
  };

  /** Finds where each column lies; returns where the last one ends, or -1 in a short line. */
  const place = (bytes: Buffer, start: number, stop: number): number => {
    let at = start;
    let point = 0;
    const walk = (points: number): void => {
      for (; point < points && at < stop; point++) {
        at += 1;
        while (at < stop && goesOn(bytes[at] ?? 0)) at += 1;
      }
    };
    for (const [index, column] of columns.entries()) {
      walk(column.at);
      starts[index] = at;
      walk(column.at + column.length);
      ends[index] = at;
    }
    return point < width ? -1 : at;
  };

  const write = (bytes: Buffer, out: Buffer, from: number): number => {
    let at = from;
    for (let index = 0; index < columns.length; index++) {
      if (index > 0) out[at++] = CELL_SEPARATOR;
      at = writePlain(bytes, starts[index] ?? 0, ends[index] ?? 0, out, at);
    }
    return at;
  };

  return {
    // The fields are as large as declared; a line over the limit is a line of another kind.
    meter: () => ({ pass: () => undefined, widest: () => 0 }),
    read,
    fault: () => fault,
    write,
    cellBytesMax: (rowBytes) => 2 * rowBytes + 3 * columns.length,
  };
};

const isBlank = (bytes: Buffer, from: number, to: number): boolean => {
  for (let at = from; at < to; at++) if (bytes[at] !== BLANK) return false;
  return true;
};
