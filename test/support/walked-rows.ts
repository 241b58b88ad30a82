import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type Engine, openEngine } from '../../adapters/engine/instance.ts';
import { openPlain } from '../../adapters/engine/plain/plain.ts';
import { programOf } from '../../adapters/engine/plain/program.ts';
import { hasRow } from '../../adapters/engine/row-set.ts';
import { valueSideOf } from '../../core/contract.ts';
import type { Dataset } from '../../core/dataset.ts';
import { defineDataset } from '../../core/define-dataset.ts';
import type { Field } from '../../core/fields/field.ts';
import { kindOf } from '../../core/fields/index.ts';
import { ident } from '../../core/sql.ts';
import { judgeRow } from '../../core/validate/judge-row.ts';

export const datasetOf = (own: Readonly<Record<string, Field>>): Dataset =>
  defineDataset({
    name: 'sample',
    domain: 'test',
    owner: 'test',
    description: 'Rows in all forms.',
    fields: own,
  });

/** A cell as the numbered rows have it. */
const cell = (value: string, quoted: boolean): string =>
  quoted || /[",\n\r]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;

/** Nothing is a text only between quotes. */
const textOf = (of: Cell | undefined): string | null =>
  of === undefined || (of.value === '' && !of.quoted) ? null : of.value;

/** Ten digits and a separator. */
const NUMBER_BYTES = 11;

export type Cell = { readonly value: string; readonly quoted: boolean };

/** The rows that were taken, as DuckDB reads them back, and the lines that were left. */
const walk = async (
  dir: string,
  dataset: Dataset,
  rows: readonly (readonly Cell[])[],
  separator = ',',
) => {
  const at = mkdtempSync(join(dir, 'w-'));
  const columns = Object.keys(dataset.fields);
  const programs = programOf(dataset, columns);
  if (programs === undefined) throw new Error('the walk does not know this dataset');
  const path = join(at, 'plain.parquet');
  const lines = rows.map(
    (cells, index) =>
      `${String(index + 1).padStart(10, '0')}${separator}${cells
        .map(({ value, quoted }) => cell(value, quoted))
        .join(separator)}\n`,
  );
  const common = {
    separator,
    rowBytesMax: 1 << 16,
    // Of a file of these rows without their numbers, which are what the walk adds.
    totalBytes: Buffer.byteLength(lines.map((line) => line.slice(NUMBER_BYTES)).join('')),
    fileId: 'f',
    runId: 'r',
  };
  const plain = openPlain({ ...common, path, programs });
  let left = '';
  // Batches of a few rows each, so that the walk begins again and again.
  for (let first = 0; first < lines.length; first += 7) {
    left += plain.take(Buffer.from(lines.slice(first, first + 7).join(''))).toString();
  }
  const taken = plain.end();
  const engine = await openEngine({ workDir: at, threads: 1 });
  try {
    const shown = Object.entries(dataset.fields).map(([name, field]) => {
      const as = field.kind === 'timestamp' ? `epoch_us(${ident(name)})` : ident(name);
      return `${as}::VARCHAR AS ${ident(name)}`;
    });
    const found = await engine.rows(
      `SELECT _row, _file, _run, ${shown.join(', ')} FROM '${path}' ORDER BY _row`,
    );
    await expectBounds(engine, path, dataset);
    return { taken, found: found.map((row) => withZeros(row, dataset)), left, lines };
  } finally {
    engine.close();
  }
};

/** The footer's bounds and counts of missing values are those of the rows. */
const expectBounds = async (engine: Engine, path: string, { fields: own }: Dataset) => {
  for (const [name, field] of Object.entries(own)) {
    const type = kindOf(field)
      .duckType(field.options)
      .replace(/^ENUM.*/, 'VARCHAR');
    const column = ident(name);
    const [footer] = await engine.rows(`SELECT
        min(CAST(stats_min_value AS ${type}))::VARCHAR AS min,
        max(CAST(stats_max_value AS ${type}))::VARCHAR AS max,
        sum(stats_null_count)::INTEGER AS nulls
      FROM parquet_metadata('${path}') WHERE path_in_schema = '${name}'`);
    const [rows] = await engine.rows(`SELECT min(${column})::VARCHAR AS min,
      max(${column})::VARCHAR AS max, (count(*) - count(${column}))::INTEGER AS nulls
      FROM '${path}'`);
    const hasBounds = Object(footer).max !== null;
    const wide = field.kind === 'decimal' && Number(field.options.precision) > 18;
    expect(hasBounds || wide || Object(rows).max === null).toBe(true);
    if (hasBounds) expect(footer).toEqual(rows);
    else expect(Object(footer).nulls ?? 0).toBe(Object(rows).nulls);
  }
};

/** DuckDB leaves out the zero before a point that has nothing else before it. */
const withZeros = (row: unknown, { fields: own }: Dataset) =>
  Object.fromEntries(
    Object.entries(Object(row)).map(([name, value]) => [name, asPrinted(value, own[name])]),
  );

const asPrinted = (value: unknown, field: Field | undefined): unknown => {
  if (typeof value !== 'string') return value;
  if (field?.kind === 'double') return String(Number(value));
  return field?.kind === 'decimal' ? value.replace(/^(-?)\./, '$10.') : value;
};

/** A value as DuckDB's cast to text writes it. */
const shownAs = (field: Field, value: unknown): string | null => {
  if (value === null || value === undefined) return null;
  if (field.kind === 'timestamp') return String(value);
  const { print } = valueSideOf(field);
  return typeof value === 'object' ? '' : print(value as string | number | bigint);
};

/**
 * Every row is taken with the row engine's values, or left as it is; none with a reason. Writes to
 * `dir`.
 */
export const expectAgreement = async (
  dir: string,
  dataset: Dataset,
  rows: readonly (readonly Cell[])[],
) => {
  const { taken, found, left, lines } = await walk(dir, dataset, rows);
  const names = Object.keys(dataset.fields);
  const judged = rows.map((cells) =>
    judgeRow(dataset, Object.fromEntries(names.map((name, i) => [name, textOf(cells[i])]))),
  );
  const expected = judged.flatMap((verdict, index) => {
    if (!hasRow(taken.rows, index + 1)) return [];
    // A row that the row engine rejects must never be taken.
    if (!verdict.ok) return [{ _row: index + 1, rejected: verdict.reasons }];
    const values = names.map((name) => {
      const field = dataset.fields[name];
      return [name, field && shownAs(field, verdict.values[name])];
    });
    return [{ _row: index + 1, _file: 'f', _run: 'r', ...Object.fromEntries(values) }];
  });
  expect(found).toEqual(expected);
  expect(left).toBe(lines.filter((_, index) => !hasRow(taken.rows, index + 1)).join(''));
  for (const name of names) {
    expect(taken.nulls.get(name)).toBe(
      expected.filter((row) => Object.entries(row).some(([key, v]) => key === name && v === null))
        .length,
    );
  }
  return { taken: taken.rows.size, valid: judged.filter(({ ok }) => ok).length };
};
