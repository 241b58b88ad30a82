import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rawText } from '../../core/raw-text.ts';

/** Reads the escapes back, as a person with a hex editor would. */
const unescaped = (text: string): Buffer =>
  Buffer.concat(
    [...text.matchAll(/\\x([0-9A-F]{2})|\\u\{([0-9A-F]+)\}|\\(.)|([^\\])/gsu)].map(
      ([, hex, point, named, plain]) => {
        if (hex !== undefined) return Buffer.from([Number.parseInt(hex, 16)]);
        if (point !== undefined)
          return Buffer.from(String.fromCodePoint(Number.parseInt(point, 16)));
        if (named !== undefined) return Buffer.from({ n: '\n', r: '\r', t: '\t' }[named] ?? named);
        return Buffer.from(plain ?? '');
      },
    ),
  );

describe('raw bytes as text', () => {
  test.each([
    ['plain text', Buffer.from('a,é,€,😀'), 'a,é,€,😀'],
    ['a NUL', Buffer.from('a\0b'), 'a\\x00b'],
    ['newlines and tabs', Buffer.from('a\r\n\tb'), 'a\\r\\n\\tb'],
    ['a backslash', Buffer.from('a\\n'), 'a\\\\n'],
    ['a terminal’s escape', Buffer.from('\u001b[2J'), '\\x1B[2J'],
    ['a direction mark', Buffer.from('\u202e'), '\\u{202E}'],
    ['a byte that is no UTF-8', Buffer.from([0x61, 0xff, 0x62]), 'a\\xFFb'],
    ['a cut character', Buffer.from([0xe2, 0x82]), '\\xE2\\x82'],
    ['an overlong form', Buffer.from([0xc0, 0x80]), '\\xC0\\x80'],
  ])('%s', (_name, bytes, text) => {
    expect(rawText(bytes)).toBe(text);
  });

  test('any bytes can be told from their text', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        expect(unescaped(rawText(bytes))).toEqual(Buffer.from(bytes));
      }),
    );
  });
});
