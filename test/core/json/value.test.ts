import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jsonFaults } from '../../../core/json/text.ts';
import { printJson, readJson } from '../../../core/json/value.ts';

const reprinted = (text: string): string => {
  const read = readJson(text);
  return read.ok ? printJson(read.json) : read.code;
};

describe('readJson', () => {
  test.each([
    [
      'numbers as they were written',
      ' [ 12.50, 1E+2,-0 , 9007199254740993 ] ',
      '[12.50,1E+2,-0,9007199254740993]',
    ],
    ['keys in their order', '{"b":1, "a":{"10":2,"9":3}}', '{"b":1,"a":{"10":2,"9":3}}'],
    ['texts without needless escapes', '"\\u00e9\\/\\ud83d\\udce6\\u0009\\""', '"é/📦\\t\\""'],
    ['names of prototypes', '{"__proto__":1,"constructor":2}', '{"__proto__":1,"constructor":2}'],
    ['words', '[true,false,null]', '[true,false,null]'],
    ['nothing', '{"a":[],"b":{}}', '{"a":[],"b":{}}'],
  ])('keeps %s', (_name, text, printed) => {
    expect(reprinted(text)).toBe(printed);
  });

  test.each([
    ['E_TYPE', '[1,]'],
    ['E_TYPE', 'NaN'],
    ['E_TYPE', '[01]'],
    ['E_TYPE', '1 2'],
    ['E_TYPE', ''],
    ['E_TYPE', '\ufeff1'],
    ['E_JSON_DUP_KEY', '{"a":1,"a":1}'],
    ['E_JSON_DUP_KEY', '[{"a":1,"\\u0061":1}]'],
    ['E_DEPTH', '['.repeat(100_000)],
    ['E_CONTROL_CHAR', '"\\u0000"'],
    ['E_CONTROL_CHAR', '["\\u001f"]'],
    ['E_CONTROL_CHAR', '{"\\b":1}'],
    ['E_ENCODING', '"\\ud800"'],
  ])('%s for %s', (code, text) => {
    expect(reprinted(text)).toBe(code);
  });

  test('reads what JSON.parse reads, and refuses what it refuses', () => {
    const value = fc.jsonValue({ maxDepth: 4 }).map((each) => JSON.stringify(each, null, 1));
    const broken = fc.tuple(value, fc.nat(60)).map(([text, at]) => text.slice(0, at));
    fc.assert(
      fc.property(fc.oneof(value, broken), (text) => {
        const printed = reprinted(text);
        let parsed: unknown;
        try {
          parsed = JSON.parse(text);
        } catch {
          expect(printed).toBe('E_TYPE');
          return;
        }
        if (/^E_(ENCODING|CONTROL_CHAR)$/.test(printed)) return;
        expect(JSON.parse(printed)).toEqual(parsed);
        expect(reprinted(printed)).toBe(printed);
      }),
      { numRuns: 500 },
    );
  });

  test('each fault has a bit of its own', () => {
    const bits = Object.values(jsonFaults);
    expect(bits.reduce((all, bit) => all | bit, 0)).toBe(bits.reduce((sum, bit) => sum + bit, 0));
  });
});
