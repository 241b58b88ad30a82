const LOCAL_HEADER = 0x04034b50;
const LOCAL_HEADER_BYTES = 30;
const ENCRYPTED = 1;
/** The sizes stand behind the data, and the header has zeros. */
const SIZES_BEHIND = 8;
const STORED = 0;
const DEFLATED = 8;

type Data = { readonly bytes: Buffer; readonly deflated: boolean };

/**
 * Where the data of an archive's first file begins, told from the local headers alone. Undefined
 * when those do not show it; the archive's directory will.
 */
export const firstData = (head: Buffer): Data | undefined => {
  for (let at = 0; at + LOCAL_HEADER_BYTES <= head.length; ) {
    if (head.readUInt32LE(at) !== LOCAL_HEADER) return undefined;
    const entry = entryAt(head, at);
    if (!isBeside(entry.name)) return dataOf(head, entry);
    if (!entry.isSized) return undefined;
    at = entry.start + entry.size;
  }
  return undefined;
};

const entryAt = (head: Buffer, at: number) => {
  const flags = head.readUInt16LE(at + 6);
  const nameEnd = at + LOCAL_HEADER_BYTES + head.readUInt16LE(at + 26);
  return {
    isEncrypted: (flags & ENCRYPTED) !== 0,
    isSized: (flags & SIZES_BEHIND) === 0,
    method: head.readUInt16LE(at + 8),
    size: head.readUInt32LE(at + 18),
    name: head.toString('latin1', at + LOCAL_HEADER_BYTES, nameEnd),
    start: nameEnd + head.readUInt16LE(at + 28),
  };
};

const isBeside = (name: string): boolean => name.endsWith('/') || name.startsWith('__MACOSX/');

const dataOf = (head: Buffer, entry: ReturnType<typeof entryAt>): Data | undefined => {
  const { isEncrypted, isSized, method, start, size } = entry;
  const isKnown = method === DEFLATED || (method === STORED && isSized);
  if (isEncrypted || !isKnown) return undefined;
  const bytes = head.subarray(start, isSized ? start + size : head.length);
  return bytes.length === 0 ? undefined : { bytes, deflated: method === DEFLATED };
};
