import { knownColumns, type Lookup } from '../contract.ts';
import type { Dataset, PartitionField } from '../dataset.ts';
import type { Field } from '../fields/field.ts';
import { kindOf } from '../fields/index.ts';
import type { Row } from '../fields/value.ts';
import { ident, list } from '../sql.ts';
import { utcOf } from '../transforms/derive.ts';
import { transformOf } from '../transforms/index.ts';
import type { FindPartner, Join, KnownColumn } from '../transforms/transform.ts';

/** The way from clean rows to published ones as pieces of SQL. */
export type CompiledTransform = {
  /** The joined datasets; the engine provides the n-th as relation r<n>, with `on` and `take`. */
  readonly references: readonly Pick<Join, 'dataset' | 'on' | 'take'>[];
  /** Select list over s (clean rows) and r0, r1, …: declared, derived and joined columns. */
  readonly select: string;
  /** LEFT JOINs of r0, r1, … to s; empty without references. */
  readonly joins: string;
  /** Iceberg's partition values as INTEGER expressions over s, in the order of the partition. */
  readonly partition: readonly string[];
  /** The key's columns, quoted. */
  readonly key: readonly string[];
};

/** The SQL of a dataset's steps. Throws when they do not fit the other datasets. */
export const compileTransform = (dataset: Dataset, lookup: Lookup): CompiledTransform => {
  const columns = knownColumns(dataset, lookup);
  const expressions = new Map(
    Object.entries(dataset.fields).map(([name, field]) => [name, cleanColumn(name, field)]),
  );
  const references: Join[] = [];
  for (const use of dataset.transforms) {
    if (use.kind === 'join') references.push(use);
    const sqls = transformOf(use).toSql(use, {
      column: (name) => from(expressions, name),
      known: (name) => from(byName(columns), name),
      relation: relation(references.length - 1),
    });
    const added = use.kind === 'join' ? use.take : [use.column];
    for (const [index, name] of added.entries()) expressions.set(name, sqls[index] ?? 'NULL');
  }
  return {
    references: references.map(({ dataset: name, on, take }) => ({ dataset: name, on, take })),
    select: list([...expressions].map(([name, sql]) => `${sql} AS ${ident(name)}`)),
    joins: references
      .map(({ on }, index) => {
        const side = `${relation(index)}.${ident(on)}`;
        return `LEFT JOIN ${relation(index)} ON ${side} = ${from(expressions, on)}`;
      })
      .join(' '),
    partition: dataset.partition.map((field) => partitionSql(field, columns)),
    key: dataset.key.map(ident),
  };
};

const relation = (index: number): string => `r${index}`;

const byName = (columns: readonly KnownColumn[]): ReadonlyMap<string, KnownColumn> =>
  new Map(columns.map((column) => [column.name, column]));

const from = <T>(map: ReadonlyMap<string, T>, name: string): T => {
  const found = map.get(name);
  if (found !== undefined) return found;
  throw new Error(`no column '${name}' before this step`);
};

/** Parquet gives an ENUM back as text; as ENUM again it is written ten times faster. */
const cleanColumn = (name: string, field: Field): string => {
  const column = `s.${ident(name)}`;
  return field.kind === 'oneOf'
    ? `CAST(${column} AS ${kindOf(field).duckType(field.options)})`
    : column;
};

/** Iceberg counts years, months and days from 1970, in UTC. */
const partitionSql = (
  { column, transform }: PartitionField,
  columns: readonly KnownColumn[],
): string => {
  const own = `s.${ident(column)}`;
  const at = from(byName(columns), column).type === 'timestamptz' ? utcOf(own) : own;
  switch (transform) {
    case 'year':
      return `CAST(year(${at}) - 1970 AS INTEGER)`;
    case 'month':
      return `CAST((year(${at}) - 1970) * 12 + month(${at}) - 1 AS INTEGER)`;
    default:
      return `CAST(CAST(${at} AS DATE) - DATE '1970-01-01' AS INTEGER)`;
  }
};

/** The row engine of the same steps: the published row of one clean row. */
export const transformRow = (
  dataset: Dataset,
  lookup: Lookup,
  clean: Row,
  partner: FindPartner,
): Row => {
  const columns = byName(knownColumns(dataset, lookup));
  const row = { ...clean };
  for (const use of dataset.transforms) {
    Object.assign(
      row,
      transformOf(use).compute(use, row, (name) => from(columns, name), partner),
    );
  }
  return row;
};
