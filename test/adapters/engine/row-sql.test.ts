import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rejectReasons } from '../../../adapters/engine/counts.ts';
import { type Engine, openEngine } from '../../../adapters/engine/instance.ts';
import { rejectsCopySql } from '../../../adapters/engine/row-sql.ts';
import { defineDataset } from '../../../core/define-dataset.ts';
import { integer } from '../../../core/fields/index.ts';
import { compileRow } from '../../../core/validate/compile-row.ts';

let dir = '';
let engine: Engine;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'row-sql-'));
  engine = await openEngine({ workDir: dir, threads: 1, memoryLimit: '200MB' });
});
afterAll(() => {
  engine.close();
  rmSync(dir, { recursive: true });
});

const dataset = defineDataset({
  name: 'numbers',
  domain: 'tests',
  owner: 'tests@example.com',
  description: 'One number.',
  fields: { n: integer() },
});
const columns = { start: '0', end: '1', raw: "''::BLOB", fault: '0', compound: 'NULL::VARCHAR' };

/** Rejects the row `x` with so many of the dataset's reasons. */
const reject = async (reasons: number) => {
  const compiled = compileRow(dataset);
  const row = { ...compiled, reasons: compiled.reasons.slice(0, reasons) };
  const context = { dataset, row, fileId: 'file', runId: 'run' };
  const path = join(dir, `rejects-${reasons}.parquet`);
  await engine.run(rejectsCopySql(context, columns, "(SELECT 1 AS _row, 'x' AS n)", path));
  return await rejectReasons(engine, path, 1);
};

test('a rejected row has its reason', async () => {
  expect(await reject(9)).toEqual([{ code: 'E_TYPE', field: 'n', rows: 1 }]);
});

test('a row that is refused without a reason is a failure', async () => {
  await expect(reject(0)).rejects.toThrow('each rejected row has a reason');
  await expect(reject(1)).rejects.toThrow('each rejected row has a reason');
});
