import {
  DuckDBBlobValue,
  DuckDBInstance,
  DuckDBListValue,
  DuckDBStructValue,
  DuckDBUUIDValue,
  type DuckDBValue,
} from '@duckdb/node-api';
import { addNestedFunctions } from '../adapters/engine/nested-functions.ts';
import type { RowReason } from '../core/codes.ts';
import type { Dataset } from '../core/dataset.ts';
import type { Row, Value } from '../core/fields/value.ts';
import { ident, list, literal } from '../core/sql.ts';
import { compileRow, valuesFrom } from '../core/validate/compile-row.ts';

const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
/** One DuckDB session, set up as the engine sets up its own. */
export const db = await instance.connect();
await db.run("SET TimeZone='UTC'");
addNestedFunctions(db);

/** The texts of one row; what a field is not given is NULL. */
export type Texts = Readonly<Record<string, string | null>>;

/** What DuckDB makes of one row, both forms asked apart. */
export type SetVerdict = {
  /** The fast form. */
  readonly accepted: boolean;
  /** The slow form. */
  readonly reasons: readonly RowReason[];
  /** Which of the compiled reasons held. */
  readonly held: readonly number[];
  readonly values: Row;
};

/** Bytes, and the parts of a nested value, each as the row engine would hold it. */
const plainParts = (value: object): Value | undefined => {
  if (value instanceof DuckDBListValue) return value.items.map(plain);
  if (value instanceof DuckDBBlobValue) return Buffer.from(value.bytes).toString('base64');
  if (value instanceof DuckDBUUIDValue) return value.toString();
  if (!(value instanceof DuckDBStructValue)) return undefined;
  const parts = Object.entries(value.entries).map(([name, part]) => [name, plain(part)]);
  return Object.fromEntries(parts);
};

/** A DuckDB value as the row engine would hold it. */
export const plain = (value: DuckDBValue | undefined): Value | null => {
  if (value === null || value === undefined) return null;
  if (typeof value !== 'object') return value;
  if ('scale' in value) return value.value;
  if ('micros' in value && typeof value.micros === 'bigint') return value.micros;
  if ('days' in value && typeof value.days === 'number') return value.days;
  const parts = plainParts(value);
  if (parts !== undefined) return parts;
  throw new Error(`the row engine has no ${typeof value} like ${String(value)}`);
};

/** The rows as a relation of VARCHAR columns with their number `i`. */
const rawRelation = (fields: readonly string[], rows: readonly Texts[]): string => {
  const cell = (text: string | null | undefined): string =>
    text === null || text === undefined ? 'NULL' : literal(text);
  const tuples = rows.map((row, i) => `(${list([`${i}`, ...fields.map((f) => cell(row[f]))])})`);
  const columns = fields.map((f) => `CAST(${ident(f)} AS VARCHAR) AS ${ident(f)}`);
  return `(SELECT i, ${list(columns)} FROM (VALUES ${list(tuples)}) AS t(${list(['i', ...fields.map(ident)])}))`;
};

/** Texts and typed values of the rows: what the compiled pieces stand on. */
const typedRelation = (dataset: Dataset, rows: readonly Texts[]): string => {
  const row = compileRow(dataset);
  return `(${valuesFrom(row, `SELECT i, ${row.texts} FROM ${rawRelation(row.fields, rows)}`)})`;
};

/** Judges rows in DuckDB by the compiled pieces. */
export const judgeInDuckDb = async (
  dataset: Dataset,
  rows: readonly Texts[],
): Promise<SetVerdict[]> => {
  const { accepts, clean, fields, reasons } = compileRow(dataset);
  const held = `[${list(reasons.map(({ when }) => when))}]`;
  const reader = await db.runAndReadAll(
    `SELECT ${clean}, ${accepts} AS "_accepted", ${held}::BOOLEAN[] AS "_held"
     FROM ${typedRelation(dataset, rows)} ORDER BY i`,
  );
  return reader.getRowObjects().map((row) => {
    const flags = row._held;
    const items =
      typeof flags === 'object' && flags !== null && 'items' in flags ? flags.items : [];
    if (!Array.isArray(items)) throw new Error('the reasons are no list');
    const numbers = items.flatMap((flag, index) => {
      if (typeof flag !== 'boolean') throw new Error(`reason ${index} is NULL, neither yes nor no`);
      return flag ? [index] : [];
    });
    return {
      accepted: row._accepted === true,
      held: numbers,
      reasons: numbers.flatMap((index) => {
        const { code, field } = reasons[index] ?? {};
        return code === undefined || field === undefined ? [] : [{ code, field }];
      }),
      values: Object.fromEntries(fields.map((field) => [field, plain(row[field])])),
    };
  });
};

/**
 * Puts the accepted rows, with their number, into a temporary table, as the clean zone has them.
 */
export const keepClean = async (
  table: string,
  dataset: Dataset,
  rows: readonly Texts[],
): Promise<void> => {
  const { accepts, clean } = compileRow(dataset);
  await db.run(
    `CREATE OR REPLACE TEMP TABLE ${ident(table)} AS
     SELECT i, ${clean} FROM ${typedRelation(dataset, rows)} WHERE ${accepts}`,
  );
};
