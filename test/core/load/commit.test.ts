import { describe, expect, test } from 'vitest';
import { PermanentError } from '../../../core/errors.ts';
import { EpochMs } from '../../../core/ids.ts';
import {
  appendChange,
  baseOf,
  type CommitOutcome,
  commitRun,
  ensureTable,
  findRun,
  replaceChange,
  scanFiles,
  type World,
} from '../../../core/load/commit.ts';
import { snapshotIdOf } from '../../../core/load/snapshot.ts';
import { currentSnapshot, type TableMetadata } from '../../../core/load/table.ts';
import type { CatalogCall } from '../../support/memory-catalog.ts';
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

/** As Step Functions does: an exhausted load is started again. */
const untilCommitted = async (commit: () => Promise<CommitOutcome>): Promise<CommitOutcome> => {
  for (let start = 0; start < 50; start += 1) {
    const outcome = await commit();
    if (outcome.kind !== 'exhausted') return outcome;
  }
  throw new Error('50 starts were not enough');
};

const tableOf = async (world: World): Promise<TableMetadata> => {
  const metadata = await world.catalog.load('orders');
  if (metadata === undefined) throw new Error('no table');
  return metadata;
};

const livePaths = async (world: World, metadata: TableMetadata): Promise<string[]> =>
  (await scanFiles(await baseOf(world, metadata))).map((entry) => entry.data_file.file_path).sort();

const chainLength = (metadata: TableMetadata): number => {
  let length = 0;
  let at = currentSnapshot(metadata);
  while (at !== undefined) {
    length += 1;
    const parent = at['parent-snapshot-id'];
    at = metadata.snapshots?.find((snapshot) => snapshot['snapshot-id'] === parent);
  }
  return length;
};

const onCommits =
  (fault: 'conflict' | 'lost' | 'failed', times: number) =>
  ({ op }: CatalogCall) => {
    if (op !== 'commit' || times === 0) return 'none';
    times -= 1;
    return fault;
  };

describe('commitRun', () => {
  test('one append makes one snapshot that names its run and has its deterministic id', async () => {
    const { world } = simulatedWorld();
    await ensure(world);
    const outcome = await append(world, 'run-1');
    const id = snapshotIdOf('run-1');
    expect(outcome).toEqual({ kind: 'committed', snapshotId: id, tries: 1, already: false });
    const metadata = await tableOf(world);
    expect(findRun(metadata, 'run-1')?.['snapshot-id']).toBe(id);
    expect(currentSnapshot(metadata)?.summary).toMatchObject({
      operation: 'append',
      'headgate.run-id': 'run-1',
      'added-data-files': '1',
      'added-records': '10',
      'total-records': '10',
      'total-data-files': '1',
    });
  });

  test.each([
    { fault: 'conflict', tries: 3, already: false },
    { fault: 'failed', tries: 3, already: false },
    { fault: 'lost', tries: 2, already: true },
  ] as const)('two replies "$fault" still end in one snapshot', async (row) => {
    const { world } = simulatedWorld({ fault: onCommits(row.fault, 2) });
    await ensure(world);
    expect(await append(world, 'run-1')).toMatchObject({
      kind: 'committed',
      tries: row.tries,
      already: row.already,
    });
    const metadata = await tableOf(world);
    expect(metadata.snapshots).toHaveLength(1);
    expect(await livePaths(world, metadata)).toHaveLength(1);
  });

  test('a lost reply to the last try is found by the look after it', async () => {
    const { world } = simulatedWorld({ fault: onCommits('lost', 1) });
    await ensure(world);
    const outcome = await commitRun(
      world,
      'orders',
      'run-1',
      (base) => appendChange([paperFile(base.metadata, 'run-1')]),
      { triesMax: 1 },
    );
    expect(outcome).toMatchObject({ kind: 'committed', already: true });
  });

  test('a run that loses every try says so, with the last reason, and changes nothing', async () => {
    const { world } = simulatedWorld({ fault: onCommits('conflict', 1_000) });
    await ensure(world);
    expect(await append(world, 'run-1')).toEqual({
      kind: 'exhausted',
      tries: 20,
      detail: 'conflict: ordered by the test',
    });
    expect((await tableOf(world)).snapshots ?? []).toHaveLength(0);
  });

  test('a read that fails is a lost try, not the end', async () => {
    let failing = 2;
    const { world } = simulatedWorld({
      fault: ({ op }) => {
        if (op !== 'load' || failing === 0) return 'none';
        failing -= 1;
        return 'failed';
      },
    });
    failing = 0;
    await ensure(world);
    failing = 2;
    expect(await append(world, 'run-1')).toMatchObject({ kind: 'committed', tries: 3 });
  });

  test('the same run a second time finds its snapshot and asks for nothing', async () => {
    const { world, calls } = simulatedWorld();
    await ensure(world);
    await append(world, 'run-1');
    const before = calls.filter((call) => call.op === 'commit').length;
    expect(await append(world, 'run-1')).toMatchObject({ kind: 'committed', already: true });
    expect(calls.filter((call) => call.op === 'commit')).toHaveLength(before);
  });

  test('deciding that there is nothing to do names the snapshot it was decided on', async () => {
    const { world } = simulatedWorld();
    await ensure(world);
    const nothing = () => commitRun(world, 'orders', 'run-9', () => null);
    expect(await nothing()).toEqual({ kind: 'nothing', snapshotId: null });
    await append(world, 'run-1');
    expect(await nothing()).toEqual({ kind: 'nothing', snapshotId: snapshotIdOf('run-1') });
  });

  test('a table that does not exist is a permanent error that names it', async () => {
    const { world } = simulatedWorld();
    await expect(append(world, 'run-1')).rejects.toThrow(PermanentError);
    await expect(append(world, 'run-1')).rejects.toThrow(/table orders does not exist/);
  });

  test('removing a file that is not live is refused instead of committed', async () => {
    const { world } = simulatedWorld();
    await ensure(world);
    const gone = commitRun(world, 'orders', 'run-1', () => ({
      operation: 'overwrite',
      add: [],
      remove: new Set(['s3://curated/orders/data/nowhere.parquet']),
    }));
    await expect(gone).rejects.toThrow(/1 of 1 files to remove are not live/);
  });
});

describe('many writers', () => {
  const drops = ({ op }: CatalogCall, random: () => number) =>
    op === 'commit' && random() < 0.3 ? 'lost' : 'none';

  test.each([{ seed: 1 }, { seed: 2 }])(
    '8 writers x 25 commits with 3 of 10 replies lost make exactly 200 snapshots (seed $seed)',
    async ({ seed }) => {
      const { world } = simulatedWorld({ seed, fault: drops });
      await ensure(world);
      const writer = async (n: number) => {
        for (let i = 0; i < 25; i += 1) await untilCommitted(() => append(world, `w${n}-${i}`));
      };
      await Promise.all(Array.from({ length: 8 }, (_, n) => writer(n)));
      const metadata = await tableOf(world);
      const runs = new Set(metadata.snapshots?.map((s) => s.summary['headgate.run-id']));
      expect(metadata.snapshots).toHaveLength(200);
      expect(runs.size).toBe(200);
      expect(chainLength(metadata)).toBe(200);
      expect(new Set(await livePaths(world, metadata)).size).toBe(200);
      expect(currentSnapshot(metadata)?.summary['total-records']).toBe('2000');
    },
  );

  test('twins of a run, started at once and with lost replies, make one snapshot each', async () => {
    const { world } = simulatedWorld({ seed: 7, fault: drops });
    await ensure(world);
    const runs = Array.from({ length: 20 }, (_, n) => `run-${n}`);
    await Promise.all([...runs, ...runs].map((run) => untilCommitted(() => append(world, run))));
    const metadata = await tableOf(world);
    expect(metadata.snapshots).toHaveLength(20);
    expect(await livePaths(world, metadata)).toHaveLength(20);
  });

  test('a slow twin does not overwrite the metadata files of a faster one', async () => {
    const { world } = simulatedWorld();
    await ensure(world);
    const [held, go] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const putAll = Promise.withResolvers<void>();
    let puts = 0;
    const put: World['store']['put'] = async (uri, bytes) => {
      held.resolve();
      await go.promise;
      await world.store.put(uri, bytes);
      puts += 1;
      if (puts === 2) putAll.resolve();
    };
    const slow = append({ ...world, store: { get: world.store.get, put } }, 'run-1');
    await held.promise;
    await append(world, 'run-2');
    const commit: World['catalog']['commit'] = async (...request) => {
      go.resolve();
      await putAll.promise;
      return await world.catalog.commit(...request);
    };
    await append({ ...world, catalog: { ...world.catalog, commit } }, 'run-1');
    expect(await slow).toMatchObject({ kind: 'committed' });
    const metadata = await tableOf(world);
    expect(metadata.snapshots).toHaveLength(2);
    expect(await livePaths(world, metadata)).toHaveLength(2);
  });

  test('replacements at the same time leave the files of exactly one', async () => {
    const { world } = simulatedWorld({ seed: 11, fault: drops });
    await ensure(world);
    const replace = (run: string) =>
      commitRun(world, 'orders', run, (base) =>
        replaceChange(base, [paperFile(base.metadata, run)]),
      );
    const runs = Array.from({ length: 12 }, (_, n) => `run-${n}`);
    await Promise.all(runs.map((run) => untilCommitted(() => replace(run))));
    const metadata = await tableOf(world);
    expect(metadata.snapshots).toHaveLength(12);
    const last = currentSnapshot(metadata)?.summary['headgate.run-id'];
    expect(await livePaths(world, metadata)).toEqual([`s3://curated/orders/data/${last}.parquet`]);
    expect(currentSnapshot(metadata)?.summary['total-records']).toBe('10');
  });

  test('time in a table never runs backwards, even when a writer’s clock does', async () => {
    const { world } = simulatedWorld();
    await ensure(world);
    await append(world, 'run-1');
    await append({ ...world, now: () => EpochMs.parse(5) }, 'run-2');
    await append(world, 'run-3');
    const times = (await tableOf(world)).snapshots?.map((s) => s['timestamp-ms']) ?? [];
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(new Set(times).size).toBe(3);
  });
});
