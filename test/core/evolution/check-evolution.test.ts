import { expect, test } from 'vitest';
import { type DatasetDefinition, defineDataset } from '../../../core/define-dataset.ts';
import type { Evolution } from '../../../core/evolution/evolution.ts';
import { integer, text } from '../../../core/fields/index.ts';
import { aggregate } from '../../../core/transforms/index.ts';

const define = (evolution: Partial<Evolution>, more: Partial<DatasetDefinition> = {}) =>
  defineDataset({
    name: 'sales',
    domain: 'tests',
    owner: 'tests@example.com',
    description: 'Sales whose files change.',
    fields: { id: integer(), size: integer({ optional: true }) },
    evolution,
    ...more,
  });

const groups = [aggregate({ by: ['size'], take: { rows: { fn: 'count' } } })];
const unnamed = { files: { formats: ['csv' as const], header: false } };
const long = 'x'.repeat(60);

test('what is not said keeps its default', () => {
  expect(define({ newColumns: 'hold' }).evolution).toEqual({
    newColumns: 'hold',
    missingColumns: 'evolve',
    changedTypes: 'quarantine_row',
  });
});

test.each<[string, object, Partial<DatasetDefinition>]>([
  ["evolution.newColumns is 'discard'; allowed are evolve, ", { newColumns: 'discard' }, {}],
  ["evolution has no 'columns'; allowed are newColumns, ", { columns: 'evolve' }, {}],
  [
    "newColumns is 'evolve', but the dataset publishes groups",
    { newColumns: 'evolve' },
    { transforms: groups },
  ],
  [
    "changedTypes is 'evolve', but the dataset publishes groups",
    { changedTypes: 'evolve' },
    { transforms: groups },
  ],
  ["newColumns is 'hold', but no accepted file names its columns", { newColumns: 'hold' }, unnamed],
  ["missingColumns is 'freeze', but no accepted file", { missingColumns: 'freeze' }, unnamed],
  [
    "changedTypes is 'quarantine_value', but no field is both optional and",
    { changedTypes: 'quarantine_value' },
    { fields: { id: integer(), note: text({ optional: true }) } },
  ],
  [
    "into 'size_text', and there is such a column already",
    { changedTypes: 'evolve' },
    { fields: { id: integer(), size: integer({ optional: true }), size_text: text() } },
  ],
  [
    `'${long}_text' is too long for a column`,
    { changedTypes: 'evolve' },
    { fields: { id: integer(), [long]: integer({ optional: true }) } },
  ],
])('%s', (message, evolution, more) => {
  expect(() => define(evolution, more)).toThrow(message);
});

test('groups may set values aside, and a file without names may have other types', () => {
  expect(() => define({ newColumns: 'quarantine_value' }, { transforms: groups })).not.toThrow();
  expect(() => define({ changedTypes: 'hold' }, unnamed)).not.toThrow();
});
