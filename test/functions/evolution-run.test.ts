import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Dataset } from '../../core/dataset.ts';
import { type DatasetDefinition, defineDataset } from '../../core/define-dataset.ts';
import type { Evolution } from '../../core/evolution/evolution.ts';
import { date, integer, text } from '../../core/fields/index.ts';
import { currentSchema } from '../../core/load/table.ts';
import { memoryStack } from '../support/memory-stack.ts';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'evolution-run-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

const sales = (evolution: Partial<Evolution>, more: Partial<DatasetDefinition> = {}): Dataset =>
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

type Stack = ReturnType<typeof memoryStack>;

/** Rows of Parquet objects in the stack's buckets, whose keys have a part. */
const rowsAt = async (stack: Stack, part: string): Promise<Record<string, unknown>[]> => {
  const paths = [...stack.objects]
    .filter(([uri]) => uri.includes(part) && uri.endsWith('.parquet'))
    .map(([, bytes], index) => {
      const path = join(dir, `${index}-${Math.random()}.parquet`);
      writeFileSync(path, bytes);
      return `'${path}'`;
    });
  if (paths.length === 0) return [];
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const reader = await connection.runAndReadAll(
    `SELECT * FROM read_parquet([${paths.join(', ')}], union_by_name = true) ORDER BY ALL`,
  );
  const rows = reader.getRowObjectsJson();
  connection.closeSync();
  instance.closeSync();
  return rows;
};
const published = (stack: Stack) => rowsAt(stack, '/data/');

const lastRun = async (stack: Stack) => (await stack.ledger.listRuns({ limit: 1 }))[0];
const tableColumns = (stack: Stack) => {
  const table = stack.tables.get('sales');
  return table === undefined ? [] : currentSchema(table).fields.map(({ name }) => name);
};

describe('a new column', () => {
  test('evolves the table: its texts stand beside older rows, which have none', async () => {
    const stack = memoryStack({ datasets: [sales({ newColumns: 'evolve' })] });
    await stack.land([['sales/a.csv', 'id,sold_on,note\n1,2024-01-01,x\n']]);
    await stack.land([['sales/b.csv', 'id,Coupon Code,sold_on,note\n2, 007 ,,\n3,,,\n']]);
    await stack.land([['sales/c.csv', 'id,sold_on,note\n4,,\n']]);
    expect(await lastRun(stack)).toMatchObject({ state: 'PUBLISHED' });
    expect(tableColumns(stack)).toContain('coupon_code');
    const rows = await published(stack);
    expect(rows.map(({ id, coupon_code: code }) => [id, code])).toEqual([
      [1, null],
      [2, ' 007 '],
      [3, null],
      [4, null],
    ]);
  });
});
