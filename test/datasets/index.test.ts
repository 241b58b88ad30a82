import { describe, expect, test } from 'vitest';
import { columnsOf } from '../../core/contract.ts';
import { compileTransform } from '../../core/transform/compile-transform.ts';
import { compileRow } from '../../core/validate/compile-row.ts';
import { datasetNamed, datasets } from '../../datasets/index.ts';

test('no two datasets have the same name, and each is found by its own', () => {
  expect(datasets.map(({ name }) => datasetNamed(name))).toEqual(datasets);
  expect(datasetNamed('nothing')).toBeUndefined();
});

describe.each(datasets.map((dataset) => [dataset.name, dataset] as const))(
  '%s',
  (_name, dataset) => {
    test('fits the datasets that it joins, and compiles', () => {
      expect(() => columnsOf(dataset, datasetNamed)).not.toThrow();
      expect(() => compileRow(dataset)).not.toThrow();
      expect(() => compileTransform(dataset, datasetNamed)).not.toThrow();
    });

    test('has a key, and says what it is', () => {
      expect(dataset.key.length).toBeGreaterThan(0);
      expect(dataset.description.length).toBeGreaterThan(20);
    });
  },
);
