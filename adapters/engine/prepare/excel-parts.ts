import { Buffer } from 'node:buffer';
import { open } from 'node:fs/promises';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { Refused } from '../../../core/errors.ts';
import { limits } from '../../../core/limits.ts';
import { refuseBomb } from '../meters.ts';

const ZIP = Buffer.from('PK\x03\x04', 'latin1');
const OLD_OFFICE = Buffer.from([0xd0, 0xcf, 0x11, 0xe0]);

/**
 * Refuses what is no plain .xlsx, and what grows too much: by the sizes that its directory
 * declares, and then by its bytes, since a directory can lie and the parser would believe it.
 */
export const checkParts = async (path: string): Promise<void> => {
  await checkMagic(path);
  const zip = await openZip(path);
  if (zip === undefined) throw damaged();
  try {
    const entries = await entriesOf(zip);
    if (entries === undefined) throw damaged();
    const growth = entries.reduce((sum, { uncompressedSize }) => sum + uncompressedSize, 0);
    if (growth > limits.excelInflatedBytesMax) throw tooLarge();
    const landed = entries.reduce((sum, { compressedSize }) => sum + compressedSize, 0);
    refuseBomb(growth, landed, limits);
    for (const entry of entries) if (!(await isWhole(zip, entry))) throw damaged();
  } finally {
    zip.close();
  }
};

const damaged = (): Refused => new Refused('E_CORRUPT', 'the workbook is damaged or cut off');

const tooLarge = (): Refused => {
  const allowed = `${limits.excelInflatedBytesMax} bytes are allowed; send CSV`;
  return new Refused('E_BOMB', `the parts of the workbook grow beyond what is read: ${allowed}`);
};

const checkMagic = async (path: string): Promise<void> => {
  const file = await open(path);
  try {
    const { buffer } = await file.read(Buffer.alloc(ZIP.length), 0, ZIP.length, 0);
    if (buffer.equals(OLD_OFFICE)) {
      const detail = 'the workbook is encrypted or of the old .xls; save it as .xlsx, unencrypted';
      throw new Refused('E_FORMAT', detail);
    }
    if (!buffer.equals(ZIP)) throw new Refused('E_FORMAT', 'the file is no .xlsx workbook');
  } finally {
    await file.close();
  }
};

const openZip = async (path: string): Promise<ZipFile | undefined> => {
  try {
    return await openPromise(path, { autoClose: false });
  } catch {
    return undefined;
  }
};

const entriesOf = async (zip: ZipFile): Promise<Entry[] | undefined> => {
  const entries: Entry[] = [];
  try {
    for await (const entry of zip.eachEntry()) {
      if (entries.length === limits.zipEntriesMax) return undefined;
      entries.push(entry);
    }
  } catch {
    return undefined;
  }
  return entries;
};

/** Reads an entry to its end: the reader fails when it has other bytes than the directory says. */
const isWhole = async (zip: ZipFile, entry: Entry): Promise<boolean> => {
  if (entry.fileName.endsWith('/')) return true;
  try {
    for await (const _ of await zip.openReadStreamPromise(entry));
    return true;
  } catch {
    return false;
  }
};
