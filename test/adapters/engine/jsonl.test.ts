import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BLANK, faultCodes, NESTED } from '../../../adapters/engine/faults.ts';
import { contentEnd } from '../../../adapters/engine/file-bytes.ts';
import { lineScanner } from '../../../adapters/engine/json-line.ts';
import { jsonLines } from '../../../adapters/engine/jsonl.ts';
import { oracleLine } from '../../oracle/json.ts';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'jsonl-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

const fields = ['a', 'b', '__proto__'];
const depthMax = 4;

type Options = { rowBytesMax?: number; chunk?: number; keepsControls?: boolean };

/** Everything the reader says of a file, as plain values. */
const read = (bytes: Buffer, options: Options = {}) => {
  const { rowBytesMax = 1 << 18, chunk = 1 << 20, keepsControls } = options;
  const path = join(dir, 'rows.jsonl');
  writeFileSync(path, bytes);
  const fd = openSync(path, 'r');
  const rows: { raw: string; codes: string[] }[] = [];
  const scanner = lineScanner(fields, depthMax, undefined, undefined, keepsControls);
  const numbered: string[][] = [];
  let accounted = 0;
  try {
    for (const batch of jsonLines(fd, scanner, { from: 0, rowBytesMax, chunk, judged: true })) {
      let start = 0;
      for (let line = 0; line < batch.lines; line++) {
        const end = batch.ends[line] ?? 0;
        const fault = batch.faults[line] ?? 0;
        const stop = contentEnd(batch.bytes, start, end);
        if (fault !== BLANK) {
          const codes = faultCodes.filter(({ bit }) => fault & bit).map(({ code }) => code);
          const nested = fault === NESTED ? ['nested'] : [];
          const raw = batch.bytes.toString('latin1', start, Math.min(stop, start + 60));
          rows.push({ raw, codes: [...codes.sort(), ...nested] });
        }
        start = end + 1;
      }
      accounted += batch.rowBytes + batch.framingBytes;
      const text = batch.numbered.toString('utf8');
      const cells: string[][] = parse(text, { delimiter: '\u0001', record_delimiter: '\n' });
      numbered.push(...cells);
    }
  } finally {
    closeSync(fd);
  }
  expect(accounted).toBe(bytes.length);
  return { rows, numbered, unknown: Object.fromEntries(scanner.unknown) };
};

describe('jsonLines', () => {
  test.each([
    ['strings, numbers and words', '{"a":"x","b":-12.50e+3}', ['x', '-12.50e+3', '']],
    [
      'digits that a double has not',
      '{"a":0.1000000000000000055,"b":9007199254740993}',
      ['0.1000000000000000055', '9007199254740993', ''],
    ],
    ['null, true and false', '{"a":null,"b":true}', ['', 'true', '']],
    ['missing keys in any order', '{"b":"2","a":"1"}', ['1', '2', '']],
    ['escapes', '{"a":"\\"\\\\\\/\\n\\r\\t\\u00e9\\ud83d\\udce6"}', ['"\\/\n\r\té📦', '', '']],
    ['an escaped key', '{"\\u0061":1}', ['1', '', '']],
    ['__proto__ as a field', '{"__proto__":"x"}', ['', '', 'x']],
    ['blanks everywhere', ' \t{ "a" : 1 ,\t"b":\r2 } ', ['1', '2', '']],
    ['separators of CSV', '{"a":"x,\'y\'","b":"; "}', ["x,'y'", '; ', '']],
    ['compound values of unknown keys', '{"c":{"d":[1,{}]},"a":1}', ['1', '', '']],
  ])('%s', (_name, line, cells) => {
    expect(read(Buffer.from(`${line}\n`)).numbered).toEqual([['0000000001', ...cells]]);
  });

  test.each([
    ['a line that is cut off', '{"a":1,"b":"', 'E_JSON'],
    ['cut off behind a colon', '{"a":', 'E_JSON'],
    ['a comma too many', '{"a":1,}', 'E_JSON'],
    ['single quotes', "{'a':1}", 'E_JSON'],
    ['NaN', '{"a":NaN}', 'E_JSON'],
    ['a comment', '{"a":1} // x', 'E_JSON'],
    ['two objects', '{"a":1}{"b":2}', 'E_JSON'],
    ['a number with leading zeros', '{"a":01}', 'E_JSON'],
    ['a number with an open end', '{"a":1.}', 'E_JSON'],
    ['a bare control character', '{"a":"\u0002"}', 'E_JSON'],
    ['a wrong escape', '{"a":"\\x"}', 'E_JSON'],
    ['text', 'hello', 'E_JSON'],
    ['blanks', '  ', 'E_JSON'],
    ['an array', '[{"a":1}]', 'E_JSON_SHAPE'],
    ['a scalar', '"x"', 'E_JSON_SHAPE'],
    ['null', 'null', 'E_JSON_SHAPE'],
    ['a double key', '{"a":1,"a":2}', 'E_JSON_DUP_KEY'],
    ['a double key in another spelling', '{"a":1,"\\u0061":2}', 'E_JSON_DUP_KEY'],
    ['a double unknown key', '{"z":1,"z":2}', 'E_JSON_DUP_KEY'],
    ['depth', `{"a":${'['.repeat(5_000)}`, 'E_DEPTH'],
    ['a lone surrogate', '{"a":"\\ud800"}', 'E_ENCODING'],
    ['a NUL by escape', '{"a":"x\\u0000"}', 'E_CONTROL_CHAR'],
    ['a bare NUL', '{"a":"x\0"}', 'E_CONTROL_CHAR'],
    ['an escape by escape', '{"a":"\\u001b[31m"}', 'E_CONTROL_CHAR'],
    ['a backspace', '{"a":"\\b"}', 'E_CONTROL_CHAR'],
    ['a form feed in a key', '{"\\f":1}', 'E_CONTROL_CHAR'],
    ['a bare delete', '{"a":"\x7f"}', 'E_CONTROL_CHAR'],
    ['not UTF-8', Buffer.from('{"a":"caf\xe9"}', 'latin1'), 'E_ENCODING'],
    ['a compound value of a field', '{"a":{"x":1}}', 'nested'],
    ['a line over the limit', `{"a":"${'x'.repeat(300_000)}"}`, 'E_ROW_SIZE'],
    ['a line larger than the chunk', `{"a":"${'x'.repeat(3_000_000)}"}`, 'E_ROW_SIZE'],
  ])('%s costs that line only', (_name, line, code) => {
    const good = Buffer.from('{"a":1}\n');
    const { rows, numbered } = read(
      Buffer.concat([good, Buffer.from(line), Buffer.from('\r\n\n'), good]),
    );
    expect(rows.map(({ codes }) => codes)).toEqual([[], [code], []]);
    expect(numbered.map(([row]) => row)).toEqual(['0000000001', '0000000003']);
  });

  test('where control characters are kept, NUL alone breaks a line', () => {
    const lines = '{"a":"\\u0001\\b\x7f"}\n{"a":"\\u0000"}\n{"a":"\0"}\n';
    const { rows, numbered } = read(Buffer.from(lines), { keepsControls: true });
    const broken = ['E_CONTROL_CHAR'];
    expect(rows.map(({ codes }) => codes)).toEqual([[], broken, broken]);
    expect(numbered).toEqual([['0000000001', '\u0001\b\x7f', '', '']]);
  });

  test('unknown names are counted, and harmless ones like __proto__ too', () => {
    const { unknown } = read(Buffer.from('{"x":1,"constructor":{}}\n{"x":2}\n'));
    expect(unknown).toEqual({ x: 2, constructor: 1 });
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  test('agrees with JSON.parse on any lines, wherever the chunks are cut', () => {
    const value = fc.letrec((tie) => ({
      any: fc.oneof({ maxDepth: 5 }, tie('scalar'), tie('array'), tie('object')),
      scalar: fc.oneof(
        fc.string({ unit: 'binary', maxLength: 6 }).map((text) => JSON.stringify(text)),
        fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
        fc.constantFrom('null', 'true', '-0', '1E+2', '"\\ud83d\\udce6"', '"\\ud83d"', '"\\u0000"'),
      ),
      array: fc.array(tie('any'), { maxLength: 2 }).map((all) => `[${all.join(', ')}]`),
      object: fc
        .array(fc.tuple(fc.constantFrom('"a"', '"b"', '"c"', '"\\u0061"'), tie('any')), {
          maxLength: 3,
        })
        .map((all) => `{${all.map(([key, text]) => `${key} :${String(text)}`).join(',')}}`),
    })).any;
    const line = fc.oneof(
      { weight: 4, arbitrary: value.map(String) },
      {
        weight: 1,
        arbitrary: fc.tuple(value, fc.nat(40)).map(([text, cut]) => String(text).slice(0, cut)),
      },
      {
        weight: 1,
        arbitrary: fc
          .array(fc.constantFrom(...'{}[]":,\\u01ae '), { maxLength: 12 })
          .map((all) => all.join('')),
      },
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), fc.nat(300), (lines, more) => {
        const full = lines.filter((text) => text !== '');
        const found = read(Buffer.from(lines.join('\n')), { rowBytesMax: 600, chunk: 602 + more });
        const expected = full.map((text) =>
          Buffer.byteLength(text) > 600
            ? { codes: ['E_ROW_SIZE'] }
            : oracleLine(Buffer.from(text), fields, depthMax),
        );
        // A text that is both too deep and broken further on is judged by what comes first.
        const codesOf = ({ codes }: { codes: string[] }, index: number): string[] =>
          String(codes) === 'E_DEPTH' && String(expected[index]?.codes) === 'E_JSON'
            ? ['E_JSON']
            : codes.filter((code) => code !== 'nested');
        expect(found.rows.map(codesOf)).toEqual(expected.map(({ codes }) => codes));
        const sound = expected.flatMap((row, index) => {
          if (!('cells' in row) || Object.values(row.cells).some((cell) => cell?.compound))
            return [];
          return [
            [
              String(index + 1).padStart(10, '0'),
              ...fields.map((name) => row.cells[name]?.text ?? ''),
            ],
          ];
        });
        expect(found.numbered).toEqual(sound);
      }),
      { numRuns: 1_000 },
    );
  });
});
