import { Buffer } from 'node:buffer';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import {
  type AvroCursor,
  damaged,
  readCount,
  readLong,
  readSized,
} from '../../../core/avro/cursor.ts';
import { parseSchema } from '../../../core/avro/schema.ts';
import { readerOf } from '../../../core/avro/values.ts';
import { Refused } from '../../../core/errors.ts';
import { limits } from '../../../core/limits.ts';
import { codecOf } from './avro-codec.ts';
import { boundColumns } from './columns.ts';
import { type LinesRequest, type LineWriter, type PreparedLines, writeLines } from './lines.ts';

const MAGIC = Buffer.from('Obj\x01', 'latin1');
const SYNC_BYTES = 16;
/** Two longs of ten bytes stand before a block. */
const BLOCK_HEAD_BYTES = 20;
const FIRST_LOOK_BYTES = 1 << 16;

type Header = {
  readonly schema: string;
  readonly codec: string;
  readonly sync: Buffer;
  /** Where the first block begins. */
  readonly end: number;
};

/**
 * An Avro container file as lines, one block in memory at a time. Values keep every digit; dates,
 * times and decimals become the texts that fields read, bytes become base64, a union its value.
 */
export const avroRows = async (request: LinesRequest): Promise<PreparedLines> => {
  const fd = openSync(request.path, 'r');
  try {
    return await writeLines(request, (writer) => {
      const header = readHeader(fd);
      const schema = parseSchema(header.schema);
      if (schema.kind !== 'record') {
        throw new Refused(
          'E_SCHEMA',
          `the Avro rows are of type ${schema.kind}; allowed is record`,
        );
      }
      const columns = boundColumns(
        schema.fields.map(({ name }) => name),
        request,
      );
      const fields = schema.fields.map(({ type }, at) => ({ name: columns[at] ?? '', type }));
      const read = readerOf({ kind: 'record', fields });
      const decompress = codecOf(header.codec);
      for (const block of blocks(fd, header)) {
        readBlock({ bytes: decompress(block.bytes), at: 0 }, block.rows, read, writer);
      }
    });
  } finally {
    closeSync(fd);
  }
};

const readBlock = (
  cursor: AvroCursor,
  rows: number,
  read: (cursor: AvroCursor, depth: number) => string,
  writer: LineWriter,
): void => {
  for (let left = rows; left > 0; left--) {
    writer.text(read(cursor, 0), 'latin1');
    writer.endRow();
  }
  if (cursor.at !== cursor.bytes.length) throw damaged('has a block with bytes behind its rows');
};

/** So many bytes of the file; fewer only where it ends. */
const readAt = (fd: number, at: number, count: number): Buffer => {
  const bytes = Buffer.alloc(count);
  let have = 0;
  for (let got = -1; got !== 0 && have < count; have += got) {
    got = readSync(fd, bytes, have, count - have, at + have);
  }
  return bytes.subarray(0, have);
};

/** The header has no length of its own: a look that ends inside it is taken again, larger. */
const readHeader = (fd: number): Header => {
  const { size } = fstatSync(fd);
  for (let look = FIRST_LOOK_BYTES; ; look *= 4) {
    const bytes = readAt(fd, 0, look);
    if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) {
      throw damaged('does not begin with the mark of a container file');
    }
    const last = look >= Math.min(size, limits.avroHeaderBytesMax);
    const found = last ? headerIn(bytes) : headerInside(bytes);
    if (found !== undefined) return found;
  }
};

/** The header, unless the bytes end in it. */
const headerInside = (bytes: Buffer): Header | undefined => {
  try {
    return headerIn(bytes);
  } catch (error) {
    if (error instanceof Refused) return undefined;
    throw error;
  }
};

const headerIn = (bytes: Buffer): Header => {
  const cursor = { bytes, at: MAGIC.length };
  const found = new Map<string, string>();
  for (let count = readCount(cursor); count !== 0; count = readCount(cursor)) {
    if (count < 0) readLong(cursor);
    for (let left = Math.abs(count); left > 0; left--) {
      const key = textIn(cursor);
      found.set(key, textIn(cursor));
    }
  }
  const sync = cursor.bytes.subarray(cursor.at, cursor.at + SYNC_BYTES);
  const schema = found.get('avro.schema');
  if (sync.length < SYNC_BYTES) throw damaged('ends in its header');
  if (schema === undefined) throw damaged('has no schema');
  return { schema, codec: found.get('avro.codec') ?? 'null', sync, end: cursor.at + SYNC_BYTES };
};

const textIn = (cursor: AvroCursor): string => {
  const { from, to } = readSized(cursor);
  return cursor.bytes.toString('utf8', from, to);
};

function* blocks(fd: number, { sync, end }: Header): Generator<{ rows: number; bytes: Buffer }> {
  const { size } = fstatSync(fd);
  for (let at = end; at < size; ) {
    const head = { bytes: readAt(fd, at, BLOCK_HEAD_BYTES), at: 0 };
    const rows = readCount(head);
    const length = readCount(head);
    const from = at + head.at;
    if (rows < 0 || length < 0) throw damaged(`has a wrong block at byte ${at}`);
    if (from + length + SYNC_BYTES > size) throw damaged(`is cut off in the block at byte ${at}`);
    if (length > limits.avroBlockBytesMax) {
      const allowed = `${limits.avroBlockBytesMax} are allowed`;
      throw new Refused('E_SIZE', `the Avro block at byte ${at} has ${length} bytes; ${allowed}`);
    }
    const bytes = readAt(fd, from, length + SYNC_BYTES);
    if (!bytes.subarray(length).equals(sync)) {
      throw damaged(`has no mark behind the block at byte ${at}`);
    }
    yield { rows, bytes: bytes.subarray(0, length) };
    at = from + length + SYNC_BYTES;
  }
}
