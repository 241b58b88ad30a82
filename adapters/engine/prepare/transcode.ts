import { assertNever } from '../../../core/assert.ts';
import { Refused } from '../../../core/errors.ts';
import type { FileEncoding } from '../../../core/landing/encoding.ts';

/** Encodings whose characters are one byte each. */
type SingleByte = Exclude<FileEncoding, 'utf-8' | 'utf-16le' | 'utf-16be'>;

/**
 * Turns pieces of a text into UTF-8. Bytes that the encoding lacks end it, with the place where
 * they stand: nothing is replaced by a question mark.
 */
export type Transcoder = {
  readonly write: (chunk: Buffer) => Buffer;
  readonly end: () => void;
};

/** `from` is where the first piece stands in the file. */
export const transcoder = (encoding: Exclude<FileEncoding, 'utf-8'>, from: number): Transcoder => {
  switch (encoding) {
    case 'utf-16le':
    case 'utf-16be':
      return wideTranscoder(encoding, from);
    case 'windows-1250':
    case 'windows-1251':
    case 'windows-1252':
    case 'windows-1253':
    case 'windows-1254':
    case 'windows-1257':
    case 'iso-8859-1':
    case 'iso-8859-2':
    case 'iso-8859-15':
      return byteTranscoder(encoding, from);
    default:
      return assertNever(encoding);
  }
};

const refused = (encoding: FileEncoding, at: number, found: string): Refused =>
  new Refused('E_FILE_ENCODING', `byte ${at} of the file is ${found}, which is not ${encoding}`);

const ASCII = 0x80;
const UTF8_BYTES_MAX = 3;

/** The UTF-8 of each byte; undefined where the encoding has no character. */
const tableOf = (encoding: SingleByte): readonly (Buffer | undefined)[] =>
  Array.from({ length: 256 }, (_, byte) => {
    try {
      const decoder = new TextDecoder(encoding, { fatal: true });
      return Buffer.from(decoder.decode(Uint8Array.of(byte)));
    } catch {
      return undefined;
    }
  });

const byteTranscoder = (encoding: SingleByte, from: number): Transcoder => {
  const table = tableOf(encoding);
  let at = from;
  const write = (chunk: Buffer): Buffer => {
    const out = Buffer.allocUnsafe(chunk.length * UTF8_BYTES_MAX);
    let to = 0;
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i] ?? 0;
      if (byte < ASCII) {
        out[to++] = byte;
        continue;
      }
      const utf8 = table[byte];
      if (utf8 === undefined) throw refused(encoding, at + i, `0x${byte.toString(16)}`);
      for (let part = 0; part < utf8.length; part++) out[to++] = utf8[part] ?? 0;
    }
    at += chunk.length;
    return out.subarray(0, to);
  };
  return { write, end: () => undefined };
};

const isHigh = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;

const wideTranscoder = (encoding: 'utf-16le' | 'utf-16be', from: number): Transcoder => {
  let at = from;
  let held = Buffer.alloc(0);
  const unitAt = (bytes: Buffer, index: number): number =>
    encoding === 'utf-16le' ? bytes.readUInt16LE(index) : bytes.readUInt16BE(index);
  const write = (chunk: Buffer): Buffer => {
    const bytes = Buffer.concat([held, chunk]);
    let whole = bytes.length & ~1;
    // A pair that is cut by the end of the piece waits for its other half.
    if (whole >= 2 && isHigh(unitAt(bytes, whole - 2))) whole -= 2;
    const units = Buffer.from(bytes.subarray(0, whole));
    const text = (encoding === 'utf-16le' ? units : units.swap16()).toString('utf16le');
    if (!text.isWellFormed()) {
      throw refused(encoding, at + 2 * loneAt(text), 'half of a surrogate pair');
    }
    held = Buffer.from(bytes.subarray(whole));
    at += whole;
    return Buffer.from(text);
  };
  const end = (): void => {
    if (held.length === 0) return;
    throw refused(encoding, at, held.length === 1 ? 'half a unit' : 'half of a surrogate pair');
  };
  return { write, end };
};

/** Index of the first surrogate that has no partner. */
const loneAt = (text: string): number => {
  let at = 0;
  for (const char of text) {
    if (!char.isWellFormed()) return at;
    at += char.length;
  }
  return at;
};
