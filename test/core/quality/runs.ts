import type { Dataset } from '../../../core/dataset.ts';
import { append, defineDataset } from '../../../core/define-dataset.ts';
import { date, decimal, oneOf, text, timestamp } from '../../../core/fields/index.ts';
import { DatasetName, EpochMs, RunId } from '../../../core/ids.ts';
import type { QualityCheck } from '../../../core/quality/check.ts';
import type { JudgedRun } from '../../../core/quality/kind.ts';
import type { ColumnSummary, RunSummary } from '../../../core/quality/summary.ts';
import { length } from '../../../core/rules/length.ts';
import { warn } from '../../../core/rules/rule.ts';

/** A small shop's sales, with the checks that a test is about. */
export const sales = (...quality: readonly QualityCheck[]): Dataset =>
  defineDataset({
    name: 'sales',
    domain: 'shop',
    owner: 'shop@example.com',
    description: 'One row per sale.',
    fields: {
      id: text(),
      price: decimal({ precision: 10, scale: 2 }),
      status: oneOf(['open', 'paid']),
      sold_at: timestamp(),
      born: date({ optional: true, classification: 'confidential' }),
      notes: text({ optional: true, rules: [warn(length({ max: 20 }))] }),
    },
    key: ['id'],
    write: append(),
    quality,
  });

export const now = EpochMs.parse(1_795_237_200_000);

/** A run of 100 rows of which nothing is wrong. */
export const goodRun = (more: Partial<JudgedRun> = {}): JudgedRun => ({
  dataset: sales(),
  counts: { rowsIn: 100, published: 100, rejected: 0, deduplicated: 0 },
  wellFormed: 100,
  nonEmpty: { id: 100, price: 100, status: 100, sold_at: 100, born: 100, notes: 100 },
  warned: 0,
  facts: { sampled: 100, columns: {}, newest: {}, measured: {} },
  unmatched: {},
  history: [],
  now,
  ...more,
});

/** Earlier runs, the newest first: of so many rows each, and with what a column was like. */
export const historyOf = (
  rows: readonly number[],
  column: (index: number) => Record<string, ColumnSummary> = () => ({}),
): readonly RunSummary[] =>
  rows.map((rowsIn, index) => ({
    runId: RunId.parse(`sales-20261120T05${String(index).padStart(2, '0')}00Z-0123456789`),
    dataset: DatasetName.parse('sales'),
    at: now,
    ...{ rowsIn, published: rowsIn, rejectedShare: 0, score: 100, sampled: rowsIn },
    released: false,
    columns: column(index),
  }));
