import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import * as z from 'zod';
import { catalogEndpoint } from '../../../adapters/iceberg-catalog.ts';

/** Made by set-up; a developer may name another. */
const python = process.env.HEADGATE_READERS_PYTHON ?? '.headgate/readers/bin/python';

/** What test/readers/read_table.py tells of a table. */
export const TableRead = z.object({
  rows: z.number(),
  snapshot_id: z.string().nullable(),
  files_planned: z.number(),
  files_total: z.number(),
  sums: z.record(z.string(), z.string()),
  distinct: z.record(z.string(), z.number()),
  nulls: z.record(z.string(), z.number()),
  schema: z.array(
    z.object({ id: z.number(), name: z.string(), type: z.string(), required: z.boolean() }),
  ),
  partition: z.array(z.object({ name: z.string(), transform: z.string() })),
  /** What gives a commit up is a snapshot of no run. */
  history: z.array(
    z.object({ snapshot_id: z.string(), operation: z.string(), run_id: z.string().nullable() }),
  ),
  sample: z.array(z.record(z.string(), z.unknown())),
});

/** Reads a table with PyIceberg, through the catalogue and with none of our code. */
export const readTable = async (
  { database, table }: { readonly database: string; readonly table: string },
  ...more: readonly string[]
): Promise<z.infer<typeof TableRead>> => {
  const endpoint = process.env.AWS_ENDPOINT_URL;
  const region = process.env.AWS_REGION ?? 'us-east-1';
  const { stdout } = await promisify(execFile)(python, [
    'test/readers/read_table.py',
    ...['--uri', catalogEndpoint(region, endpoint), '--catalog-id', '000000000000'],
    ...['--database', database, '--table', table, '--region', region],
    ...(endpoint === undefined ? [] : ['--s3-endpoint', endpoint]),
    ...more,
  ]);
  return TableRead.parse(JSON.parse(stdout));
};
