import { crc32, deflateRawSync } from 'node:zlib';

/** One entry of a zip that a test writes, with everything that an attacker could state wrongly. */
export type ZipEntryGiven = {
  readonly name: string;
  readonly data: Buffer;
  /** @default 8, deflated; 0: stored */
  readonly method?: 0 | 8;
  readonly flags?: number;
  /** Where the directory says that the entry is; @default where it is */
  readonly offset?: number;
  readonly crc?: number;
  /** Uncompressed bytes that the directory states; @default the true count */
  readonly size?: number;
};

/** Writes a zip byte by byte: libraries refuse to write what must be refused. */
export const zipOf = (entries: readonly ZipEntryGiven[]): Buffer => {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const entry of entries) {
    const { name, data, method = 8, flags = 0, offset = at } = entry;
    const stored = method === 8 ? deflateRawSync(data) : data;
    const title = Buffer.from(name);
    const facts = Buffer.alloc(26);
    facts.writeUInt16LE(20, 0);
    facts.writeUInt16LE(flags, 2);
    facts.writeUInt16LE(method, 4);
    facts.writeUInt32LE(entry.crc ?? crc32(data), 10);
    facts.writeUInt32LE(stored.length, 14);
    facts.writeUInt32LE(entry.size ?? data.length, 18);
    facts.writeUInt16LE(title.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), facts, title, stored]);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    const version = Buffer.from([20, 0]);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02'), version, facts, place, title]));
    locals.push(local);
    at += local.length;
  }
  const end = Buffer.alloc(18);
  end.writeUInt16LE(entries.length, 4);
  end.writeUInt16LE(entries.length, 6);
  end.writeUInt32LE(Buffer.concat(directory).length, 8);
  end.writeUInt32LE(at, 12);
  return Buffer.concat([...locals, ...directory, Buffer.from('PK\x05\x06'), end]);
};
