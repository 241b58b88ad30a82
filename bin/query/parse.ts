import type { DuckDBConnection } from '@duckdb/node-api';
import * as z from 'zod';
import { literal } from '../../core/sql.ts';
import { usageError } from '../console/errors.ts';

/** A table that a query names: `orders` is `curated.orders`. Names are lower case. */
export type TableName = { readonly schema: string; readonly table: string };

/** What DuckDB's parser tells of a text; `position` counts bytes of it. */
const Serialized = z.union([
  z.object({
    error: z.literal(true),
    error_type: z.string(),
    error_message: z.string(),
    position: z.string().optional(),
  }),
  z.object({ error: z.literal(false), statements: z.array(z.unknown()) }),
]);

const Row = z.tuple([z.string()]);

/** A node of the syntax tree that reads a table. */
const TableNode = z.object({
  type: z.literal('BASE_TABLE'),
  schema_name: z.string(),
  table_name: z.string(),
});

/**
 * The tables a query reads, by DuckDB's own parser, so that only these are fetched. Anything but
 * one SELECT is refused: there is nothing here to write to.
 */
export const namedTables = async (
  connection: DuckDBConnection,
  sql: string,
): Promise<TableName[]> => {
  const reader = await connection.runAndReadAll(`SELECT json_serialize_sql(${literal(sql)})`);
  const parsed = Serialized.parse(JSON.parse(Row.parse(reader.getRows()[0])[0]));
  if (parsed.error) throw parsed.error_type === 'parser' ? faulty(sql, parsed) : notSelect();
  if (parsed.statements.length !== 1)
    throw usageError({
      what: `The text holds ${parsed.statements.length} statements.`,
      allowed: 'One SELECT at a time.',
      next: 'headgate query "SELECT …"; without SQL it lists the tables.',
    });
  const names = tablesIn(parsed.statements).map(({ schema_name, table_name }) => ({
    schema: (schema_name === '' ? 'curated' : schema_name).toLowerCase(),
    table: table_name.toLowerCase(),
  }));
  return [...new Map(names.map((name) => [`${name.schema}.${name.table}`, name])).values()];
};

const tablesIn = (node: unknown): z.infer<typeof TableNode>[] => {
  if (Array.isArray(node)) return node.flatMap(tablesIn);
  if (typeof node !== 'object' || node === null) return [];
  const table = TableNode.safeParse(node);
  return [...(table.success ? [table.data] : []), ...Object.values(node).flatMap(tablesIn)];
};

const notSelect = () =>
  usageError({
    what: 'This is no SELECT.',
    allowed: 'Queries only read: SELECT, WITH … SELECT, FROM …, DESCRIBE, SUMMARIZE.',
    next: 'Tables change by dropping files: headgate land FILE --dataset NAME',
  });

const faulty = (sql: string, error: { error_message: string; position?: string | undefined }) =>
  usageError({
    what: `The SQL could not be read: ${error.error_message}`,
    ...(error.position === undefined ? {} : { allowed: pointAt(sql, Number(error.position)) }),
    next: 'It is DuckDB’s SQL: https://duckdb.org/docs/sql/introduction',
  });

/** The line at fault with a caret under its place. */
const pointAt = (sql: string, bytes: number): string => {
  const before = Buffer.from(sql).subarray(0, bytes).toString('utf8');
  const lineStart = before.lastIndexOf('\n') + 1;
  const line = sql.slice(lineStart).split('\n', 1)[0] ?? '';
  return `  ${line}\n  ${' '.repeat([...before.slice(lineStart)].length)}^`;
};
