import { describe, expect, test } from 'vitest';
import { TransientError } from '../../../core/errors.ts';
import {
  appendChange,
  baseOf,
  commitRun,
  ensureTable,
  scanFiles,
  type World,
} from '../../../core/load/commit.ts';
import { currentSchema } from '../../../core/load/table.ts';
import {
  ordersColumns,
  ordersDataset,
  ordersLocation,
  paperFile,
} from '../../support/orders-table.ts';
import { simulatedWorld } from '../../support/simulated-world.ts';

const ensure = (world: World, columns = ordersColumns) =>
  ensureTable(world, ordersDataset, columns, ordersLocation);

const append = (world: World, runId: string) =>
  commitRun(world, 'orders', runId, (base) => appendChange([paperFile(base.metadata, runId)]));

const tableOf = async (world: World) => {
  const metadata = await world.catalog.load('orders');
  if (metadata === undefined) throw new Error('no table');
  return metadata;
};

describe('ensureTable', () => {
  test('takes field ids from the catalogue’s reply, not from its own request', async () => {
    const { world } = simulatedWorld({ renumberBy: 40 });
    const metadata = await ensure(world);
    expect(currentSchema(metadata).fields.map((f) => f.id)).toEqual([41, 42, 43, 44, 45, 46, 47]);
    await append(world, 'run-1');
    const [entry] = await scanFiles(await baseOf(world, await tableOf(world)));
    expect(entry?.data_file.value_counts).toEqual([{ key: 41, value: 10n }]);
  });

  test.each(['conflict', 'lost', 'failed'] as const)(
    'a create with reply "%s" ends in one table',
    async (fault) => {
      let times = 1;
      const { world, tables } = simulatedWorld({
        fault: ({ op }) => {
          if (op !== 'create' || times === 0) return 'none';
          times -= 1;
          return fault;
        },
      });
      await ensure(world);
      expect([...tables.keys()]).toEqual(['orders']);
    },
  );

  test('eight runs that add a column at once add it once', async () => {
    const { world } = simulatedWorld({ seed: 5 });
    await ensure(world);
    const more = [
      ...ordersColumns,
      { name: 'channel', type: 'string', required: true, bounds: true },
    ];
    const all = await Promise.all(Array.from({ length: 8 }, () => ensure(world, more)));
    for (const metadata of all) {
      const channel = currentSchema(metadata).fields.filter((f) => f.name === 'channel');
      expect(channel).toMatchObject([{ id: 8, required: false }]);
    }
    expect((await tableOf(world)).schemas).toHaveLength(2);
  });

  test('refuses a dataset whose partition is no longer the table’s', async () => {
    const { world } = simulatedWorld();
    await ensure(world);
    const partition = [{ column: 'ordered_at', transform: 'day' }] as const;
    const daily = ensureTable(world, { ...ordersDataset, partition }, ordersColumns, 's3://b/t');
    await expect(daily).rejects.toThrow(
      /partitioned by \[day\(ordered_at\)\], its table by \[month\(ordered_at\)\]/,
    );
  });

  test('gives up with a transient error when it loses every time', async () => {
    const { world } = simulatedWorld({ fault: ({ op }) => (op === 'create' ? 'failed' : 'none') });
    await expect(ensure(world)).rejects.toThrow(TransientError);
  });
});
