import { open } from 'node:fs/promises';

/** What an encrypted Parquet file begins with, instead of PAR1. */
const ENCRYPTED = 'PARE';
/** The footer's length and the magic behind it. */
const TAIL_BYTES = 8;
/** A longer footer is not looked into. */
const FOOTER_BYTES_MAX = 64 * 1024 * 1024;
/** Number of `encryption_algorithm` among the fields of Parquet's FileMetaData. */
const ENCRYPTION_ALGORITHM = 8;

/**
 * Whether a Parquet file says that it is encrypted: by its first bytes, or, where the footer was
 * left plain, in there. DuckDB tells neither from a damaged file.
 */
export const isEncrypted = async (path: string): Promise<boolean> => {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const take = async (from: number, bytes: number): Promise<Buffer> => {
      const buffer = Buffer.alloc(bytes);
      const { bytesRead } = await file.read(buffer, 0, bytes, Math.max(from, 0));
      return buffer.subarray(0, bytesRead);
    };
    const head = await take(0, ENCRYPTED.length);
    if (head.toString('latin1') === ENCRYPTED) return true;
    const tail = await take(size - TAIL_BYTES, TAIL_BYTES);
    const length = tail.length < TAIL_BYTES ? 0 : tail.readUInt32LE(0);
    if (length === 0 || length > Math.min(FOOTER_BYTES_MAX, size - TAIL_BYTES)) return false;
    return hasField(await take(size - TAIL_BYTES - length, length), ENCRYPTION_ALGORITHM);
  } finally {
    await file.close();
  }
};

type Thrift = { readonly bytes: Buffer; at: number };

/** Whether a struct in Thrift's compact protocol has a field; a damaged one has none. */
const hasField = (bytes: Buffer, wanted: number): boolean => {
  const thrift = { bytes, at: 0 };
  let id = 0;
  while (thrift.at < bytes.length) {
    const header = byteOf(thrift);
    if (header === 0) return false;
    id = header >> 4 === 0 ? zigzag(varint(thrift)) : id + (header >> 4);
    if (id === wanted) return true;
    skip(thrift, header & 15, false, 0);
  }
  return false;
};

const byteOf = (thrift: Thrift): number => thrift.bytes[thrift.at++] ?? 0;

const zigzag = (number: number): number => (number >>> 1) ^ -(number & 1);

/** Lengths and small numbers only; of longer ones the end is found all the same. */
const varint = (thrift: Thrift): number => {
  let number = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = byteOf(thrift);
    if (shift < 28) number |= (byte & 127) << shift;
    if (byte < 128) return number;
  }
};

const DEPTH_MAX = 32;

/** Passes one value; a boolean has a byte of its own in a list only. */
const skip = (thrift: Thrift, type: number, inList: boolean, depth: number): void => {
  if (depth > DEPTH_MAX || thrift.at >= thrift.bytes.length) {
    thrift.at = thrift.bytes.length;
    return;
  }
  switch (type) {
    case 1:
    case 2:
      thrift.at += inList ? 1 : 0;
      return;
    case 3:
      thrift.at += 1;
      return;
    case 4:
    case 5:
    case 6:
      varint(thrift);
      return;
    case 7:
      thrift.at += 8;
      return;
    case 8:
      skipBytes(thrift);
      return;
    case 9:
    case 10:
      skipList(thrift, depth);
      return;
    case 12:
      skipStruct(thrift, depth);
      return;
    default:
      // Parquet's footer has no maps, and no other types are known.
      thrift.at = thrift.bytes.length;
  }
};

const skipBytes = (thrift: Thrift): void => {
  const bytes = varint(thrift);
  thrift.at += bytes;
};

const skipList = (thrift: Thrift, depth: number): void => {
  const header = byteOf(thrift);
  const items = header >> 4 === 15 ? varint(thrift) : header >> 4;
  for (let item = 0; item < items && thrift.at < thrift.bytes.length; item++) {
    skip(thrift, header & 15, true, depth + 1);
  }
};

const skipStruct = (thrift: Thrift, depth: number): void => {
  for (;;) {
    const header = byteOf(thrift);
    if (header === 0 || thrift.at >= thrift.bytes.length) return;
    if (header >> 4 === 0) varint(thrift);
    skip(thrift, header & 15, false, depth + 1);
  }
};
