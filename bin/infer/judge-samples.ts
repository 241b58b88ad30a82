import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import * as z from 'zod';
import { processFile } from '../../adapters/engine/process.ts';
import type { Dataset } from '../../core/dataset.ts';
import { literal } from '../../core/sql.ts';

/** What the engine makes of one whole file by the proposed dataset. */
export type JudgedSample =
  | {
      readonly kind: 'judged';
      readonly path: string;
      readonly rows: number;
      readonly valid: number;
      readonly rejected: number;
      readonly reasons: readonly {
        readonly code: string;
        readonly field: string | null;
        readonly rows: number;
      }[];
      /** Some rows that a field, and not their form, is the reason of, as they stand there. */
      readonly odd: readonly string[];
    }
  | {
      readonly kind: 'refused';
      readonly path: string;
      readonly code: string;
      readonly detail: string;
    };

/** Runs every file through the real engine, so that the proposal is known to hold. */
export const judgeSamples = async (
  dataset: Dataset,
  paths: readonly string[],
): Promise<readonly JudgedSample[]> => {
  const judged: JudgedSample[] = [];
  for (const path of paths) {
    const outDir = await mkdtemp(join(tmpdir(), 'headgate-infer-'));
    try {
      const lookup = () => undefined;
      const processed = await processFile({ dataset, lookup, path, outDir });
      if (processed.kind === 'refused') {
        const { code, detail } = processed;
        judged.push({ kind: 'refused', path, code, detail });
      } else {
        const { rowsIn, rejected, reasons } = processed.metrics;
        const valid = rowsIn - rejected;
        const odd = rejected === 0 ? [] : await oddRows(join(outDir, 'rejects.parquet'));
        judged.push({ kind: 'judged', path, rows: rowsIn, valid, rejected, reasons, odd });
      }
    } finally {
      await rm(outDir, { recursive: true, force: true });
    }
  }
  return judged;
};

const ODD_ROWS_MAX = 10_000;
const Raw = z.array(z.tuple([z.string()]));

const oddRows = async (path: string): Promise<string[]> => {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  try {
    const found = await connection.runAndReadAll(`SELECT to_base64(raw) FROM ${literal(path)}
      WHERE len([r FOR r IN reasons IF r.field IS NULL]) = 0 ORDER BY _row LIMIT ${ODD_ROWS_MAX}`);
    return Raw.parse(found.getRows()).map(([raw]) => Buffer.from(raw, 'base64').toString());
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
};
