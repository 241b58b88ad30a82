import { expect, test } from 'vitest';
import { compareContracts } from '../../../core/compatibility/compare-contracts.ts';
import { ContractsLock, lockOf } from '../../../core/compatibility/contract-document.ts';
import { defineDataset } from '../../../core/define-dataset.ts';
import type { Evolution } from '../../../core/evolution/evolution.ts';
import { text } from '../../../core/fields/index.ts';

const lock = (evolution: Partial<Evolution>): ContractsLock => {
  const dataset = defineDataset({
    ...{ name: 'sales', domain: 'tests', owner: 'tests', description: 'Their files change.' },
    fields: { id: text() },
    evolution,
  });
  return lockOf([dataset], () => dataset);
};

test('a contract that was kept before there were modes has the defaults', () => {
  const { contracts, format } = lock({});
  const { evolution: _evolution, ...old } = contracts.sales ?? {};
  const kept = ContractsLock.parse({ format, contracts: { sales: old } });
  expect(compareContracts(kept, lock({}))).toEqual([]);
  expect(compareContracts(kept, lock({ newColumns: 'hold' }))).toMatchObject([
    {
      verdict: 'full',
      changes: [
        {
          kind: 'evolution loosened',
          reason: 'evolution.newColumns: changed from freeze to hold: what was taken still is',
        },
      ],
    },
  ]);
});
