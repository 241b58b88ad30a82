import { Buffer, isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import type { RowCode } from '../../../core/codes.ts';
import type { Dataset } from '../../../core/dataset.ts';
import { openEnvelope } from '../../../core/stream/envelope.ts';
import { readStreamLine, type StreamRecord } from '../../../core/stream/line.ts';
import type { Opened } from '../../../core/stream/opened.ts';
import { keepsAnyControls } from '../../../core/validate/characters.ts';
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
  const opened = read.kind === 'record' ? openedIn(dataset, read.record) : read;
  if (opened.kind === 'tombstone') {
    writer.padTo(writer.position() + 1);
    return;
  }
  const payload = read.kind === 'record' ? read.record.payload : line;
  put(writer, opened.kind === 'row' ? opened.line : marked(opened.code, payload));
  writer.endRow();
};

const openedIn = (dataset: Dataset, record: StreamRecord): Opened =>
  openEnvelope(dataset.stream?.envelope ?? 'json', record, keepsAnyControls(dataset));

const put = (writer: LineWriter, bytes: Uint8Array): void =>
  writer.bytes(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), 0, bytes.length);

/** The reason, then the bytes; as base64 where they are no text of one line. */
const marked = (code: RowCode, payload: Uint8Array): Uint8Array => {
  const isLine = isUtf8(payload) && !payload.includes(LF) && !payload.includes(CR);
  const text = isLine ? payload : Buffer.from(Buffer.from(payload).toString('base64'));
  return Buffer.concat([markOf(code), text]);
};
