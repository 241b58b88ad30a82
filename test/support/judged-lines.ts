import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import * as z from 'zod';
import { validateFile } from '../../adapters/engine/validate.ts';
import type { Dataset } from '../../core/dataset.ts';
import { FileId } from '../../core/ids.ts';
import { literal } from '../../core/sql.ts';

const Rejected = z.array(
  z.object({
    row: z.coerce.number(),
    reasons: z.array(z.object({ code: z.string(), field: z.string().nullable() })),
  }),
);

/** How the way of files judges some lines: the rejected ones by their numbers, with reasons. */
export const judgedLines = async (dataset: Dataset, path: string, outDir: string) => {
  mkdirSync(outDir, { recursive: true });
  const fileId = FileId.parse('0'.repeat(32));
  const ids = { fileId, runId: 'run', threads: 1 };
  const found = await validateFile({ dataset, path, format: 'jsonl', outDir, ...ids });
  if (found.kind === 'refused') return found;
  const { valid, rejects } = found;
  if (rejects === null) return { kind: 'judged', valid, rejected: [] } as const;
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const asked = await connection.runAndReadAll(
    `SELECT _row AS row, to_json(reasons)::VARCHAR AS reasons FROM ${literal(rejects)} ORDER BY 1`,
  );
  connection.closeSync();
  instance.closeSync();
  const rows = asked
    .getRowObjectsJson()
    .map(({ row, reasons }) => ({ row, reasons: JSON.parse(String(reasons)) }));
  return { kind: 'judged', valid, rejected: Rejected.parse(rows) } as const;
};

/** The same of lines that are in no file yet. */
export const judgedBytes = async (dataset: Dataset, bytes: Uint8Array, outDir: string) => {
  mkdirSync(outDir, { recursive: true });
  const path = join(outDir, 'lines.jsonl');
  writeFileSync(path, bytes);
  return await judgedLines(dataset, path, outDir);
};
