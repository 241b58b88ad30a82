import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { Dataset } from '../../core/dataset.ts';
import { type DatasetDefinition, defineDataset } from '../../core/define-dataset.ts';
import type { Evolution } from '../../core/evolution/evolution.ts';
import { date, integer, text } from '../../core/fields/index.ts';
import { currentSchema } from '../../core/load/table.ts';
import type { memoryStack } from './memory-stack.ts';

/** Sales whose files change, and what is then done as a test says. */
export const sales = (
  evolution: Partial<Evolution>,
  more: Partial<DatasetDefinition> = {},
): Dataset =>
  defineDataset({
    name: 'sales',
    domain: 'tests',
    owner: 'tests@example.com',
    description: 'Sales whose files change.',
    fields: {
      id: integer(),
      sold_on: date({ optional: true }),
      note: text({ optional: true, classification: 'confidential' }),
    },
    key: ['id'],
    rejects: { holdAbove: 1 },
    evolution,
    ...more,
  });

/** One of two rows has a value in a column that is not declared. */
export const withCoupon = 'id,Coupon Code,sold_on,note\n2, 007 ,,\n3,,,\n';

type Stack = ReturnType<typeof memoryStack>;

/** Rows of Parquet objects in the stack's buckets, whose keys have a part. */
export const rowsAt = async (stack: Stack, part: string): Promise<Record<string, unknown>[]> => {
  const found = [...stack.objects].filter(
    ([uri]) => uri.includes(part) && uri.endsWith('.parquet'),
  );
  if (found.length === 0) return [];
  const dir = mkdtempSync(join(tmpdir(), 'evolving-sales-'));
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    for (const [index, [, bytes]] of found.entries())
      writeFileSync(join(dir, `${index}.parquet`), bytes);
    const reader = await connection.runAndReadAll(
      `SELECT * FROM read_parquet('${dir}/*.parquet', union_by_name = true) ORDER BY ALL`,
    );
    return reader.getRowObjectsJson();
  } finally {
    connection.closeSync();
    instance.closeSync();
    rmSync(dir, { recursive: true });
  }
};

/** Id and one column of each published row. */
export const published = async (stack: Stack, column: string) =>
  (await rowsAt(stack, '/data/')).map((row) => [row.id, row[column] ?? null]);

export const lastRun = async (stack: Stack) => (await stack.ledger.listRuns({ limit: 1 }))[0];

/** Each file's key, state and the code of its reason. */
export const fileStates = async (stack: Stack) =>
  (await stack.ledger.listFiles({ limit: 20 })).map(({ key, state, reason }) => [
    key,
    state,
    ...(reason === null ? [] : [reason.code]),
  ]);

/** The table's columns as the catalogue has them. */
export const tableFields = (stack: Stack) => {
  const table = stack.tables.get('sales');
  return table === undefined ? [] : currentSchema(table).fields;
};
