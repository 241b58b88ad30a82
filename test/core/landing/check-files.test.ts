import { expect, test } from 'vitest';
import { defineDataset } from '../../../core/define-dataset.ts';
import { integer, text } from '../../../core/fields/index.ts';
import type { FileOptions } from '../../../core/landing/file-options.ts';

const define = (files: Partial<FileOptions>, aliases: readonly string[] = []) =>
  defineDataset({
    name: 'things',
    domain: 'tests',
    owner: 'tests@example.com',
    description: 'Things in files.',
    fields: { id: integer({ aliases }), name: text(), note: text({ optional: true }) },
    files,
  });

const at = (from: number, length: number) => ({ at: from, length });
const columns = { id: at(0, 4), name: at(4, 5) };

test.each([
  ['tabs', { delimiter: '\t' }],
  ['another quote', { quote: "'", delimiter: ';' }],
  ['no quote', { quote: null }],
  ['fixed width with filling and without an optional field', { formats: ['fixed'], columns }],
] as const)('%s are read', (_name, files) => {
  expect(define(files).files).toMatchObject(files);
});

test.each([
  ['no format at all', { formats: [] }, 'files.formats is empty'],
  ['a letter as delimiter', { delimiter: 'x' }, 'files.delimiter'],
  ['two delimiters', { delimiter: '||' }, 'files.delimiter'],
  ['a delimiter that quotes', { delimiter: "'", quote: "'" }, 'the same mark'],
  ['CSV and fixed width', { formats: ['csv', 'fixed'], columns }, 'accept only one'],
  ['places without fixed width', { columns }, "lacks 'fixed'"],
  ['no place for a required field', { formats: ['fixed'], columns: { id: at(0, 4) } }, "'name'"],
  [
    'a place for no field',
    { formats: ['fixed'], columns: { ...columns, x: at(9, 1) } },
    "'x', which is no field",
  ],
  [
    'fields that overlap',
    { formats: ['fixed'], columns: { id: at(0, 5), name: at(4, 5) } },
    "name begins at 4, inside 'id'",
  ],
  [
    'a field of no length',
    { formats: ['fixed'], columns: { ...columns, id: at(0, 0) } },
    '0 from 0',
  ],
  ['half a place', { formats: ['fixed'], columns: { ...columns, id: at(0.5, 1) } }, 'from 0.5'],
] as const)('%s is refused', (_name, files, words) => {
  expect(() => define(files)).toThrow(words);
});

test.each([
  ['the name of another field', 'NAME', "also means 'name'"],
  ['the snake_case of another field', 'Name!', "also means 'name'"],
])('an alias that is %s is refused', (_name, alias, words) => {
  expect(() => define({}, [alias])).toThrow(words);
});

test('an alias may be another spelling of its own field', () => {
  expect(define({}, ['Id', 'ID', 'Nummer']).fields.id?.aliases).toHaveLength(3);
});
