import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { faultCodes } from '../../../adapters/engine/faults.ts';
import { lineScanner } from '../../../adapters/engine/json-line.ts';
import { lineFault } from '../../../adapters/engine/jsonl.ts';
import { limits } from '../../../core/limits.ts';
import { openEnvelope } from '../../../core/stream/envelope.ts';

const scanners = [false, true].map((keeps) =>
  lineScanner(['a'], limits.jsonDepthMax, ['any'], undefined, keeps),
);

/** The first code that a line of a file has for these bytes. */
const asLine = (bytes: Buffer, keepsControls: boolean): string => {
  const scanner = scanners[Number(keepsControls)];
  const fault = scanner === undefined ? -1 : lineFault(scanner, bytes, 0, bytes.length);
  return faultCodes.find(({ bit }) => (fault & bit) !== 0)?.code ?? 'row';
};

const asRecord = (bytes: Uint8Array, keepsControls: boolean): string => {
  const found = openEnvelope('json', { payload: bytes, partitionKey: '' }, keepsControls);
  return found.kind === 'refused' ? found.code : found.kind;
};

const nest = (levels: number): string => `{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`;

describe('a record that is its row', () => {
  test.each([
    ['an object', '{"a":"x","b":-12.50e+3}', 'row'],
    ['blanks around it', ' \t{"a" : 1 } ', 'row'],
    ['an empty object', '{}', 'row'],
    ['nothing at all', '', 'E_JSON'],
    ['blanks only', '  ', 'E_JSON'],
    ['a line that is cut off', '{"a":1,"b":"', 'E_JSON'],
    ['cut off behind a colon', '{"a":', 'E_JSON'],
    ['an opening brace', '{', 'E_JSON'],
    ['a comma too many', '{"a":1,}', 'E_JSON'],
    ['a comma at first', '{,"a":1}', 'E_JSON'],
    ['single quotes', "{'a':1}", 'E_JSON'],
    ['a bare key', '{a:1}', 'E_JSON'],
    ['NaN', '{"a":NaN}', 'E_JSON'],
    ['two objects', '{"a":1}{"b":2}', 'E_JSON'],
    ['an array and more', '[1] 2', 'E_JSON'],
    ['a bare control character', '{"a":"\u0002"}', 'E_JSON'],
    ['a line end in a string', '{"a":"\n"}', 'E_JSON'],
    ['a byte order mark', '\ufeff{"a":1}', 'E_JSON'],
    ['an array', '[{"a":1}]', 'E_JSON_SHAPE'],
    ['a scalar', '"x"', 'E_JSON_SHAPE'],
    ['null', 'null', 'E_JSON_SHAPE'],
    ['an odd text that is no object', '"\\ud800"', 'E_JSON_SHAPE'],
    ['a double key', '{"a":1,"a":2}', 'E_JSON_DUP_KEY'],
    ['a double key in another spelling', '{"z":1,"\\u007a":2}', 'E_JSON_DUP_KEY'],
    ['a double key inside, which its field refuses', '{"a":{"b":1,"b":2}}', 'row'],
    ['31 levels in the object', nest(31), 'row'],
    ['32 levels in the object', nest(32), 'E_DEPTH'],
    ['5,000 levels', nest(5_000), 'E_DEPTH'],
    ['a lone surrogate', '{"a":"\\ud800"}', 'E_ENCODING'],
    ['a lone surrogate and a double key', '{"a":"\\ud800","a":1}', 'E_ENCODING'],
    ['a NUL by escape', '{"a":"x\\u0000"}', 'E_CONTROL_CHAR'],
    ['a bare NUL', '{"a":"x\0"}', 'E_CONTROL_CHAR'],
    ['a form feed in a key', '{"\\f":1}', 'E_CONTROL_CHAR'],
    ['a bare delete', '{"a":"\x7f"}', 'E_CONTROL_CHAR'],
    ['not UTF-8', Buffer.from('{"a":"caf\xe9"}', 'latin1'), 'E_ENCODING'],
    ['not UTF-8, and no JSON', Buffer.from('\xff{', 'latin1'), 'E_ENCODING'],
  ])('%s: the code of a line of a file', (_name, text, code) => {
    const bytes = Buffer.from(text);
    expect(asRecord(bytes, false)).toBe(code);
    expect(asLine(bytes, false)).toBe(code);
    expect(asRecord(bytes, true)).toBe(asLine(bytes, true));
  });

  test('a record over the limit of a row', () => {
    expect(asRecord(Buffer.alloc(limits.rowBytesMax + 1, '{'), false)).toBe('E_ROW_SIZE');
    const room = limits.rowBytesMax - '{"a":""}'.length;
    expect(asRecord(Buffer.from(`{"a":"${'x'.repeat(room)}"}`), false)).toBe('row');
  });

  test('any bytes have the code of a line of a file', () => {
    const parts =
      '{ } [ ] " : , \\ \\u00 1 a "a": "b":1 0.5 null \\u0000 \x7f \xff {"a":{ }} \\b'.split(' ');
    const bytes = fc
      .array(fc.constantFrom(...parts, ' '), { maxLength: 14 })
      .map((all) => Buffer.from(all.join(''), 'latin1'));
    const wrapped = bytes.map((inner) =>
      Buffer.from(`{"a":${inner.toString('latin1')}}`, 'latin1'),
    );
    fc.assert(
      fc.property(fc.oneof(bytes, wrapped), fc.boolean(), (payload, keeps) => {
        expect(asRecord(payload, keeps)).toBe(asLine(payload, keeps));
      }),
      { numRuns: 3_000 },
    );
  });

  test('blanks take the place of line ends, and nothing else changes', () => {
    const text = '\r\n{ "a" :\n12.50,\r"b": "\\n\\r", "c":9007199254740993\n}\n';
    const found = openEnvelope('json', { payload: Buffer.from(text), partitionKey: '' });
    expect(found).toEqual({
      kind: 'row',
      line: Buffer.from(text.replace(/[\r\n]/g, ' ')),
      meta: { kind: 'none' },
    });
    const compact = Buffer.from('{"a":1}');
    expect(openEnvelope('json', { payload: compact, partitionKey: '' })).toMatchObject({
      line: compact,
    });
  });
});
