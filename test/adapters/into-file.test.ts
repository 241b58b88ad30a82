import fs, { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { inflate } from '../../adapters/engine/inflate.ts';
import { decodeText } from '../../adapters/engine/prepare/decode.ts';
import { intoFile } from '../../adapters/into-file.ts';
import { defaultFiles } from '../../core/landing/file-options.ts';
import { limits } from '../../core/limits.ts';
import { zipOf } from '../support/zip.ts';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'into-file-'));
});
afterEach(() => vi.restoreAllMocks());
afterAll(() => rmSync(dir, { recursive: true }));

/**
 * A disk so slow that a file is opened long after everything else that waits has had its turn.
 * Tells what becomes of the files that are written.
 */
const slowDisk = (): readonly string[] => {
  const happened: string[] = [];
  const written = new Set<unknown>();
  const { open, close } = fs;
  const opening = (path: string, flags: string, mode: number, done: Opened): void => {
    const opened: Opened = (error, fd) => {
      if (flags === 'w' && error === null) {
        happened.push('opened');
        written.add(fd);
      }
      done(error, fd);
    };
    setTimeout(() => open(path, flags, mode, opened), 20);
  };
  const closing = (fd: number, done: (error: NodeJS.ErrnoException | null) => void): void =>
    close(fd, (error) => {
      if (written.delete(fd)) happened.push('closed');
      done(error);
    });
  vi.spyOn(fs, 'open').mockImplementation(opening as typeof open);
  vi.spyOn(fs, 'close').mockImplementation(closing as typeof close);
  return happened;
};
type Opened = (error: NodeJS.ErrnoException | null, fd: number) => void;

async function* one(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes;
}
const tooLarge = { ...limits, fileBytesMax: 10, inflatedBytesMax: 10 };
const text = Buffer.from('id,name\n1,a longer text\n');
const zip = zipOf([{ name: 'a.csv', data: text, size: 5 }]);

describe('a file that is refused while its writer is not even open', () => {
  test.each([
    ['plain bytes', 'none', text, tooLarge, 1],
    ['gzip', 'gzip', gzipSync(text), tooLarge, 1],
    ['zstd', 'zstd', zstdCompressSync(text), tooLarge, 1],
    ['a zip over the limit', 'zip', zip, tooLarge, 1],
    ['an entry of a zip that is larger than stated', 'zip', zip, limits, 2],
  ] as const)('%s: the refusal waits for it', async (_name, how, given, caps, files) => {
    const own = mkdtempSync(join(dir, 'work-'));
    const happened = slowDisk();
    const found = await inflate(one(given), how, join(own, 'rows'), defaultFiles, caps);
    expect(found.kind).toBe('refused');
    expect(happened).toEqual(Array.from({ length: files }, () => ['opened', 'closed']).flat());
    rmSync(own, { recursive: true });
  });

  test('text of half a character: the refusal waits for it', async () => {
    const own = mkdtempSync(join(dir, 'work-'));
    const path = join(own, 'rows');
    fs.writeFileSync(path, Buffer.from([0xff, 0xfe, 0x41, 0x00, 0x42]));
    const happened = slowDisk();
    const dataset = { files: { ...defaultFiles, encoding: 'utf-16le' } } as const;
    const found = await decodeText({ path, dataset, outDir: join(own, 'prepared') });
    expect(found.kind).toBe('refused');
    expect(happened).toEqual(['opened', 'closed']);
    rmSync(own, { recursive: true });
  });
});

test('a file that cannot be opened fails by its own error', async () => {
  const path = join(dir, 'none', 'rows');
  await expect(intoFile(path, (file) => pipeline(one(text), file))).rejects.toThrow('ENOENT');
  mkdirSync(join(dir, 'none'));
  expect(existsSync(path)).toBe(false);
});

test('what was written lies whole in the file, which is closed', async () => {
  const happened = slowDisk();
  const path = join(dir, 'whole');
  await intoFile(path, (file) => pipeline(one(text), file));
  expect(happened).toEqual(['opened', 'closed']);
  expect(readFileSync(path)).toEqual(text);
});
