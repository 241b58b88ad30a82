import { openLayout } from '../wasm-layout.ts';
import { plainWasm } from './plain-wasm.ts';
import { type ColumnProgram, flags, kinds } from './program.ts';

/** Most rows of a group: what the next reader holds at a time. */
const GROUP_ROWS = 20_480;
/** A text column's bytes in a group; the row that reaches it may go beyond. */
const COLUMN_BYTES = 1 << 20;
/** Before the values of a page stand a bit per row, its length, and the headers of both. */
const HEADERS_BYTES = 32;
/** A oneOf's page is filled up to whole groups of eight. */
const PADDING_BYTES = 8;
/** The length in front of a text, as Parquet has it. */
const LENGTH_BYTES = 4;
const HASHES_BYTES = 4 << 13;

// The struct of a column, as plain.as.ts has it.
const STRUCT = 64;
const [AT_DATA, LEVELS, TABLE, DATA, MIN, MAX] = [16, 24, 28, 36, 40, 48];

type Exports = {
  readonly memory: WebAssembly.Memory;
  setup(
    structs: number,
    columns: number,
    separator: number,
    numbers: number,
    groupRows: number,
    columnBytes: number,
    hashes: number,
  ): void;
  clear(): void;
  take(from: number, to: number, rest: number): number;
  missing(column: number): number;
  packLevels(column: number, out: number): number;
  compress(from: number, to: number, out: number): number;
  bounds32(from: number, to: number): void;
  bounds64(from: number, to: number): void;
  boundsOfDoubles(from: number, to: number): void;
  boundsOfTexts(from: number, to: number): void;
  readonly low: { readonly value: bigint };
  readonly high: { readonly value: bigint };
  readonly rows: { readonly value: number };
  readonly restEnd: { readonly value: number };
};

export type MemoryOptions = {
  readonly programs: readonly ColumnProgram[];
  readonly separator: string;
  readonly rowBytesMax: number;
  /** Of the whole file: a small one needs little room. */
  readonly totalBytes: number;
  /** Most bytes of numbered rows that are handed in at a time. */
  readonly batchBytesMax: number;
};

const compiled = new WebAssembly.Module(Buffer.from(plainWasm, 'base64'));

const widths: Readonly<Record<ColumnProgram['kind'], number>> = {
  text: 0,
  email: 0,
  int32: 4,
  int64: 8,
  decimal64: 8,
  decimal128: 16,
  oneOf: 1,
  instant: 8,
  date: 4,
  double: 8,
};

const WIDEST = Math.max(...Object.values(widths));

const tableBytes = (values: readonly string[]): number =>
  values.reduce((sum, value) => sum + 16 + Buffer.byteLength(value), 8);

/** The module with its memory laid out for a dataset's columns. */
export const openMemory = (options: MemoryOptions) => {
  const { programs, separator, totalBytes, batchBytesMax } = options;
  // A row has a byte per column at least.
  const rowsMax = Math.ceil(totalBytes / programs.length) + 8;
  const groupRows = Math.min(GROUP_ROWS, rowsMax & ~7);
  const prefixBytes = groupRows / 8 + HEADERS_BYTES;
  // What plain.as.ts exports; it is built with this file, so it needs no parsing.
  const wasm = new WebAssembly.Instance(compiled).exports as Exports;
  const layout = openLayout();
  const structs = layout.take(STRUCT * programs.length);
  const hashes = layout.take(HASHES_BYTES);
  const numbers = layout.take(4 * groupRows);
  const input = layout.take(batchBytesMax);
  const rest = layout.take(batchBytesMax);
  const columnBytes = Math.min(COLUMN_BYTES, totalBytes);
  const rowBytesMax = Math.min(options.rowBytesMax, totalBytes);
  const textBytes = columnBytes + rowBytesMax + LENGTH_BYTES;
  const pageBytes = prefixBytes + Math.max(textBytes, WIDEST * groupRows + PADDING_BYTES);
  // Bytes that do not repeat grow by one in 255.
  const squeezed = layout.take(pageBytes + (pageBytes >> 7));
  const columns = programs.map((program, index) => {
    const bytes = widths[program.kind] * groupRows + PADDING_BYTES;
    const prefixed = layout.take(
      prefixBytes +
        (program.physical.type === 'text' && program.kind !== 'oneOf' ? textBytes : bytes),
    );
    return {
      program,
      struct: structs + STRUCT * index,
      data: prefixed + prefixBytes,
      levels: layout.take(groupRows),
      table: layout.take(tableBytes(program.values)),
    };
  });
  const bytes = layout.grow(wasm.memory);
  for (const column of columns) writeStruct(bytes, column);
  wasm.setup(
    structs,
    programs.length,
    separator.charCodeAt(0),
    numbers,
    groupRows,
    columnBytes,
    hashes,
  );
  return {
    wasm,
    bytes,
    input,
    rest,
    numbers,
    squeezed,
    columns,
    /** Begins a group of rows. */
    clear: (): void => {
      for (const { struct, data } of columns) bytes.writeInt32LE(data, struct + AT_DATA);
      wasm.clear();
    },
    /** Where a column's values end, and how many rows of the group have none. */
    endOf: ({ struct }: MemoryColumn): number => bytes.readInt32LE(struct + AT_DATA),
    nullsOf: (index: number): number => wasm.missing(index),
  };
};
export type PlainMemory = ReturnType<typeof openMemory>;

export type MemoryColumn = {
  readonly program: ColumnProgram;
  readonly struct: number;
  readonly data: number;
  readonly levels: number;
  readonly table: number;
};

const writeStruct = (bytes: Buffer, { program, struct, data, levels, table }: MemoryColumn) => {
  const casing = program.casing === undefined ? 0 : flags[program.casing];
  const words = [
    kinds[program.kind],
    (program.optional ? flags.optional : 0) |
      (program.key ? flags.key : 0) |
      (program.empty ? flags.empty : 0) |
      casing,
    program.a,
    program.b,
  ];
  for (const [index, word] of words.entries()) bytes.writeInt32LE(word, struct + 4 * index);
  bytes.writeInt32LE(levels, struct + LEVELS);
  bytes.writeInt32LE(table, struct + TABLE);
  bytes.writeInt32LE(data, struct + DATA);
  bytes.writeBigInt64LE(program.min, struct + MIN);
  bytes.writeBigInt64LE(program.max, struct + MAX);
  writeTable(bytes, table, program.values);
};

/** The number of texts, then each one's length and bytes, all on eights. */
const writeTable = (bytes: Buffer, table: number, values: readonly string[]): void => {
  bytes.writeInt32LE(values.length, table);
  let at = table + 8;
  for (const value of values) {
    const length = bytes.write(value, at + 8);
    bytes.writeInt32LE(length, at);
    at += 8 + ((length + 7) & ~7);
  }
};
