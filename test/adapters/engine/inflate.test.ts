import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inflate } from '../../../adapters/engine/inflate.ts';
import { recognise } from '../../../adapters/engine/recognise.ts';
import { defaultFiles } from '../../../core/landing/file-options.ts';
import { limits } from '../../../core/limits.ts';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'inflate-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

async function* pieces(bytes: Buffer, size = 1000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

let seed = 1;
const noise = (): number => {
  seed = (seed * 48_271) % 2_147_483_647;
  return seed;
};
const text = Buffer.from(Array.from({ length: 20_000 }, (_, i) => `${i},${noise()}\n`).join(''));
const gzip = gzipSync(text);
const zstd = zstdCompressSync(text);
const note = Buffer.from([0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
const flipped = (bytes: Buffer, at: number): Buffer => {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
};

describe('inflate', () => {
  test.each([
    ['plain bytes', 'none', text, text],
    ['gzip', 'gzip', gzip, text],
    ['zstd', 'zstd', zstd, text],
    ['gzip of several members', 'gzip', Buffer.concat([gzip, gzip]), Buffer.concat([text, text])],
    ['zstd of several frames', 'zstd', Buffer.concat([zstd, zstd]), Buffer.concat([text, text])],
    ['zstd around frames of notes', 'zstd', Buffer.concat([note, zstd, note]), text],
  ] as const)('%s become a local file', async (_name, compression, landed, plain) => {
    const path = join(dir, 'rows');
    const contentId = createHash('sha256').update(landed).digest('hex');
    expect(await inflate(pieces(landed), compression, path, defaultFiles)).toEqual({
      kind: 'file',
      path,
      format: null,
      contentId,
      landedBytes: landed.length,
      bytes: plain.length,
    });
    expect(readFileSync(path).equals(plain)).toBe(true);
  });

  const tail = Buffer.from('garbage');
  test.each([
    ['cut off gzip', 'gzip', gzip.subarray(0, -100)],
    ['gzip without its last byte', 'gzip', gzip.subarray(0, -1)],
    ['gzip with a flipped bit', 'gzip', flipped(gzip, gzip.length >> 1)],
    ['gzip with a wrong checksum', 'gzip', flipped(gzip, gzip.length - 6)],
    ['gzip with a tail', 'gzip', Buffer.concat([gzip, tail])],
    ['gzip with a tail of zeros', 'gzip', Buffer.concat([gzip, Buffer.alloc(9)])],
    ['cut off zstd', 'zstd', zstd.subarray(0, -100)],
    ['zstd with a tail', 'zstd', Buffer.concat([zstd, tail])],
  ] as const)('%s is refused as damaged', async (_name, compression, landed) => {
    for (const size of [1000, landed.length]) {
      const found = await inflate(
        pieces(landed, size),
        compression,
        join(dir, 'rows'),
        defaultFiles,
      );
      expect(found).toMatchObject({ kind: 'refused', code: 'E_CORRUPT' });
    }
  });

  const bomb = gzipSync(Buffer.alloc(10_000_000));
  test.each([
    ['growth beyond the ratio', { inflationRatioFromBytes: 1_000_000 }, bomb, 'E_BOMB'],
    ['growth beyond the bytes', { inflatedBytesMax: 1_000_000 }, bomb, 'E_BOMB'],
    ['more bytes than allowed', { fileBytesMax: 1_000 }, gzip, 'E_SIZE'],
    ['no bytes inside', {}, gzipSync(Buffer.alloc(0)), 'E_EMPTY'],
  ] as const)('%s is refused', async (_name, caps, landed, code) => {
    const given = { ...limits, ...caps };
    const found = await inflate(pieces(landed), 'gzip', join(dir, 'rows'), defaultFiles, given);
    expect(found).toMatchObject({ kind: 'refused', code });
  });

  test('a repetitive file below the judged size is no bomb', async () => {
    const found = await inflate(pieces(bomb), 'gzip', join(dir, 'rows'), defaultFiles);
    expect(found).toMatchObject({ kind: 'file', bytes: 10_000_000 });
  });

  test('usual growth is judged and let through', async () => {
    const caps = { ...limits, inflationRatioFromBytes: 1_000 };
    expect(
      await inflate(pieces(gzip), 'gzip', join(dir, 'rows'), defaultFiles, caps),
    ).toMatchObject({
      kind: 'file',
    });
  });

  test('an error of the source is thrown, not taken for damage', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield gzip.subarray(0, 10);
      throw new Error('connection reset');
    }
    await expect(inflate(broken(), 'gzip', join(dir, 'rows'), defaultFiles)).rejects.toThrow(
      'connection reset',
    );
  });
});

describe('recognise', () => {
  const json = Buffer.from('{"a":1}\n');
  test.each([
    ['plain CSV', text, 'none', 'csv'],
    ['CSV in gzip, cut off by the look', gzip.subarray(0, 3_000), 'gzip', 'csv'],
    ['CSV in zstd, cut off by the look', zstd.subarray(0, 150_000), 'zstd', 'csv'],
    ['JSON Lines in gzip', gzipSync(json), 'gzip', 'jsonl'],
    ['JSON Lines in zstd', zstdCompressSync(json), 'zstd', 'jsonl'],
    ['a bomb', gzipSync(Buffer.alloc(20_000_000, 'a,b\n')), 'gzip', 'csv'],
  ])('%s', (_name, head, compression, format) => {
    expect(recognise(head, 'x', { files: defaultFiles })).toEqual({
      kind: 'recognised',
      file: { compression, format },
    });
  });

  test.each([
    ['nothing in gzip', gzipSync(Buffer.alloc(0)), 'E_EMPTY'],
    ['gzip in gzip', gzipSync(gzip), 'E_FORMAT'],
    [
      'a damaged beginning',
      Buffer.concat([gzip.subarray(0, 10), Buffer.alloc(9, 255)]),
      'E_CORRUPT',
    ],
  ])('%s is refused', (_name, head, code) => {
    expect(recognise(head, 'x', { files: defaultFiles })).toMatchObject({ kind: 'refused', code });
  });
});
