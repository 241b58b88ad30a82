import { defineDataset, replace } from '../../core/define-dataset.ts';
import { integer, text } from '../../core/fields/index.ts';
import { DatasetName } from '../../core/ids.ts';
import { fromStream } from '../../core/stream/options.ts';

const common = {
  domain: 'simulation',
  owner: 'nobody@example.com',
  fields: { id: text(), amount: integer() },
  key: ['id'],
};

/** Each file adds its rows, however bad. */
export const sales = defineDataset({
  ...common,
  name: 'sales',
  description: 'Rows that add up.',
  rejects: { holdAbove: 1 },
  stream: fromStream(),
});

/** Each file is the whole table. */
export const prices = defineDataset({
  ...common,
  name: 'prices',
  description: 'The newest file is all there is.',
  write: replace(),
  rejects: { holdAbove: 1 },
});

/** A run with too many bad rows waits for a person. */
export const strict = defineDataset({
  ...common,
  name: 'strict',
  description: 'Rows that somebody may have to look at.',
  rejects: { holdAbove: 0.3 },
});

export const datasets = [sales, prices, strict] as const;
export const datasetNamed = (name: string) => datasets.find((dataset) => dataset.name === name);
export const nameOf = (key: string): DatasetName | undefined =>
  DatasetName.safeParse(key.slice(0, Math.max(0, key.indexOf('/')))).data;
