import { closeSync, openSync, writevSync } from 'node:fs';
import * as thrift from './thrift.ts';

/**
 * The few pages of Parquet that plain rows need, written as they lie in memory: no compression, one
 * page per column and group. https://parquet.apache.org/docs/file-format/
 */
export type Physical =
  | { readonly type: 'int32' | 'int64' | 'double' | 'text' }
  | { readonly type: 'fixed'; readonly bytes: number };

export type Logical =
  | { readonly type: 'none' | 'text' | 'date' | 'instant' }
  | { readonly type: 'decimal'; readonly precision: number; readonly scale: number };

export type ColumnSpec = {
  readonly name: string;
  readonly physical: Physical;
  readonly logical: Logical;
  readonly optional: boolean;
  /** The texts that one-byte positions stand for; undefined when the values are plain. */
  readonly dictionary?: readonly string[];
};

/** One column of a group of rows: the content of its page, see `pageOf…`. */
export type Chunk = {
  readonly content: Uint8Array;
  readonly codec: keyof typeof codecs;
  /** Bytes of the content when it is not compressed. */
  readonly plainBytes: number;
  readonly nulls: number;
  /** Smallest and largest value, as plain bytes; undefined when nobody looked. */
  readonly bounds?: { readonly min: Buffer; readonly max: Buffer } | undefined;
};

export const codecs = { none: 0, lz4: 7 } as const;

const codes = { int32: 1, int64: 2, double: 5, text: 6, fixed: 7 } as const;
const REQUIRED = 0;
const OPTIONAL = 1;
const PLAIN = 0;
const RLE = 3;
const RLE_DICTIONARY = 8;
const DATA_PAGE = 0;
const DICTIONARY_PAGE = 2;
const MAGIC = Buffer.from('PAR1');

const logicalOf = (logical: Logical): thrift.Fields => {
  switch (logical.type) {
    case 'text':
      return [
        [6, thrift.i32(0)],
        [10, thrift.struct([1, thrift.struct()])],
      ];
    case 'date':
      return [
        [6, thrift.i32(6)],
        [10, thrift.struct([6, thrift.struct()])],
      ];
    case 'instant': {
      const micros = thrift.struct([2, thrift.struct()]);
      const timestamp = thrift.struct([1, thrift.boolean(true)], [2, micros]);
      return [
        [6, thrift.i32(10)],
        [10, thrift.struct([8, timestamp])],
      ];
    }
    case 'decimal': {
      const { precision, scale } = logical;
      const decimal = thrift.struct([1, thrift.i32(scale)], [2, thrift.i32(precision)]);
      return [
        [6, thrift.i32(5)],
        [7, thrift.i32(scale)],
        [8, thrift.i32(precision)],
        [10, thrift.struct([5, decimal])],
      ];
    }
    default:
      return [];
  }
};

const schemaElement = (spec: ColumnSpec): thrift.ThriftValue =>
  thrift.struct(
    [1, thrift.i32(codes[spec.physical.type])],
    ...(spec.physical.type === 'fixed' ? ([[2, thrift.i32(spec.physical.bytes)]] as const) : []),
    [3, thrift.i32(spec.optional ? OPTIONAL : REQUIRED)],
    [4, thrift.string(spec.name)],
    ...logicalOf(spec.logical),
  );

const varint = (value: number): number[] =>
  value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];

/** Begins a run of bit-packed values, in groups of eight. */
export const packedRun = (values: number): number[] => varint((Math.ceil(values / 8) << 1) | 1);

/** A page in which every row has the dictionary's only text. */
export const constantPage = (rows: number): Uint8Array =>
  Uint8Array.from([INDEX_BITS, ...varint(rows << 1), 0]);

/** Bits of a position in a dictionary. */
export const INDEX_BITS = 8;

const lengthOf = (bytes: number): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes);
  return length;
};

const pageHeader = (
  type: number,
  plainBytes: number,
  bytes: number,
  ...header: thrift.Fields
): Buffer =>
  thrift.encode(
    [1, thrift.i32(type)],
    [2, thrift.i32(plainBytes)],
    [3, thrift.i32(bytes)],
    ...header,
  );

const sizeOf = (parts: readonly Uint8Array[]): number =>
  parts.reduce((sum, part) => sum + part.length, 0);

const dictionaryPage = (texts: readonly string[]): Buffer[] => {
  const values = texts.flatMap((text) => [lengthOf(Buffer.byteLength(text)), Buffer.from(text)]);
  const header = thrift.struct([1, thrift.i32(texts.length)], [2, thrift.i32(PLAIN)]);
  const bytes = sizeOf(values);
  return [pageHeader(DICTIONARY_PAGE, bytes, bytes, [7, header]), ...values];
};

const dataPage = (spec: ColumnSpec, rows: number, chunk: Chunk): Uint8Array[] => {
  const header = thrift.struct(
    [1, thrift.i32(rows)],
    [2, thrift.i32(spec.dictionary === undefined ? PLAIN : RLE_DICTIONARY)],
    [3, thrift.i32(RLE)],
    [4, thrift.i32(RLE)],
  );
  const { content, plainBytes } = chunk;
  return [pageHeader(DATA_PAGE, plainBytes, content.length, [5, header]), content];
};

/** Ids 1 and 2 are an older way to say 5 and 6. */
const statisticsOf = ({ nulls, bounds }: Chunk): thrift.ThriftValue =>
  thrift.struct(
    [3, thrift.i64(nulls)],
    ...(bounds === undefined
      ? []
      : ([
          [5, thrift.bytes(bounds.max)],
          [6, thrift.bytes(bounds.min)],
        ] as const)),
  );

/** Writes groups of rows, one behind the other. */
export const openParquet = (path: string, specs: readonly ColumnSpec[]) => {
  const fd = openSync(path, 'wx');
  let at = 0;
  let rowsWritten = 0;
  const groups: thrift.ThriftValue[] = [];
  const put = (parts: readonly Uint8Array[]): number => {
    const bytes = sizeOf(parts);
    let written = writevSync(fd, [...parts]);
    // The kernel takes a part of it only when the disk is full or the call was interrupted.
    while (written < bytes) {
      written += writevSync(fd, [Buffer.concat(parts).subarray(written)]);
    }
    at += bytes;
    return bytes;
  };
  put([MAGIC]);
  const writeColumn = (spec: ColumnSpec, rows: number, chunk: Chunk): thrift.ThriftValue => {
    const start = at;
    if (spec.dictionary !== undefined) put(dictionaryPage(spec.dictionary));
    const data = at;
    put(dataPage(spec, rows, chunk));
    const encodings = spec.dictionary === undefined ? [PLAIN, RLE] : [PLAIN, RLE, RLE_DICTIONARY];
    const metadata = thrift.struct(
      [1, thrift.i32(codes[spec.physical.type])],
      [2, thrift.list(encodings.map(thrift.i32))],
      [3, thrift.list([thrift.string(spec.name)])],
      [4, thrift.i32(codecs[chunk.codec])],
      [5, thrift.i64(rows)],
      [6, thrift.i64(at - start + chunk.plainBytes - chunk.content.length)],
      [7, thrift.i64(at - start)],
      [9, thrift.i64(data)],
      ...(data === start ? [] : ([[11, thrift.i64(start)]] as const)),
      [12, statisticsOf(chunk)],
    );
    return thrift.struct([2, thrift.i64(start)], [3, metadata]);
  };
  return {
    /** Asks for each column's page in their order; it is written before the next is asked for. */
    writeGroup: (rows: number, chunkOf: (index: number) => Chunk): void => {
      const start = at;
      const columns = specs.map((spec, index) => writeColumn(spec, rows, chunkOf(index)));
      groups.push(
        thrift.struct(
          [1, thrift.list(columns)],
          [2, thrift.i64(at - start)],
          [3, thrift.i64(rows)],
        ),
      );
      rowsWritten += rows;
    },
    close: (): void => {
      const root = thrift.struct([4, thrift.string('headgate')], [5, thrift.i32(specs.length)]);
      const footer = thrift.encode(
        [1, thrift.i32(1)],
        [2, thrift.list([root, ...specs.map(schemaElement)])],
        [3, thrift.i64(rowsWritten)],
        [4, thrift.list(groups)],
        [6, thrift.string('headgate')],
      );
      put([footer, lengthOf(footer.length), MAGIC]);
      closeSync(fd);
    },
  };
};
export type ParquetFile = ReturnType<typeof openParquet>;
