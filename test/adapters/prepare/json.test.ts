import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { jsonRows } from '../../../adapters/engine/prepare/json.ts';
import { defineDataset } from '../../../core/define-dataset.ts';
import { text } from '../../../core/fields/index.ts';
import type { FileOptions } from '../../../core/landing/file-options.ts';
import { limits } from '../../../core/limits.ts';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'prepare-json-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

const dataset = (files: Partial<FileOptions>) =>
  defineDataset({
    name: 'things',
    domain: 'tests',
    owner: 'tests@example.com',
    description: 'Rows of any shape.',
    fields: { a: text() },
    files: { formats: ['json'], ...files },
  });

const read = async (bytes: string | Buffer, files: Partial<FileOptions> = {}, chunk = 64) => {
  const path = join(dir, 'file.json');
  writeFileSync(path, bytes);
  const found = await jsonRows({ path, dataset: dataset(files), outDir: join(dir, 'out') }, chunk);
  if (found.kind === 'refused') return `${found.code}: ${found.detail}`;
  return readFileSync(found.path, 'utf8');
};

const lines = (written: string): string[] => written.split('\n').filter((line) => line !== '');

describe('a JSON array', () => {
  test.each([
    ['objects', '[{"a":1},{"a":"x"}]', ['{"a":1}', '{"a":"x"}']],
    ['blanks everywhere', ' [ {"a" : 1 } ,\r\n\t{} ]\n', ['{"a" : 1 }', '{}']],
    ['newlines inside a row', '[{"a":\n1,\r\n"b":[\n]}]', ['{"a": 1,  "b":[ ]}']],
    ['marks inside texts', '[{"a":"]},{\\"["},{"a":"\\\\"}]', ['{"a":"]},{\\"["}', '{"a":"\\\\"}']],
    ['literals', '[{"a":9007199254740993,"b":1.10}]', ['{"a":9007199254740993,"b":1.10}']],
    ['what is no object', '[1,"x",null,[2],NaN,tru]', ['1', '"x"', 'null', '[2]', 'NaN', 'tru']],
    ['a byte order mark', '\ufeff[{"a":"ż📦"}]', ['{"a":"ż📦"}']],
    ['double keys', '[{"a":1,"a":2}]', ['{"a":1,"a":2}']],
    ['unsound rows whose end shows', '[{"a" 1,},{b:2}]', ['{"a" 1,}', '{b:2}']],
  ])('gives %s', async (_name, json, expected) => {
    const written = await read(json);
    expect(lines(written)).toEqual(expected);
    expect(Buffer.byteLength(written)).toBe(Buffer.byteLength(json));
  });

  test('keeps each row where it stood', async () => {
    const json = '{"n":[1,{"x":"[{"}],"data":{"items":[\n  {"a":"é"},\n  {"a":\n2}\n]},"z":null}\n';
    const written = Buffer.from(await read(json, { path: ['data', 'items'] }));
    expect(written.length).toBe(Buffer.byteLength(json));
    for (const row of ['{"a":"é"}', '{"a": 2}']) {
      const found = written.indexOf(row);
      expect(found).toBe(Buffer.from(json.replace('\n2', ' 2')).indexOf(row));
    }
  });

  test('a newline inside a text stays wrong, and ends no line', async () => {
    expect(lines(await read('[{"a":"x\ny"},{"a":"\\\nz"}]'))).toEqual([
      '{"a":"x\ty"}',
      '{"a":"\\\tz"}',
    ]);
  });

  test.each([
    ['nothing at all', ' \n', {}, 'E_EMPTY: the file holds no text at all'],
    ['no rows', '[ ]', {}, 'E_EMPTY: the file holds no rows'],
    ['cut off between rows', '[{"a":1},', {}, 'E_CORRUPT: the file ends at byte 9'],
    ['cut off in a row', '[{"a":1},{"a":"', {}, 'E_CORRUPT: the file ends at byte 15'],
    ['cut off in a word', '[1', {}, 'E_CORRUPT: the file ends at byte 2'],
    ['a comma too many', '[{"a":1},]', {}, 'at byte 9 is no value behind a comma'],
    ['a comma alone', '[,{"a":1}]', {}, 'at byte 1 is no value'],
    ['no comma', '[{"a":1} {"a":2}]', {}, 'at byte 9 stands neither a comma nor ]'],
    ['the wrong bracket', '[{"a":[1}]]', {}, 'at byte 8 closes what was not opened'],
    ['text behind it', '[{"a":1}]\n[2]', {}, 'at byte 10 stands more'],
    ['an object', '{"x":[1],"y":2}', {}, 'E_SCHEMA: the file is an object with "x", "y"; allowed'],
    ['one value', '"x"', {}, 'E_SCHEMA: the file is a single value; allowed is an array of rows'],
    ['no such key', '{"x":1,"y":2}', { path: ['d'] }, '"d" is none of the keys "x", "y"'],
    ['no object on the way', '{"d":[]}', { path: ['d', 'e'] }, 'at files.path "d" is an array'],
    ['the key twice', '{"d":[1],"d":[2]}', { path: ['d'] }, 'E_SCHEMA: "d" stands twice'],
    ['a broken neighbour', '{"x":01,"d":[1]}', { path: ['d'] }, 'E_CORRUPT: the file is not JSON'],
    ['a broken end', '{"d":[1],"x":{"y":[}}', { path: ['d'] }, 'E_CORRUPT'],
    ['a wrong escape outside', '{"\\x":1,"d":[1]}', { path: ['d'] }, 'byte 4 is a wrong escape'],
  ])('is refused for %s', async (_name, json, files, words) => {
    for (const chunk of [1, 3, 64]) expect(await read(json, files, chunk)).toContain(words);
  });

  test('deep nesting is the row’s matter, and without end the file’s', async () => {
    const deep = (depth: number): string => `[{"a":${'['.repeat(depth)}${']'.repeat(depth)}}]`;
    expect(lines(await read(deep(5_000)))).toHaveLength(1);
    expect(await read(deep(limits.documentDepthMax))).toContain('E_FORMAT: the JSON nests more');
    const beside = `{"x":${deep(limits.documentDepthMax)},"d":[]}`;
    expect(await read(beside, { path: ['d'] })).toContain('E_FORMAT: the JSON nests more');
  });

  test('gives the rows that JSON.parse gives, wherever the chunks are cut', async () => {
    const row = fc.dictionary(fc.string({ unit: 'binary', maxLength: 4 }), fc.jsonValue(), {
      maxKeys: 3,
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 1, maxLength: 6 }),
        fc.constantFrom('', ' ', '\n  '),
        fc.jsonValue(),
        fc.integer({ min: 1, max: 40 }),
        async (rows, indent, beside, chunk) => {
          const json = JSON.stringify({ beside, d: rows, more: beside }, null, indent);
          const written = await read(json, { path: ['d'] }, chunk);
          expect(Buffer.byteLength(written)).toBe(Buffer.byteLength(json));
          const found = lines(written).map((line) => JSON.parse(line));
          expect(found).toEqual(JSON.parse(JSON.stringify(rows)));
          // A document that lost its last bracket is never read as a shorter one.
          expect(await read(json.slice(0, -1), { path: ['d'] }, chunk)).toMatch(/^E_CORRUPT/);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('a JSON object keyed by a field', () => {
  const keyed = { keyedBy: 'day' };
  test.each([
    ['objects', '{"2024-01-01":{"a":1},"2024-01-02":{ }}', undefined],
    ['blanks and newlines', '{ "x" :\n{ \n"a":\n1}}', ['{"day":"x","a": 1}']],
    ['escapes as they stand', '{"\\u0061\\"":{"a":1}}', ['{"day":"\\u0061\\"","a":1}']],
    ['a key twice', '{"x":{},"x":{"a":2}}', ['{"day":"x"}', '{"day":"x","a":2}']],
    ['its own field again', '{"x":{"day":2}}', ['{"day":"x","day":2}']],
    [
      'what is no object, with its key',
      '{"x":5,"y":[1],"z":"t","w":NaN}',
      ['["x",5]', '["y",[1]]', '["z","t"]', '["w",NaN]'],
    ],
  ])('gives %s', async (_name, json, expected) => {
    for (const chunk of [1, 4, 64]) {
      expect(lines(await read(json, keyed, chunk))).toEqual(
        expected ?? ['{"day":"2024-01-01","a":1}', '{"day":"2024-01-02"}'],
      );
    }
  });

  test('lies under a path as well', async () => {
    const found = await read('{"x":[],"d":{"k":{"a":1}}}', { ...keyed, path: ['d'] });
    expect(lines(found)).toEqual(['{"day":"k","a":1}']);
  });

  test.each([
    ['an array', '[{"a":1}]', 'E_SCHEMA: the file is an array; allowed is an object of rows'],
    ['no rows', '{}', 'E_EMPTY'],
    ['cut off', '{"x":{"a":1}', 'E_CORRUPT: the file ends at byte 12'],
    ['no colon', '{"x" {"a":1}}', 'E_CORRUPT: the file is not JSON: at byte 5'],
    ['an endless key', `{"${'x'.repeat(limits.rowBytesMax + 1)}":{}}`, 'E_SIZE: a key of more'],
  ])('is refused for %s', async (_name, json, words) => {
    expect(await read(json, keyed, 1 << 16)).toContain(words);
  });
});
