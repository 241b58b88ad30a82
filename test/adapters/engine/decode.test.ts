import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeText } from '../../../adapters/engine/prepare/decode.ts';
import { transcoder } from '../../../adapters/engine/prepare/transcode.ts';
import { defaultFiles, type Encoding, encodings } from '../../../core/landing/file-options.ts';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'decode-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

const decode = async (bytes: Buffer, encoding: Encoding) => {
  const path = join(dir, 'text');
  const outDir = join(dir, 'out');
  writeFileSync(path, bytes);
  rmSync(outDir, { recursive: true, force: true });
  const found = await decodeText({
    path,
    outDir,
    dataset: { files: { ...defaultFiles, encoding } },
  });
  if (found.kind === 'refused') return found;
  return { text: readFileSync(found.path, 'utf8'), copied: found.path !== path };
};

const wide = (text: string): Buffer => Buffer.from(text, 'utf16le');
const big = (text: string): Buffer => wide(text).swap16();
const long = `id,näme🧀\n${'1,a\n'.repeat(200_000)}`;

const ascii = '1,a\n'.repeat(200_000);

describe('decodeText', () => {
  test.each([
    ['UTF-8 is left where it is', Buffer.from('ä'), 'auto', 'ä', false],
    ['UTF-8 behind a mark too', Buffer.from('\ufeffä'), 'auto', '\ufeffä', false],
    ['UTF-8 as declared', Buffer.from('ä'), 'utf-8', 'ä', false],
    ['UTF-16LE behind a mark', wide('\ufeffä🧀'), 'auto', 'ä🧀', true],
    ['UTF-16BE behind a mark', big('\ufeffä🧀'), 'auto', 'ä🧀', true],
    ['UTF-16LE without a mark, as declared', wide('ä🧀'), 'utf-16le', 'ä🧀', true],
    ['UTF-16BE with a mark, as declared', big('\ufeffä🧀'), 'utf-16be', 'ä🧀', true],
    [
      'a pair across the edges of what is read',
      wide(`\ufeff${'🧀'.repeat(99_999)}`),
      'auto',
      '🧀'.repeat(99_999),
      true,
    ],
    ['many pieces', wide(`\ufeff${long}`), 'auto', long, true],
    ['windows-1252', Buffer.from([0x80, 0x41, 0xe9]), 'windows-1252', '€Aé', true],
    ['windows-1251', Buffer.from([0xcf, 0xf0]), 'windows-1251', 'Пр', true],
    ['iso-8859-15', Buffer.from([0xa4]), 'iso-8859-15', '€', true],
    ['iso-8859-1 as windows-1252', Buffer.from([0x80]), 'iso-8859-1', '€', true],
    ['nothing', Buffer.alloc(0), 'auto', '', false],
  ] as const)('%s', async (_name, bytes, encoding, text, copied) => {
    expect(await decode(bytes, encoding)).toEqual({ text, copied });
    expect(existsSync(join(dir, 'out'))).toBe(copied);
  });

  const lone = Buffer.from([0xff, 0xfe, 0x41, 0, 0, 0xd8, 0x41, 0]);
  test.each([
    ['half a unit at the end', wide('\ufeffab').subarray(0, -1), 'auto', 'byte 4 of'],
    ['half a pair at the end', wide('\ufeffa🧀').subarray(0, -2), 'auto', 'byte 4 of'],
    ['half a pair in the middle', lone, 'auto', 'byte 4 of'],
    ['a byte that is no character', Buffer.from([0x41, 0xaa]), 'windows-1253', 'byte 1 of'],
    [
      'the same late in the file',
      Buffer.from(`${ascii}\xaa`, 'latin1'),
      'windows-1253',
      `byte ${ascii.length} of`,
    ],
    ['a mark against the word', wide('\ufeffab'), 'windows-1252', 'looks like utf-16le'],
  ] as const)('%s is refused with its place', async (_name, bytes, encoding, words) => {
    const found = await decode(bytes, encoding);
    expect(found).toMatchObject({ kind: 'refused', code: 'E_FILE_ENCODING' });
    expect(found).toHaveProperty('detail', expect.stringContaining(words));
  });
});

test('text of every encoding comes out the same, wherever it is cut', () => {
  const wides = ['utf-16le', 'utf-16be'] as const;
  const bytesOf = (text: string, encoding: (typeof wides)[number]): Buffer =>
    encoding === 'utf-16le' ? wide(text) : big(text);
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(...wides),
      fc.integer({ min: 1, max: 9 }),
      (text, encoding, size) => {
        const bytes = bytesOf(text, encoding);
        const { write, end } = transcoder(encoding, 0);
        const parts: Buffer[] = [];
        for (let at = 0; at < bytes.length; at += size) {
          parts.push(write(bytes.subarray(at, at + size)));
        }
        end();
        expect(Buffer.concat(parts).toString()).toBe(text);
      },
    ),
  );
});

test.each(encodings.filter((name) => name !== 'auto' && name !== 'utf-8'))(
  '%s is known, and ASCII is itself in it',
  (encoding) => {
    const isWide = encoding.startsWith('utf-16');
    const text = 'id,"name"\r\n1,~\n';
    const bytes = isWide ? (encoding === 'utf-16le' ? wide(text) : big(text)) : Buffer.from(text);
    expect(transcoder(encoding, 0).write(bytes).toString()).toBe(text);
  },
);
