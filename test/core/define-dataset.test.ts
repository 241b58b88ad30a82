import { expect, test } from 'vitest';
import {
  append,
  type DatasetDefinition,
  day,
  defineDataset,
  month,
  replace,
  year,
} from '../../core/define-dataset.ts';
import { date, integer, text, timestamp } from '../../core/fields/index.ts';
import { defaultFiles } from '../../core/landing/file-options.ts';
import { dateOf, derive, join, product } from '../../core/transforms/index.ts';

const sound: DatasetDefinition = {
  name: 'parcels',
  domain: 'logistics',
  owner: 'parcels@example.com',
  description: 'One row per parcel.',
  fields: {
    id: text(),
    weight: integer(),
    depot: text({ optional: true }),
    sent_at: timestamp(),
    due_on: date(),
  },
};

test('what is left out gets its default', () => {
  expect(defineDataset(sound)).toMatchObject({
    key: [],
    write: { kind: 'append' },
    partition: [],
    transforms: [],
    rejects: { holdAbove: 0.05 },
    files: { formats: ['csv', 'jsonl', 'parquet'], delimiter: ',' },
  });
});

test('everything can be said', () => {
  const said = {
    key: ['id'],
    write: replace(),
    partition: [year('sent_at'), month('due_on'), day('sent_at')],
    transforms: [
      derive('sent_on', dateOf('sent_at')),
      join('depots', { on: 'depot', take: ['town'] }),
    ],
    rejects: { holdAbove: 0 },
    version: 2,
    rules: [],
    deduplicate: { by: 'key', keep: 'last' },
    quality: [{ kind: 'volume', deviations: 4, severity: 'hold' }],
    evolution: { newColumns: 'evolve', missingColumns: 'hold', changedTypes: 'freeze' },
    files: { ...defaultFiles, formats: ['csv'], delimiter: '\t' },
  } as const;
  expect(defineDataset({ ...sound, ...said })).toEqual({ ...sound, ...said });
  expect(append()).toEqual({ kind: 'append' });
});

const weights = product('weight', 'weight', { precision: 20, scale: 0 });

const local = timestamp({ formats: ['YYYY-MM-DD HH:mm'], zone: 'Europe/Warsaw' });

test.each<[string, Partial<DatasetDefinition>]>([
  ["dataset 'Parcels': the name must be a-z", { name: 'Parcels' }],
  ["dataset 'parcels': owner is empty", { owner: ' ' }],
  ['fields is empty', { fields: {} }],
  ["a field is called '_row', a column that Headgate adds", { fields: { _row: text() } }],
  ["a field is called 'Id'; allowed are a-z", { fields: { Id: text() } }],
  ["'v_id' beside 'id'", { fields: { id: text(), v_id: text() } }],
  ["'p_at' beside 'at'", { fields: { at: local, p_at: text() } }],
  ["key names 'nr', which is no field; fields are id, weight", { key: ['nr'] }],
  ["key names 'toString', which is no field", { key: ['toString'] }],
  ["key names 'depot', which is optional", { key: ['depot'] }],
  ["key names 'id' twice", { key: ['id', 'id'] }],
  [
    "partition month('id') needs a date or timestamp field; it is text",
    { partition: [month('id')] },
  ],
  [
    "partition day('at') needs a date or timestamp field; it is no field",
    { partition: [day('at')] },
  ],
  [
    "transforms[0] (product) adds 'id', which is there already",
    { transforms: [derive('id', weights)] },
  ],
  ["(product) is called '_run'", { transforms: [derive('_run', weights)] }],
  ["(dateOf) uses 'at'; usable are id, weight", { transforms: [derive('on', dateOf('at'))] }],
  ["(join) uses 'shop'", { transforms: [join('shops', { on: 'shop', take: ['town'] })] }],
  ["(join) adds 'id'", { transforms: [join('depots', { on: 'depot', take: ['id'] })] }],
  ['(join) takes no column', { transforms: [join('depots', { on: 'depot', take: [] })] }],
  ['joins the dataset with itself', { transforms: [join('parcels', { on: 'id', take: ['x'] })] }],
  ['rejects.holdAbove is 5; allowed is a share from 0 to 1', { rejects: { holdAbove: 5 } }],
  ['rejects.holdAbove is NaN', { rejects: { holdAbove: Number.NaN } }],
  ['files.formats is empty', { files: { formats: [] } }],
  ['files.delimiter is ";;"', { files: { delimiter: ';;' } }],
  ['files.delimiter is "\\""', { files: { delimiter: '"' } }],
  ['files.delimiter is "\\n"', { files: { delimiter: '\n' } }],
  ['files.delimiter is "é"', { files: { delimiter: 'é' } }],
])('%s', (message, change) => {
  expect(() => defineDataset({ ...sound, ...change })).toThrow(message);
});
