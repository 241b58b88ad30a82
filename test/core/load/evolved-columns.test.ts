import { expect, test } from 'vitest';
import type { Column } from '../../../core/dataset.ts';
import { evolvedDoc } from '../../../core/evolution/evolved.ts';
import { limits } from '../../../core/limits.ts';
import { ensureTable } from '../../../core/load/commit.ts';
import { currentSchema } from '../../../core/load/table.ts';
import { ordersColumns, ordersDataset, ordersLocation } from '../../support/orders-table.ts';
import { simulatedWorld } from '../../support/simulated-world.ts';

const evolved = (name: string): Column => ({
  ...{ name, type: 'string', required: false, bounds: false, doc: evolvedDoc, evolved: true },
});
const many = (count: number): Column[] =>
  Array.from({ length: count }, (_, index) => evolved(`c${index}`));

/** A table to which files brought some columns; each later call is of another run. */
const table = async (columns: readonly Column[]) => {
  const { world } = simulatedWorld();
  const ensure = (more: readonly Column[]) =>
    ensureTable(world, ordersDataset, [...ordersColumns, ...more], ordersLocation);
  await ensure(columns);
  return ensure;
};

test('a column that files brought is added once, and stays when a run has it not', async () => {
  const ensure = await table([evolved('coupon')]);
  const names = (metadata: Awaited<ReturnType<typeof ensure>>) =>
    currentSchema(metadata).fields.map(({ name }) => name);
  expect(names(await ensure([evolved('gift')])).slice(-2)).toEqual(['coupon', 'gift']);
  expect(names(await ensure([evolved('coupon')])).slice(-2)).toEqual(['coupon', 'gift']);
});

test.each<[string, Column, string]>([
  [
    'a declared column of another type is not written over texts of files',
    { name: 'coupon', type: 'int', required: false, bounds: true },
    'column "coupon" is declared as int, and the table has texts there, as files brought them ' +
      `(table at ${ordersLocation}). Nothing was changed. Declare it as an optional text`,
  ],
  [
    'texts of files are not written over a column of another type',
    evolved('due'),
    `the new column "due" would be a text, and the table has it as date (table at ${ordersLocation}`,
  ],
])('%s', async (_, column, message) => {
  const ensure = await table([evolved('coupon')]);
  await expect(ensure([column])).rejects.toThrow(message);
});

test('files cannot add columns without end', async () => {
  const ensure = await table(many(limits.evolvedColumnsMax));
  await expect(ensure([evolved('c0')])).resolves.toBeDefined();
  await expect(ensure([evolved('one_more')])).rejects.toThrow(
    `files would give the table ${limits.evolvedColumnsMax + 1} columns that are not declared`,
  );
});
