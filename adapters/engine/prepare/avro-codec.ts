import type { Buffer } from 'node:buffer';
import { crc32, inflateRawSync, zstdDecompressSync } from 'node:zlib';
import { damaged } from '../../../core/avro/cursor.ts';
import { Refused } from '../../../core/errors.ts';
import { limits } from '../../../core/limits.ts';
import { unsnappy } from './snappy.ts';

const options = { maxOutputLength: limits.avroBlockBytesMax };
const CRC_BYTES = 4;

const tooLarge = (): Refused =>
  new Refused('E_BOMB', `an Avro block grows beyond ${limits.avroBlockBytesMax} bytes, the limit`);

/** Decompressors of Avro's blocks. */
const codecs: Readonly<Record<string, (block: Buffer) => Buffer>> = {
  null: (block) => block,
  deflate: (block) => inflateRawSync(block, options),
  zstandard: (block) => zstdDecompressSync(block, options),
  snappy: (block) => {
    const plain = unsnappy(block.subarray(0, -CRC_BYTES), limits.avroBlockBytesMax);
    if (plain === 'larger') throw tooLarge();
    if (plain === 'damaged') throw damaged('has a damaged block');
    if (block.readUInt32BE(block.length - CRC_BYTES) === crc32(plain)) return plain;
    throw damaged('has a block of another checksum');
  },
};

/** How the blocks of a file are decompressed. */
export const codecOf = (name: string): ((block: Buffer) => Buffer) => {
  const codec = Object.hasOwn(codecs, name) ? codecs[name] : undefined;
  if (codec === undefined) {
    const found = `the Avro file has codec ${JSON.stringify(name.slice(0, 40))}`;
    throw new Refused('E_FORMAT', `${found}; allowed are ${Object.keys(codecs).join(', ')}`);
  }
  return (block) => {
    try {
      return codec(block);
    } catch (error) {
      if (error instanceof Refused) throw error;
      const code = error instanceof Error && 'code' in error ? error.code : '';
      throw code === 'ERR_BUFFER_TOO_LARGE' ? tooLarge() : damaged('has a damaged block');
    }
  };
};
