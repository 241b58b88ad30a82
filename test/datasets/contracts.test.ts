import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compareContracts } from '../../core/compatibility/compare-contracts.ts';
import { ContractsLock, lockOf } from '../../core/compatibility/contract-document.ts';
import { datasetNamed, datasets } from '../../datasets/index.ts';

const path = join(import.meta.dirname, '../../datasets/contracts.lock.json');
const promised = ContractsLock.parse(JSON.parse(readFileSync(path, 'utf8')));

test('the datasets are what datasets/contracts.lock.json promises (npx headgate contract lock)', () => {
  const diffs = compareContracts(promised, lockOf(datasets, datasetNamed));
  expect(diffs.flatMap(({ changes }) => changes.map(({ reason }) => reason))).toEqual([]);
  expect(diffs).toEqual([]);
});

test('a dataset that breaks its promise is seen', () => {
  const broken = datasets.map((dataset) =>
    dataset.name === 'orders' ? { ...dataset, key: ['order_id', 'product_id'] } : dataset,
  );
  expect(compareContracts(promised, lockOf(broken, datasetNamed))).toMatchObject([
    { dataset: 'orders', verdict: 'none', mustRaise: true, changes: [{ kind: 'key changed' }] },
  ]);
});
