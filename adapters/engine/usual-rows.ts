import { isUtf8 } from 'node:buffer';
import type { Dataset } from '../../core/dataset.ts';
import { asDeclared } from '../../core/evolution/columns.ts';
import type { Row, Scalar } from '../../core/fields/value.ts';
import { CELL_SEPARATOR, NUMBER_DIGITS } from './cell-text.ts';
import { openUsualLines, type Progress } from './json/usual-lines.ts';
import { cellBytesMax } from './json-cells.ts';
import { jsonScanner } from './json-scanner.ts';
import { type MemoryColumn, openMemory, type PlainMemory } from './plain/memory.ts';
import { type ColumnProgram, programOf } from './plain/program.ts';

/** The rows of some lines, by their places; nothing where a line is not in the usual form. */
export type UsualRows = (lines: readonly Uint8Array[]) => readonly (Row | undefined)[];

/** Longer lines are left: then the memory of a dataset's walk is a few megabytes. */
const LINE_BYTES_MAX = 16_384;
/** Bytes of lines that are read at a time, and the room for them. */
const FILL_BYTES = 1 << 18;
const CHUNK_BYTES = 2 * FILL_BYTES;
const SEPARATOR = String.fromCharCode(CELL_SEPARATOR);

const LF = 0x0a;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * Reads single records as the walk reads files (docs/decisions/0005-plain-rows.md): many at a time,
 * in WebAssembly, and only those in their usual form. A row that it reads has the row engine's
 * values and breaks no rule of a field; rules over several columns are not asked. Undefined for
 * datasets that the walk does not know.
 */
export const openUsualRows = (dataset: Dataset): UsualRows | undefined => {
  const names = Object.keys(dataset.fields);
  const programs = programOf({ ...dataset, rules: [] }, names);
  if (programs === undefined) return undefined;
  const scanner = jsonScanner(names, asDeclared(dataset));
  const usual = openUsualLines(scanner, {
    ...{ chunk: CHUNK_BYTES, rowBytesMax: LINE_BYTES_MAX },
    numberedMax: NUMBER_DIGITS + 2 + cellBytesMax(scanner, LINE_BYTES_MAX),
  });
  const memory = openMemory({
    ...{ programs, separator: SEPARATOR, rowBytesMax: LINE_BYTES_MAX },
    ...{ totalBytes: CHUNK_BYTES, batchBytesMax: usual.out.length },
  });
  const readers = memory.columns.map((column) => readerOf(memory, column));

  /** Finds the usual ones among the lines that fill the chunk up to `to`; returns their bytes. */
  const numbered = (to: number): Buffer => {
    const text = usual.bytes.subarray(0, to);
    const isText = isUtf8(text);
    const progress: Progress = { lines: 0, next: 0, written: 0, row: 1, rowBytes: 0 };
    const isOpen = (): boolean =>
      progress.next < to && progress.lines < usual.ends.length && progress.written < CHUNK_BYTES;
    while (isOpen()) {
      usual.take(progress, to, isText);
      if (!isOpen()) break;
      progress.next = text.indexOf(LF, progress.next) + 1;
      progress.lines += 1;
      progress.row += 1;
    }
    return usual.out.subarray(0, progress.written);
  };

  return (lines) => {
    const rows = new Array<Row | undefined>(lines.length);
    const { bytes } = usual;
    for (let first = 0; first < lines.length; ) {
      // The places of the lines that are in the chunk.
      const places: number[] = [];
      let to = 0;
      for (; first < lines.length && to < FILL_BYTES; first += 1) {
        const line = lines[first];
        if (line === undefined || !isLikely(line)) continue;
        bytes.set(line, to);
        to += line.length;
        bytes[to++] = LF;
        places.push(first);
      }
      walk(memory, numbered(to), (count) => {
        const numbers = new Int32Array(memory.bytes.buffer, memory.numbers, count);
        const next = readers.map((open) => open());
        for (const number of numbers) {
          const place = places[number - 1];
          const row: Record<string, Scalar | null> = {};
          for (const [at, { name }] of programs.entries()) row[name] = next[at]?.() ?? null;
          if (place !== undefined) rows[place] = row;
        }
      });
    }
    return rows;
  };
};

/** An object, as far as its ends tell; all others are left without a look at them. */
const isLikely = (line: Uint8Array): boolean =>
  line.length <= LINE_BYTES_MAX &&
  line[0] === OPEN_OBJECT &&
  line[line.length - 1] === CLOSE_OBJECT &&
  !line.includes(LF);

/** Walks over numbered rows, group by group; `take` reads the rows of a group. */
const walk = (memory: PlainMemory, numbered: Buffer, take: (rows: number) => void): void => {
  const { wasm, bytes, input, rest } = memory;
  const end = input + numbered.copy(bytes, input);
  for (let at = input; at < end; ) {
    memory.clear();
    at = wasm.take(at, end, rest);
    take(wasm.rows.value);
  }
};

/** Reads a column of a group from its first value on, one with each call. */
type ReadColumn = () => () => Scalar | null;

const readerOf = (memory: PlainMemory, column: MemoryColumn): ReadColumn => {
  const { bytes } = memory;
  const { program, data, levels } = column;
  const read = valueReader(program);
  return () => {
    let at = data;
    let row = 0;
    return () => {
      if (program.optional && bytes[levels + row++] === 0) return null;
      const value = read.value(bytes, at);
      at += read.bytes(bytes, at);
      return value;
    };
  };
};

type ValueReader = {
  readonly value: (bytes: Buffer, at: number) => Scalar;
  readonly bytes: (bytes: Buffer, at: number) => number;
};

const textReader: ValueReader = {
  value: (bytes, at) => bytes.toString('utf8', at + 4, at + 4 + bytes.readInt32LE(at)),
  bytes: (bytes, at) => 4 + bytes.readInt32LE(at),
};

const valueReader = ({ kind, values }: ColumnProgram): ValueReader => {
  switch (kind) {
    case 'text':
    case 'email':
      return textReader;
    case 'oneOf':
      return { value: (bytes, at) => values[bytes[at] ?? 0] ?? '', bytes: () => 1 };
    case 'int32':
    case 'date':
      return { value: (bytes, at) => bytes.readInt32LE(at), bytes: () => 4 };
    case 'double':
      return { value: (bytes, at) => bytes.readDoubleLE(at), bytes: () => 8 };
    case 'decimal128':
      return {
        value: (bytes, at) => (bytes.readBigInt64BE(at) << 64n) | bytes.readBigUInt64BE(at + 8),
        bytes: () => 16,
      };
    default:
      return { value: (bytes, at) => bytes.readBigInt64LE(at), bytes: () => 8 };
  }
};
