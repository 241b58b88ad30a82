import type { FileCode, Refusal } from '../../core/codes.ts';
import type { Dataset } from '../../core/dataset.ts';
import { type ColumnPlan, decideColumns } from '../../core/evolution/columns.ts';
import { judgesTypes } from '../../core/evolution/types.ts';
import type { Field } from '../../core/fields/field.ts';
import { kindOf } from '../../core/fields/index.ts';
import { type IcebergType, type StructType, typeText } from '../../core/iceberg-type.ts';
import { fieldNamer } from '../../core/landing/header-name.ts';
import { ident, list, literal } from '../../core/sql.ts';
import { missingFrom } from './header.ts';
import { type ParquetType, parquetType, typeName } from './parquet-type.ts';

/** A column of a Parquet file, by DuckDB's name of its type. */
export type ParquetColumn = { readonly name: string; readonly type: string };

type Bound =
  | {
      readonly kind: 'bound';
      /** Each declared field as a text, as a CSV file would hold it. */
      readonly texts: readonly string[];
      /** Columns that are texts in the file itself. */
      readonly strings: readonly string[];
      readonly plan: ColumnPlan;
    }
  | ({ readonly kind: 'refused' } & Refusal<FileCode>);

const TEXT = /^(VARCHAR|JSON)$/;
const WHOLE = /^(U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)|DECIMAL\(\d+,0\))$/;
const NUMBER = /^(U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)|DECIMAL\(.*\)|FLOAT|DOUBLE)$/;
const INSTANT = /^TIMESTAMP(_S|_MS|_NS| WITH TIME ZONE)?$/;

/** The types of Parquet whose values an Iceberg type can hold, and their names for people. */
const fitting: Readonly<Record<string, { readonly types: RegExp; readonly named: string }>> = {
  int: { types: WHOLE, named: 'whole numbers' },
  long: { types: WHOLE, named: 'whole numbers' },
  decimal: { types: NUMBER, named: 'numbers' },
  float: { types: NUMBER, named: 'numbers' },
  double: { types: NUMBER, named: 'numbers' },
  boolean: { types: /^BOOLEAN$/, named: 'booleans' },
  date: { types: /^DATE$/, named: 'dates' },
  time: { types: /^TIME(_NS)?$/, named: 'times' },
  timestamp: { types: INSTANT, named: 'timestamps' },
  timestamptz: { types: INSTANT, named: 'timestamps' },
  uuid: { types: /^UUID$/, named: 'UUIDs' },
  binary: { types: /^BLOB$/, named: 'bytes' },
  string: { types: /^(?!BLOB|MAP|UNION|INTERVAL|BIT|TIME WITH)/, named: 'any single values' },
};

const fittingOf = (type: string) => fitting[type.replace(/\(.*/, '')];

/** strftime takes no zone; instants are kept as microseconds in UTC. */
const ISO = "'%Y-%m-%dT%H:%M:%S.%fZ'";
const ISO_NANOS = "'%Y-%m-%dT%H:%M:%S.%nZ'";

/**
 * An instant without a zone is taken for UTC, as Parquet's own writers mean it; nanoseconds that
 * would be lost stay in the text, where the grammar refuses them.
 */
const instantSql = (value: string, type: string): string => {
  const micros = `strftime(make_timestamp(epoch_us(${value})), ${ISO})`;
  if (type !== 'TIMESTAMP_NS') return micros;
  const whole = `epoch_ns(${value}) % 1000 = 0`;
  return `CASE WHEN ${whole} THEN ${micros} ELSE strftime(${value}, ${ISO_NANOS}) END`;
};

type Text =
  | { readonly kind: 'text'; readonly sql: string }
  | {
      readonly kind: 'unfit';
      readonly path: string;
      readonly is: string;
      readonly allowed: string;
    };

const text = (sql: string): Text => ({ kind: 'text', sql });

/** The kind and options of what judges a text; none for the numbers of a place. */
type Use = Pick<Field, 'kind' | 'options'> | undefined;

/** A typed value in the spelling of its field, which may have texts of its own for true. */
const spelt = (sql: string, use: Use): string => {
  const { true: yes, false: no, mark } = use?.options ?? {};
  if (use?.kind === 'boolean' && Array.isArray(yes) && Array.isArray(no)) {
    const [whenTrue, whenFalse] = [yes[0], no[0]].map((text) => literal(String(text)));
    return `CASE ${sql} WHEN 'true' THEN ${whenTrue} WHEN 'false' THEN ${whenFalse} END`;
  }
  return mark === ',' ? `replace(${sql}, '.', ',')` : sql;
};

const leafText = (part: Pick<Part, 'path' | 'value' | 'use'>, name: string, type: string): Text => {
  const { path, value, use } = part;
  if (TEXT.test(name)) return text(`${value}::VARCHAR`);
  const fits = fittingOf(type);
  if (fits === undefined || !fits.types.test(name)) {
    return { kind: 'unfit', path, is: name, allowed: `${fits?.named ?? type} or texts` };
  }
  if (INSTANT.test(name)) return text(instantSql(value, name));
  return text(name === 'BLOB' ? `to_base64(${value})` : spelt(`${value}::VARCHAR`, use));
};

const unfit = (path: string, type: ParquetType, wanted: IcebergType): Text => ({
  kind: 'unfit',
  path,
  is: typeName(type),
  allowed: typeof wanted === 'string' ? 'single values' : typeText(wanted),
});

type Part = {
  /** For people: lines[].sku. */
  readonly path: string;
  /** The value as SQL. */
  readonly value: string;
  /** How many lists it lies in: each names its items. */
  readonly depth: number;
  readonly use: Use;
};

/** A part of a nested value: the same shape with texts for leaves, so that no digit is lost. */
const partText = (part: Part, type: ParquetType, wanted: IcebergType): Text => {
  if (typeof wanted === 'string') {
    if (type.kind === 'plain') return leafText(part, type.name, wanted);
  } else if (wanted.type === 'list') {
    if (type.kind === 'list') return listText(part, type.element, wanted.element);
  } else if (type.kind === 'struct') return structText(part, type, wanted);
  return unfit(part.path, type, wanted);
};

const useOf = (use: Use, name: string): Use => use && kindOf(use).nested?.part(name, use.options);

const listText = (part: Part, type: ParquetType, wanted: IcebergType): Text => {
  const value = `i${part.depth}`;
  const of = {
    path: `${part.path}[]`,
    value,
    depth: part.depth + 1,
    use: useOf(part.use, 'element'),
  };
  const element = partText(of, type, wanted);
  if (element.kind === 'unfit') return element;
  return text(`list_transform(${part.value}, lambda ${value}: ${element.sql})`);
};

const structText = (
  part: Part,
  type: Extract<ParquetType, { readonly kind: 'struct' }>,
  wanted: StructType,
): Text => {
  const byName = new Map(wanted.fields.map((field) => [field.name, field.type]));
  const parts: string[] = [];
  for (const field of type.fields) {
    const own = byName.get(field.name);
    const path = `${part.path}.${field.name}`;
    if (own === undefined) {
      return { kind: 'unfit', path, is: 'not declared', allowed: typeText(wanted) };
    }
    const value = `${part.value}.${ident(field.name)}`;
    const of = { path, value, depth: part.depth, use: useOf(part.use, field.name) };
    const found = partText(of, field.type, own);
    if (found.kind === 'unfit') return found;
    parts.push(`${ident(field.name)} := ${found.sql}`);
  }
  return text(`CASE WHEN ${part.value} IS NULL THEN NULL ELSE struct_pack(${list(parts)}) END`);
};

/** What a column would be whose every value is a text; bytes are base64, as everywhere. */
const asTexts = (type: ParquetType): IcebergType => {
  if (type.kind === 'plain') return type.name === 'BLOB' ? 'binary' : 'string';
  if (type.kind === 'list') {
    return { type: 'list', element: asTexts(type.element), 'element-required': false };
  }
  const fields = type.fields.map(({ name, type: of }) => ({
    ...{ name, type: asTexts(of), required: false },
  }));
  return { type: 'struct', fields };
};

/** A column that no field names: one value as a text, a nested one as JSON of texts. */
const newColumnText = ({ name, type }: ParquetColumn): Text => {
  const found = parquetType(type);
  const value = ident(name);
  const made = partText({ path: name, value, depth: 0, use: undefined }, found, asTexts(found));
  if (made.kind === 'unfit' || found.kind === 'plain') return made;
  return text(`CASE WHEN ${value} IS NULL THEN NULL ELSE to_json(${made.sql})::VARCHAR END`);
};

/** Where another type than the field's is not the file's end, its rows are judged one by one. */
const boundText = (column: ParquetColumn, field: Field | undefined, dataset: Dataset): Text => {
  if (field === undefined) return newColumnText(column);
  const found = columnText(column, field);
  return found.kind === 'unfit' && judgesTypes(dataset, field) ? newColumnText(column) : found;
};

/** A column as the text that the row rules judge. */
const columnText = ({ name, type }: ParquetColumn, use: Use): Text => {
  const found = parquetType(type);
  const value = ident(name);
  const wanted = use === undefined ? 'string' : kindOf(use).icebergType(use.options);
  const part = { path: name, value, depth: 0, use };
  // A nested field takes a text of JSON too, as a CSV file would hold it.
  if (found.kind === 'plain' && TEXT.test(found.name)) return leafText(part, found.name, 'string');
  const made = partText(part, found, wanted);
  if (made.kind === 'unfit' || found.kind === 'plain') return made;
  return text(`CASE WHEN ${value} IS NULL THEN NULL ELSE to_json(${made.sql})::VARCHAR END`);
};

/** Binds a file's columns to a dataset's fields by name, and each to its text. */
export const bindParquet = (
  columns: readonly ParquetColumn[],
  dataset: Dataset,
  int96: readonly string[] = [],
): Bound => {
  const fieldOf = fieldNamer(dataset);
  const fields = columns.map(({ name }) => fieldOf(name));
  const unknown = columns.flatMap(({ name }, index) => (fields[index] === undefined ? name : []));
  const plan = decideColumns(dataset, { unknown, missing: missingFrom(fields, dataset) });
  if (plan.kind === 'refused') return plan;
  const fault = doubleFault(fields.filter((name) => name !== undefined));
  if (fault !== undefined) return fault;
  const cells = new Map(plan.newColumns.map((column) => [column.spelt, column.cells]));
  const named = columns.map((column, index) => ({
    column,
    field: fields[index] ?? cells.get(column.name) ?? column.name,
  }));
  const bound = named.map(({ column, field }) => {
    const use = dataset.fields[field];
    return { column, field, text: int96Fault(column, int96) ?? boundText(column, use, dataset) };
  });
  const faults = bound.flatMap((each) => (each.text.kind === 'unfit' ? [each.text] : []));
  if (faults.length > 0) return schemaRefusal(faults);
  return {
    kind: 'bound',
    texts: bound.map((each) => {
      const sql = each.text.kind === 'text' ? each.text.sql : 'NULL';
      return `${sql} AS ${ident(each.field)}`;
    }),
    strings: bound.filter(({ column }) => TEXT.test(column.type)).map(({ field }) => field),
    plan,
  };
};

type Unfit = Extract<Text, { readonly kind: 'unfit' }>;

const int96Fault = ({ name }: ParquetColumn, int96: readonly string[]): Unfit | undefined =>
  int96.includes(name)
    ? { kind: 'unfit', path: name, is: 'INT96', allowed: 'TIMESTAMP_MICROS or texts' }
    : undefined;

const doubleFault = (names: readonly string[]): Bound | undefined => {
  const again = names.find((name, index) => names.indexOf(name) !== index);
  if (again === undefined) return undefined;
  const detail = `two columns of the file stand for ${JSON.stringify(again)}`;
  return { kind: 'refused', code: 'E_HEADER_DUP', detail };
};

const COLUMNS_SHOWN = 20;

const schemaRefusal = (faults: readonly Unfit[]): Bound => {
  const shown = faults.slice(0, COLUMNS_SHOWN).map(({ path, is, allowed }) => {
    const column = JSON.stringify(path.slice(0, 80));
    return `${column} is ${is.slice(0, 80)}, allowed: ${allowed.slice(0, 200)}`;
  });
  const more = faults.length - shown.length;
  const detail = [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
  return { kind: 'refused', code: 'E_SCHEMA', detail };
};

/** Asks a file for its columns of type INT96: DuckDB shows them as timestamps like any other. */
export const int96Sql = (path: string): string =>
  `SELECT name FROM parquet_schema(${literal(path)}) WHERE type = 'INT96'`;
