import { execFile } from 'node:child_process';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type * as z from 'zod';
import type { Column, Dataset } from '../../core/dataset.ts';
import { PermanentError } from '../../core/errors.ts';
import { EpochMs } from '../../core/ids.ts';
import { appendChange, commitRun, ensureTable, type World } from '../../core/load/commit.ts';
import { writeJson } from '../../core/load/json.ts';
import { type CopyRow, dataFile, stagedFile } from '../../core/load/parquet.ts';
import { currentSchema, currentSpec, type TableMetadata } from '../../core/load/table.ts';
import { TableRead } from '../e2e/support/pyiceberg.ts';
import { memoryCatalog } from './memory-catalog.ts';
import { seededRandom } from './simulated-world.ts';

const pathOf = (uri: string): string => uri.replace(/^file:\/\//, '');

/** An Iceberg table in a directory, written by our load and readable by anyone. */
export const tableOnDisk = async (
  dir: string,
  dataset: Pick<Dataset, 'name' | 'partition'>,
  columns: readonly Column[],
) => {
  const { catalog } = memoryCatalog();
  let clock = 1_767_225_600_000;
  const now = () => {
    clock += 1;
    return EpochMs.parse(clock);
  };
  const world: World = {
    catalog,
    store: {
      get: async (uri) => await readFile(pathOf(uri)),
      put: async (uri, bytes) => await writeFile(pathOf(uri), bytes),
    },
    now,
    sleep: async () => undefined,
    random: seededRandom(1),
  };
  await mkdir(join(dir, 'metadata'), { recursive: true });
  await mkdir(join(dir, 'data'), { recursive: true });
  const ready = async (wanted: readonly Column[] = columns): Promise<TableMetadata> =>
    await ensureTable(world, dataset, wanted, `file://${dir}`);
  await ready();

  /** Publishes files as COPY described them, in one snapshot. */
  const publish = async (
    runId: string,
    copied: readonly CopyRow[],
    boundsFor: (id: number) => boolean = () => true,
  ): Promise<void> => {
    const outcome = await commitRun(world, dataset.name, runId, async ({ metadata }) => {
      const [schema, spec] = [currentSchema(metadata), currentSpec(metadata)];
      const files = copied.map(async (row, index) => {
        const uri = `file://${dir}/data/${runId}-${index}.parquet`;
        await copyFile(row.filename, pathOf(uri));
        return dataFile(schema, spec, stagedFile(schema, spec, row, uri, boundsFor));
      });
      return appendChange(await Promise.all(files));
    });
    if (outcome.kind !== 'committed') throw new PermanentError(`not committed: ${outcome.kind}`);
  };

  /** What a catalogue keeps beside what a commit asks for. */
  const metadataFile = async (): Promise<string> => {
    const metadata = await catalog.load(dataset.name);
    const path = join(dir, 'metadata', 'v1.metadata.json');
    const kept = {
      'last-updated-ms': clock,
      'last-partition-id': 999 + dataset.partition.length,
      'sort-orders': [{ 'order-id': 0, fields: [] }],
      'default-sort-order-id': 0,
    };
    const snapshot = metadata?.refs?.main?.['snapshot-id'];
    const uuid = '00000000-0000-4000-8000-000000000001';
    const whole = { ...metadata, ...kept, 'table-uuid': uuid, 'current-snapshot-id': snapshot };
    await writeFile(path, writeJson(whole));
    return path;
  };

  /** Reads it with PyIceberg, which shares no code with us. */
  const read = async (...more: readonly string[]): Promise<z.infer<typeof TableRead>> => {
    const python = process.env.HEADGATE_READERS_PYTHON ?? '.headgate/readers/bin/python';
    const given = ['test/readers/read_table.py', '--metadata', await metadataFile(), ...more];
    const { stdout } = await promisify(execFile)(python, given);
    return TableRead.parse(JSON.parse(stdout));
  };
  return { world, ready, publish, read };
};
