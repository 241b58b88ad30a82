import { Buffer, isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import type { RowCode } from '../../../core/codes.ts';
import type { Dataset } from '../../../core/dataset.ts';
import { readStreamLine } from '../../../core/stream/line.ts';
import { openRecord } from '../../../core/stream/open.ts';
import { isBinary } from '../../../core/stream/options.ts';
import { markOf } from '../faults.ts';
import { type LinesRequest, type LineWriter, type PreparedLines, writeLines } from './lines.ts';

const LF = 0x0a;
const CR = 0x0d;

/**
 * A landing object of a stream as rows: each record keeps its number. One without a row because of
 * its envelope is marked with the reason, in front of the bytes that it was opened from; a word
 * about a row, such as a tombstone, is an empty line.
 */
export const streamRows = async (request: LinesRequest): Promise<PreparedLines> => {
  const { path, dataset } = request;
  const bytes = readFileSync(path);
  return await writeLines(request, (writer) => {
    for (let start = 0; start < bytes.length; ) {
      const found = bytes.indexOf(LF, start);
      const end = found === -1 ? bytes.length : found;
      writeRow(writer, dataset, bytes.subarray(start, end));
      start = end + 1;
    }
  });
};

const writeRow = (writer: LineWriter, dataset: Dataset, line: Uint8Array): void => {
  const read = readStreamLine(line);
  const opened = read.kind === 'record' ? openRecord(dataset, read.record) : read;
  if (opened.kind === 'tombstone') {
    writer.padTo(writer.position() + 1);
    return;
  }
  const payload = read.kind === 'record' ? read.record.payload : line;
  const isText = read.kind !== 'record' || !isBinary(dataset.stream);
  put(writer, opened.kind === 'row' ? opened.line : marked(opened.code, payload, isText));
  writer.endRow();
};

const put = (writer: LineWriter, bytes: Uint8Array): void =>
  writer.bytes(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), 0, bytes.length);

/** The reason, then the bytes; as base64 where they are no text, or none of one line. */
const marked = (code: RowCode, payload: Uint8Array, isText: boolean): Uint8Array => {
  const isLine = isText && isUtf8(payload) && !payload.includes(LF) && !payload.includes(CR);
  const text = isLine ? payload : Buffer.from(Buffer.from(payload).toString('base64'));
  return Buffer.concat([markOf(code), text]);
};
