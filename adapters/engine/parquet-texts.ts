import type { FileCode, Refusal } from '../../core/codes.ts';
import type { Dataset } from '../../core/dataset.ts';
import { ident } from '../../core/sql.ts';
import { schemaFault } from './header.ts';

/** A column of a Parquet file, by DuckDB's name of its type. */
export type ParquetColumn = { readonly name: string; readonly type: string };

type Bound =
  | {
      readonly kind: 'bound';
      /** Each declared field as a text, as a CSV file would hold it. */
      readonly texts: readonly string[];
      /** Columns that are texts in the file itself. */
      readonly strings: readonly string[];
      readonly missing: readonly string[];
    }
  | ({ readonly kind: 'refused' } & Refusal<FileCode>);

const TEXT = /^(VARCHAR|JSON|UUID)$/;
const EXACT = /^(BOOLEAN|U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DECIMAL\(.*\)|FLOAT|DOUBLE|DATE|TIME)$/;
const INSTANT = /^TIMESTAMP(_S|_MS| WITH TIME ZONE)?$/;

/** strftime takes no zone; instants are kept as microseconds in UTC. */
const ISO = "'%Y-%m-%dT%H:%M:%S.%fZ'";
const ISO_NANOS = "'%Y-%m-%dT%H:%M:%S.%nZ'";

/**
 * A column as the text that the row rules judge; undefined for a type that is no single value. An
 * instant without a zone is taken for UTC, as Parquet's own writers mean it; nanoseconds that
 * would be lost stay in the text, where the grammar refuses them.
 */
const textSql = ({ name, type }: ParquetColumn): string | undefined => {
  const column = ident(name);
  if (TEXT.test(type) || EXACT.test(type)) return `${column}::VARCHAR`;
  if (INSTANT.test(type)) return `strftime(make_timestamp(epoch_us(${column})), ${ISO})`;
  if (type !== 'TIMESTAMP_NS') return undefined;
  const micros = `strftime(make_timestamp(epoch_us(${column})), ${ISO})`;
  const whole = `epoch_ns(${column}) % 1000 = 0`;
  return `CASE WHEN ${whole} THEN ${micros} ELSE strftime(${column}, ${ISO_NANOS}) END`;
};

/** Binds a file's columns to a dataset's fields by name, and each to its text. */
export const bindParquet = (columns: readonly ParquetColumn[], dataset: Dataset): Bound => {
  const names = columns.map(({ name }) => name);
  const fault = schemaFault(names, dataset);
  if (fault !== undefined) return fault;
  const bound = columns.map((column) => ({ column, sql: textSql(column) }));
  const nested = bound.filter(({ sql }) => sql === undefined).map(({ column }) => column);
  if (nested.length > 0) {
    const diff = nested.map(({ name, type }) => `${JSON.stringify(name)} is ${type.slice(0, 80)}`);
    const detail = `${diff.join('; ')}; allowed are columns of single values`;
    return { kind: 'refused', code: 'E_SCHEMA', detail };
  }
  return {
    kind: 'bound',
    texts: bound.map(({ column, sql }) => `${sql ?? 'NULL'} AS ${ident(column.name)}`),
    strings: columns.filter(({ type }) => TEXT.test(type)).map(({ name }) => name),
    missing: Object.keys(dataset.fields).filter((name) => !names.includes(name)),
  };
};
