import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { limits } from '../../../core/limits.ts';
import { type SplitBody, splitJson, splitLines } from '../../../core/push/body.ts';

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');
const told = (split: SplitBody) => (split.kind === 'records' ? split.lines.map(text) : split);
const refused = (pointer: string, detail: string | RegExp) => ({
  ...{ kind: 'refused', pointer, detail: expect.stringMatching(detail) },
});
const deep = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;

describe('a JSON document is taken apart', () => {
  test.each<[string, string, unknown]>([
    ['an object is one record', '{"a":1}', ['{"a":1}']],
    ['an array is many', '[{"a":1}, {"a":2}]', ['{"a":1}', '{"a":2}']],
    [
      'no digit is lost',
      '[{"a":9007199254740993,"b":12.50}]',
      ['{"a":9007199254740993,"b":12.50}'],
    ],
    ['a record over several lines is one line', '[{"a":\r\n1}]', ['{"a":  1}']],
    ['a byte order mark is none of it', '\ufeff{"a":1}', ['{"a":1}']],
    ['what is no object is a record too, to be rejected', '[1,null]', ['1', 'null']],
    ['an empty array', ' [ ] ', refused('', /empty/)],
    ['nothing', '', refused('', /neither/)],
    ['a text', '"a"', refused('', /neither/)],
    ['no JSON', '{"a":}', refused('', /not JSON/)],
    ['no JSON in the third record', '[{},{},{"a"}]', refused('/2', /not JSON/)],
    ['an array without its end', '[{}', refused('/0', /no comma/)],
    ['something behind', '{} {}', refused('', /behind the object/)],
    ['something behind the array', '[{}] x', refused('', /behind the array/)],
    ['too deep', `[{"a":${deep(limits.bodyDepthMax)}}]`, refused('/0', /deep/)],
  ])('%s', (_name, body, expected) => {
    expect(told(splitJson(Buffer.from(body)))).toEqual(expected);
  });

  test('more records than one call may have are refused', () => {
    const body = Buffer.from(
      `[${Array(limits.recordsPerCallMax + 1)
        .fill('{}')
        .join(',')}]`,
    );
    expect(splitJson(body)).toEqual(refused(`/${limits.recordsPerCallMax}`, /several calls/));
  });

  test('each record means what it meant in the document', () => {
    fc.assert(
      fc.property(fc.array(fc.object(), { minLength: 1 }), fc.nat(3), (records, indent) => {
        const split = splitJson(Buffer.from(JSON.stringify(records, null, indent)));
        const lines = split.kind === 'records' ? split.lines : [];
        expect(lines.map((line) => JSON.parse(text(line)))).toEqual(
          JSON.parse(JSON.stringify(records)),
        );
        expect(lines.every((line) => !line.includes(10) && !line.includes(13))).toBe(true);
      }),
    );
  });
});

describe('JSON Lines are taken apart', () => {
  test.each<[string, string, unknown]>([
    ['each line is a record', '{"a":1}\n{"a":2}', ['{"a":1}', '{"a":2}']],
    ['whatever ends it', '{"a":1}\r\n{"a":2}\r\n', ['{"a":1}', '{"a":2}']],
    ['whatever it holds', 'no json\n[1]\n', ['no json', '[1]']],
    ['empty lines are none', '\n\n{}\n\n', ['{}']],
    ['a carriage return inside is a blank', '{"a":\r1}\n', ['{"a": 1}']],
    ['marks in front of any line', '{}\n\ufeff{"a":1}\n', ['{}', '{"a":1}']],
    ['no record', '\n', refused('', /no record/)],
  ])('%s', (_name, body, expected) => {
    expect(told(splitLines(Buffer.from(body)))).toEqual(expected);
  });
});
