import { Readable } from 'node:stream';
import { createZstdDecompress, zstdDecompressSync } from 'node:zlib';
import { Refused } from '../../core/errors.ts';

const FRAME = 0xfd2fb528;
/** Frames that hold notes of a program and no data: 16 marks, alike but for their last digit. */
const SKIPPABLE = 0x184d2a5;
const MAGIC_BYTES = 4;
const BLOCK_HEADER_BYTES = 3;
const CHECKSUM_BYTES = 4;
/** Blocks: stored as they are, one byte repeated, compressed; the fourth is reserved. */
const REPEATED = 1;
const RESERVED = 3;

/**
 * Decompresses all frames of a zstd file, as the format asks for. Node stops behind the first, so
 * the ends of the frames are found here, by their headers alone.
 */
export async function* unzstd(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = byteReader(source);
  for (let frames = 0; ; frames++) {
    const magic = await reader.peek(MAGIC_BYTES);
    if (magic.length === 0) return;
    const mark = magic.length === MAGIC_BYTES ? magic.readUInt32LE() : 0;
    if (mark === FRAME) yield* decompressed(frameOf(reader));
    else if (mark >>> 4 === SKIPPABLE) await skipFrame(reader);
    else throw new Refused('E_CORRUPT', `what follows ${frames} zstd frames is none`);
  }
}

/** Frames up to here are decompressed in one call: a stream of its own costs much more. */
const smallFrameBytes = 1 << 16;
const smallPlainBytes = 1 << 20;

async function* decompressed(frame: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  const held: Uint8Array[] = [];
  let bytes = 0;
  let isWhole = false;
  while (bytes <= smallFrameBytes && !isWhole) {
    const next = await frame.next();
    isWhole = next.done === true;
    if (next.done === true) break;
    held.push(next.value);
    bytes += next.value.length;
  }
  const plain = isWhole ? small(Buffer.concat(held)) : undefined;
  if (plain === undefined) yield* streamed(chained(held, frame));
  else yield plain;
}

async function* chained(
  held: readonly Uint8Array[],
  rest: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield* held;
  yield* rest;
}

/** Undefined: it grows too large to be held. */
const small = (frame: Buffer): Buffer | undefined => {
  try {
    return zstdDecompressSync(frame, { maxOutputLength: smallPlainBytes });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
};

async function* streamed(frame: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const decompress = createZstdDecompress();
  Readable.from(frame)
    .on('error', (error) => decompress.destroy(error))
    .pipe(decompress);
  yield* decompress;
}

type ByteReader = ReturnType<typeof byteReader>;

/** Bytes of a source by count, whatever the chunks that it comes in. */
const byteReader = (source: AsyncIterable<Uint8Array>) => {
  const chunks = source[Symbol.asyncIterator]();
  let held = Buffer.alloc(0);
  /** So many bytes, or those that are left. */
  const peek = async (bytes: number): Promise<Buffer> => {
    while (held.length < bytes) {
      const next = await chunks.next();
      if (next.done === true) break;
      held = Buffer.concat([held, next.value]);
    }
    return held.subarray(0, bytes);
  };
  const take = async (bytes: number): Promise<Buffer> => {
    const taken = await peek(bytes);
    if (taken.length < bytes) throw new Refused('E_CORRUPT', 'the zstd data is cut off');
    held = held.subarray(bytes);
    return taken;
  };
  /** The same in pieces, for counts that need not fit into memory. */
  async function* pieces(bytes: number): AsyncGenerator<Buffer> {
    for (let left = bytes; left > 0; ) {
      await peek(1);
      const piece = await take(Math.min(left, Math.max(held.length, 1)));
      left -= piece.length;
      yield piece;
    }
  }
  return { peek, take, pieces };
};

const skipFrame = async (reader: ByteReader): Promise<void> => {
  await reader.take(MAGIC_BYTES);
  const size = (await reader.take(4)).readUInt32LE();
  for await (const piece of reader.pieces(size)) void piece;
};

/** The bytes of one frame, from its magic to its checksum. */
async function* frameOf(reader: ByteReader): AsyncGenerator<Buffer> {
  const beginning = await reader.take(MAGIC_BYTES + 1);
  yield beginning;
  const descriptor = beginning[MAGIC_BYTES] ?? 0;
  yield await reader.take(headerBytes(descriptor));
  for (let last = false; !last; ) {
    const header = await reader.take(BLOCK_HEADER_BYTES);
    yield header;
    const block = header.readUIntLE(0, BLOCK_HEADER_BYTES);
    const type = (block >> 1) & 3;
    if (type === RESERVED) throw new Refused('E_CORRUPT', 'the zstd data is damaged');
    yield* reader.pieces(type === REPEATED ? 1 : block >> 3);
    last = (block & 1) === 1;
  }
  if ((descriptor & 4) !== 0) yield await reader.take(CHECKSUM_BYTES);
}

/** What stands between a frame's descriptor and its first block: window, dictionary and size. */
const headerBytes = (descriptor: number): number => {
  const single = (descriptor >> 5) & 1;
  const dictionary = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const size = [single, 2, 4, 8][descriptor >> 6] ?? 0;
  return 1 - single + dictionary + size;
};
