import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processFile } from '../../adapters/engine/process.ts';
import type { Dataset } from '../../core/dataset.ts';

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
        judged.push({ kind: 'judged', path, rows: rowsIn, valid, rejected, reasons });
      }
    } finally {
      await rm(outDir, { recursive: true, force: true });
    }
  }
  return judged;
};
