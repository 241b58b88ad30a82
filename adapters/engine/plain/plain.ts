import { type RowSet, rowBits } from '../row-set.ts';
import { type MemoryColumn, type MemoryOptions, openMemory, type PlainMemory } from './memory.ts';
import {
  type Chunk,
  type ColumnSpec,
  constantPage,
  INDEX_BITS,
  openParquet,
  packedRun,
} from './parquet-file.ts';
import type { ColumnProgram } from './program.ts';

export type PlainOptions = Omit<MemoryOptions, 'batchBytesMax'> & {
  /** The Parquet file to write. */
  readonly path: string;
  readonly fileId: string;
  readonly runId: string;
};

/** What became of the rows that were handed in. */
export type PlainRows = {
  readonly rows: RowSet;
  /** Rows without a value, per field. */
  readonly nulls: ReadonlyMap<string, number>;
};

/** Most room for a batch of numbered rows at first; a larger one makes more. */
const BATCH_BYTES = 2 << 20;
/** Behind their numbers, rows of a byte are so many times longer. */
const NUMBERED = 12;
/** Less gain is not worth the reader's time. */
const WORTH = 0.85;
/** A column that was not worth it is tried again after so many groups. */
const GROUPS_UNTRIED = 16;

const specOf = (program: ColumnProgram): ColumnSpec => ({
  name: program.name,
  physical: program.physical,
  logical: program.logical,
  optional: program.optional,
  ...(program.kind === 'oneOf' ? { dictionary: program.values } : {}),
});

const constant = (name: string, text: string): ColumnSpec => ({
  name,
  physical: { type: 'text' },
  logical: { type: 'text' },
  optional: false,
  dictionary: [text],
});

/**
 * Types the rows that are in the usual form straight into a Parquet file, with the columns that the
 * set engine writes too: the fields, `_file`, `_row` and `_run`.
 */
export const openPlain = (options: PlainOptions) => {
  const { programs, fileId, runId } = options;
  let batchBytesMax = Math.min(BATCH_BYTES, NUMBERED * options.totalBytes);
  let memory = openMemory({ ...options, batchBytesMax });
  const file = openParquet(options.path, [
    ...programs.map(specOf),
    constant('_file', fileId),
    { name: '_row', physical: { type: 'int32' }, logical: { type: 'none' }, optional: false },
    constant('_run', runId),
  ]);
  const squeeze = squeezer();
  const rows = rowBits();
  const nulls = new Map(programs.map(({ name }) => [name, 0]));
  const flush = (): void => {
    const count = memory.wasm.rows.value;
    if (count === 0) return;
    for (const row of new Int32Array(memory.bytes.buffer, memory.numbers, count)) rows.add(row);
    for (const [index, { program }] of memory.columns.entries()) {
      nulls.set(program.name, (nulls.get(program.name) ?? 0) + memory.nullsOf(index));
    }
    file.writeGroup(count, (index) => chunkOf(memory, squeeze, index, count));
    memory.clear();
  };
  memory.clear();
  return {
    /** Takes numbered rows; returns those that are left for the set engine, until the next call. */
    take: (numbered: Buffer): Buffer => {
      if (numbered.length > batchBytesMax) {
        flush();
        batchBytesMax = 2 * numbered.length;
        memory = openMemory({ ...options, batchBytesMax });
        memory.clear();
      }
      const { wasm, bytes, input, rest } = memory;
      const end = input + numbered.copy(bytes, input);
      let out = rest;
      for (let at = input; at < end; ) {
        at = wasm.take(at, end, out);
        out = wasm.restEnd.value;
        if (at < end) flush();
      }
      return bytes.subarray(rest, out);
    },
    /** Ends the file. */
    end: (): PlainRows => {
      flush();
      file.close();
      return { rows: rows.end(), nulls };
    },
  };
};

/** Longer texts are no bounds: they would be most of the footer. */
const BOUND_BYTES_MAX = 256;

const chunkOf = (memory: PlainMemory, squeeze: Squeeze, index: number, rows: number): Chunk => {
  const column = memory.columns[index];
  if (column !== undefined) return columnChunk(memory, squeeze, column, index, rows);
  if (index === memory.columns.length + 1) {
    const [start, end] = [memory.numbers, memory.numbers + 4 * rows];
    const page = squeeze(memory, index, start, end);
    return { ...page, nulls: 0, bounds: bounds32(memory, start, end) };
  }
  const content = constantPage(rows);
  return { content, codec: 'none', plainBytes: content.length, nulls: 0 };
};

/** A page is laid out in place: the headers are written backwards from the values. */
const columnChunk = (
  memory: PlainMemory,
  squeeze: Squeeze,
  column: MemoryColumn,
  index: number,
  rows: number,
): Chunk => {
  const { bytes, wasm } = memory;
  const { program, data } = column;
  const nulls = memory.nullsOf(index);
  let end = memory.endOf(column);
  let start = data;
  const bounds = nulls === rows ? undefined : boundsOf(memory, program, start, end);
  if (program.kind === 'oneOf') {
    const run = [INDEX_BITS, ...packedRun(end - data)];
    start -= run.length;
    bytes.set(run, start);
    // What is behind the last value is not read.
    end = data + (((end - data + 7) >> 3) << 3);
  }
  if (program.optional) {
    const run = packedRun(rows);
    const levelBytes = run.length + Math.ceil(rows / 8);
    start -= levelBytes;
    bytes.set(run, start);
    wasm.packLevels(index, start + run.length);
    start -= 4;
    bytes.writeInt32LE(levelBytes, start);
  }
  // The page of a dictionary would have to be compressed too, for nothing.
  const isDone = program.kind === 'oneOf';
  const page = isDone ? asIs(memory, start, end) : squeeze(memory, index, start, end);
  return { ...page, nulls, bounds };
};

const boundsOf = (
  memory: PlainMemory,
  { kind, physical, values }: ColumnProgram,
  start: number,
  end: number,
): Chunk['bounds'] => {
  if (kind === 'oneOf') {
    const seen = new Uint8Array(values.length);
    for (let at = start; at < end; at++) seen[memory.bytes[at] ?? 0] = 1;
    const used = values.filter((_, at) => seen[at] === 1).map((text) => Buffer.from(text));
    return shortBounds(used.sort(Buffer.compare));
  }
  switch (physical.type) {
    case 'int32':
      return bounds32(memory, start, end);
    case 'int64':
      memory.wasm.bounds64(start, end);
      return boundsOf8(memory);
    case 'double':
      memory.wasm.boundsOfDoubles(start, end);
      return boundsOf8(memory);
    case 'text':
      return boundsOfTexts(memory, start, end);
    default:
      return undefined;
  }
};

const bounds32 = ({ wasm }: PlainMemory, start: number, end: number): Chunk['bounds'] => {
  wasm.bounds32(start, end);
  const [min, max] = [Buffer.alloc(4), Buffer.alloc(4)];
  min.writeInt32LE(Number(wasm.low.value));
  max.writeInt32LE(Number(wasm.high.value));
  return { min, max };
};

/** Of values of eight bytes, which were looked for last. */
const boundsOf8 = ({ wasm }: PlainMemory): Chunk['bounds'] => {
  const [min, max] = [Buffer.alloc(8), Buffer.alloc(8)];
  min.writeBigInt64LE(wasm.low.value);
  max.writeBigInt64LE(wasm.high.value);
  return { min, max };
};

const boundsOfTexts = ({ wasm, bytes }: PlainMemory, start: number, end: number) => {
  wasm.boundsOfTexts(start, end);
  const textAt = (at: number): Buffer =>
    Buffer.from(bytes.subarray(at + 4, at + 4 + bytes.readInt32LE(at)));
  return shortBounds([textAt(Number(wasm.low.value)), textAt(Number(wasm.high.value))]);
};

/** The first and the last of sorted values, unless they are too long. */
const shortBounds = (sorted: readonly Buffer[]): Chunk['bounds'] => {
  const [min, max] = [sorted[0], sorted.at(-1)];
  if (min === undefined || max === undefined) return undefined;
  return Math.max(min.length, max.length) > BOUND_BYTES_MAX ? undefined : { min, max };
};

type Page = Pick<Chunk, 'content' | 'codec' | 'plainBytes'>;
type Squeeze = (memory: PlainMemory, index: number, start: number, end: number) => Page;

const asIs = ({ bytes }: PlainMemory, start: number, end: number): Page => ({
  content: bytes.subarray(start, end),
  codec: 'none',
  plainBytes: end - start,
});

/** Compresses the pages of columns for which it is worth the time: numbers hardly ever repeat. */
const squeezer = (): Squeeze => {
  const untried = new Map<number, number>();
  return (memory, index, start, end) => {
    const left = untried.get(index) ?? 0;
    if (left > 0) {
      untried.set(index, left - 1);
      return asIs(memory, start, end);
    }
    const { bytes, wasm, squeezed } = memory;
    const plainBytes = end - start;
    const to = wasm.compress(start, end, squeezed);
    if (to - squeezed <= plainBytes * WORTH) {
      return { content: bytes.subarray(squeezed, to), codec: 'lz4', plainBytes };
    }
    untried.set(index, GROUPS_UNTRIED);
    return asIs(memory, start, end);
  };
};
