import { columnsOf, type Lookup } from '../contract.ts';
import type { Dataset } from '../dataset.ts';
import { duckType } from '../iceberg-type.ts';
import { ident, literal } from '../sql.ts';
import { compileRow, valuesFrom } from '../validate/compile-row.ts';

/**
 * A dataset as DuckDB SQL: its table, a table for raw texts, and views that say of each raw row
 * what the engine says of it.
 */
export const duckdbSource = (dataset: Dataset, lookup: Lookup): string => {
  const { name } = dataset;
  const row = compileRow(dataset);
  const raw = row.fields.map((field) => `  ${ident(field)} VARCHAR`);
  const columns = columnsOf(dataset, lookup).map(
    ({ name: column, type, required }) =>
      `  ${ident(column)} ${duckType(type)}${required ? ' NOT NULL' : ''}`,
  );
  const reasons = row.reasons.map(
    ({ code, field, when }) => `    CASE WHEN ${when} THEN ${literal(`${code} ${field}`)} END`,
  );
  const typed = valuesFrom(row, `SELECT ${row.texts} FROM ${ident(`${name}_raw`)}`);
  return [
    ...needed(`${row.values} ${row.accepts}`),
    `-- ${dataset.description.replaceAll('\n', ' ')}`,
    `CREATE TABLE ${ident(name)} (\n${columns.join(',\n')}\n);`,
    `-- Rows as a sender writes them.\nCREATE TABLE ${ident(`${name}_raw`)} (\n${raw.join(',\n')}\n);`,
    ...row.setup,
    `-- The rows that pass, typed.\nCREATE VIEW ${ident(`${name}_valid`)} AS\n` +
      `SELECT ${row.clean} FROM (${typed})\nWHERE ${row.accepts};`,
    `-- The rows that do not, each with every reason.\nCREATE VIEW ${ident(`${name}_rejected`)} AS\n` +
      `SELECT * FROM (SELECT *, list_filter([\n${reasons.join(',\n')}\n  ], ` +
      `lambda reason: reason IS NOT NULL) AS reasons FROM (${typed}))\nWHERE len(reasons) > 0;`,
    '',
  ].join('\n\n');
};

/** Nested kinds are read by functions that the engine brings; plain DuckDB does not have them. */
const needed = (sql: string): string[] => {
  const names = [...new Set(sql.match(/\bheadgate_\w+/g) ?? [])];
  return names.length === 0
    ? []
    : [`-- Runs in Headgate's engine only, which has the functions ${names.sort().join(', ')}.`];
};
