import { describe, expect, test } from 'vitest';
import {
  appendChange,
  baseOf,
  commitRun,
  type Decide,
  ensureTable,
  replaceChange,
  scanFiles,
} from '../../../core/load/commit.ts';
import { encodeManifestList, entryStatus } from '../../../core/load/manifest.ts';
import { entriesOf, prepareSnapshot, snapshotIdOf } from '../../../core/load/snapshot.ts';
import {
  ordersColumns,
  ordersDataset,
  ordersLocation,
  paperFile,
} from '../../support/orders-table.ts';
import { simulatedWorld } from '../../support/simulated-world.ts';

const table = async () => {
  const { world, objects } = simulatedWorld();
  await ensureTable(world, ordersDataset, ordersColumns, ordersLocation);
  const base = async () => {
    const metadata = await world.catalog.load('orders');
    if (metadata === undefined) throw new Error('no table');
    return await baseOf(world, metadata);
  };
  const commit = (runId: string, decide: Decide, mergeAt = 100) =>
    commitRun(world, 'orders', runId, decide, { mergeAt });
  const append = (runId: string, mergeAt?: number) =>
    commit(runId, ({ metadata }) => appendChange([paperFile(metadata, runId)]), mergeAt);
  return { world, objects, base, commit, append };
};

test('a run’s snapshot id is the same every time, and below 2^53', () => {
  const all = Array.from({ length: 500 }, (_, n) => snapshotIdOf(`orders-${n}`));
  expect(new Set(all).size).toBe(500);
  expect(all.every((id) => id > 0n && id < 2n ** 53n)).toBe(true);
  expect(snapshotIdOf('orders-1')).toBe(all[1]);
});

describe('a replacement', () => {
  test('marks every old file deleted, keeps nothing, and counts both sides', async () => {
    const { base, append, commit } = await table();
    await append('run-1');
    await append('run-2');
    await commit('run-3', (now) => replaceChange(now, [paperFile(now.metadata, 'run-3')]));
    const now = await base();
    expect(now.snapshot?.summary).toMatchObject({
      operation: 'overwrite',
      'added-data-files': '1',
      'deleted-data-files': '2',
      'deleted-records': '20',
      'total-data-files': '1',
      'total-records': '10',
    });
    expect(await scanFiles(now)).toHaveLength(1);
    const entries = await entriesOf(now, now.manifests);
    const gone = entries.filter((entry) => entry.status === entryStatus.deleted);
    expect(gone).toHaveLength(2);
    for (const entry of gone) expect(entry.snapshot_id).toBe(snapshotIdOf('run-3'));
  });

  test('leaves no bounds of a deleted file in a live manifest: bounds are values', async () => {
    const { base, append, commit, objects } = await table();
    await append('secret');
    await commit('run-2', (now) => replaceChange(now, [paperFile(now.metadata, 'run-2')]));
    const now = await base();
    const deleted = (await entriesOf(now, now.manifests)).filter(
      (entry) => entry.status === entryStatus.deleted,
    );
    expect(deleted).toHaveLength(1);
    expect(deleted[0]?.data_file).toMatchObject({ lower_bounds: null, upper_bounds: null });
    expect(objects.size).toBeGreaterThan(0);
  });

  test('of a whole table by nothing is a delete, as readers call it', async () => {
    const { base, append, commit } = await table();
    await append('run-1');
    await commit('run-2', (now) => replaceChange(now, []));
    expect((await base()).snapshot?.summary).toMatchObject({
      operation: 'delete',
      'total-records': '0',
    });
  });

  test('a manifest that only tells deletions is gone from the next snapshot', async () => {
    const { base, append, commit } = await table();
    await append('run-1');
    await commit('run-2', (now) => replaceChange(now, [paperFile(now.metadata, 'run-2')]));
    expect((await base()).manifests).toHaveLength(2);
    await append('run-3');
    expect((await base()).manifests).toHaveLength(2);
  });
});

describe('merging manifests', () => {
  test('folds small manifests into one, and every file stays live with its own numbers', async () => {
    const { base, append } = await table();
    for (let run = 1; run <= 5; run += 1) await append(`run-${run}`, 4);
    const now = await base();
    expect(now.manifests).toHaveLength(2);
    const live = await scanFiles(now);
    const numbers = live.map((entry) => entry.sequence_number).sort();
    expect(numbers).toEqual([1n, 2n, 3n, 4n, 5n]);
    const merged = now.manifests.find((manifest) => manifest.existing_files_count === 4);
    expect(merged).toMatchObject({ sequence_number: 5n, min_sequence_number: 1n });
  });
});

test('an overwrite keeps the untouched files of a manifest it must rewrite', async () => {
  const { base, commit } = await table();
  await commit('run-1', ({ metadata }) =>
    appendChange([paperFile(metadata, 'a'), paperFile(metadata, 'b')]),
  );
  await commit('run-2', ({ metadata }) => ({
    operation: 'overwrite',
    add: [paperFile(metadata, 'c')],
    remove: new Set([`${ordersLocation}/data/a.parquet`]),
  }));
  const live = (await scanFiles(await base())).map((entry) => entry.data_file.file_path).sort();
  expect(live).toEqual([`${ordersLocation}/data/b.parquet`, `${ordersLocation}/data/c.parquet`]);
});

test('the partition summary of a manifest spans its files', async () => {
  const { base, commit } = await table();
  await commit('run-1', ({ metadata }) =>
    appendChange([paperFile(metadata, 'a', '674'), paperFile(metadata, 'b', '-1')]),
  );
  const [summary] = (await base()).manifests[0]?.partitions ?? [];
  expect(summary?.lower_bound?.readInt32LE()).toBe(-1);
  expect(summary?.upper_bound?.readInt32LE()).toBe(674);
  expect(summary?.contains_null).toBe(false);
});

test('preparing is pure: the same base, change and options give the same bytes', async () => {
  const { base, append } = await table();
  await append('run-1');
  const now = await base();
  const prepare = () =>
    prepareSnapshot(now, appendChange([paperFile(now.metadata, 'x')]), {
      snapshotId: 5n,
      name: 'x',
      now: 1,
    });
  const [first, second] = [await prepare(), await prepare()];
  expect(first.files.map((f) => f.bytes.toString('hex'))).toEqual(
    second.files.map((f) => f.bytes.toString('hex')),
  );
});

test('a table with delete files of another writer is refused, and says why', async () => {
  const { world, base, append } = await table();
  await append('run-1');
  const now = await base();
  const lines = now.manifests.map((manifest) => ({ ...manifest, content: 1 }));
  const list = encodeManifestList(lines, { id: 1n, parent: null, sequence: 1n });
  await world.store.put(now.snapshot?.['manifest-list'] ?? '', list);
  await expect(base()).rejects.toThrow(/has delete files of another writer/);
});
