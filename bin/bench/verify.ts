import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import * as z from 'zod';
import { ColumnCounts, ReasonCount } from '../../core/documents.ts';
import { Counts } from '../../core/ledger.ts';
import { list, literal } from '../../core/sql.ts';
import type { Expected } from '../generate/expected.ts';

/** What a peer says of its own work, in metrics.json beside its output. */
const Summary = Counts.omit({ setAside: true }).extend({
  reasons: z.array(ReasonCount),
  /** A row loop has no reason to count these. */
  wellFormed: z.number().optional(),
  nonEmpty: ColumnCounts.optional(),
});

const Found = z.object({
  rows: z.coerce.number(),
  keys: z.coerce.number(),
  joined: z.coerce.number(),
  line_total: z.string(),
  typed: z.boolean(),
});
const Month = z.object({ month: z.string(), rows: z.coerce.number() });

type Query = (sql: string) => Promise<unknown[]>;

/** Names what differs; equal values say nothing. */
const difference = (name: string, found: unknown, expected: unknown): string[] => {
  const [a, b] = [JSON.stringify(found), JSON.stringify(expected)];
  return a === b ? [] : [`${name}: found ${a}, planted ${b}`];
};

const reasonText = (reasons: readonly ReasonCount[]): string[] =>
  reasons.map(({ code, field, rows }) => `${code} ${field ?? ''} ${rows}`).sort();

const checkSummary = (out: string, expected: Expected): string[] => {
  const path = join(out, 'metrics.json');
  if (!existsSync(path)) return ['there is no metrics.json'];
  const found = Summary.parse(JSON.parse(readFileSync(path, 'utf8')));
  const names = ['rowsIn', 'published', 'rejected', 'deduplicated'] as const;
  return [
    ...names.flatMap((name) => difference(name, found[name], expected[name])),
    ...difference('well-formed rows', found.wellFormed ?? expected.wellFormed, expected.wellFormed),
    ...difference('cells with a value', found.nonEmpty ?? expected.nonEmpty, expected.nonEmpty),
    ...difference('reasons', reasonText(found.reasons), reasonText(expected.reasons)),
  ];
};

const checkPublished = async (out: string, expected: Expected, query: Query): Promise<string[]> => {
  const files = globSync(join(out, 'curated/**/*.parquet'));
  if (files.length === 0) return ['nothing was published'];
  const rows = `read_parquet([${list(files.map(literal))}], hive_partitioning = false)`;
  const [totals] = await query(`SELECT
      count(*) AS rows, count(DISTINCT order_id) AS keys, count(category) AS joined,
      sum(line_total::DECIMAL(18, 2))::VARCHAR AS line_total,
      bool_and(typeof(quantity) IN ('INTEGER', 'BIGINT')
        AND regexp_matches(typeof(unit_price), '^(DECIMAL|DOUBLE)')
        AND typeof(ordered_at) LIKE 'TIMESTAMP%') AS typed
    FROM ${rows}`);
  const found = Found.parse(totals);
  const months = z.array(Month).parse(
    await query(`SELECT strftime(ordered_at, '%Y-%m') AS month, count(*) AS rows FROM ${rows}
      GROUP BY ALL ORDER BY ALL`),
  );
  const perMonth = Object.fromEntries(months.map(({ month, rows: count }) => [month, count]));
  return [
    ...difference('published rows', found.rows, expected.published),
    ...difference('different keys', found.keys, expected.published),
    ...difference('rows with a product', found.joined, expected.published),
    ...difference('typed columns', found.typed, true),
    ...difference('sum of line_total', found.line_total, expected.sums.line_total),
    ...difference('rows per month', perMonth, expected.publishedPerMonth),
  ];
};

const checkRejects = async (out: string, expected: Expected, query: Query): Promise<string[]> => {
  const [file] = globSync(join(out, 'rejects*'));
  if (file === undefined) return ['the rejected rows were not kept'];
  const reader = file.endsWith('.parquet') ? 'read_parquet' : 'read_ndjson_objects';
  const [totals] = await query(`SELECT count(*) AS rows FROM ${reader}(${literal(file)})`);
  const { rows } = z.object({ rows: z.coerce.number() }).parse(totals);
  return difference('kept rejects', rows, expected.rejected);
};

/** Compares what a peer wrote with what the generator planted; an empty list is a proof. */
export const verifyOutput = async (out: string, expected: Expected): Promise<string[]> => {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const query: Query = async (sql) => {
    const reader = await connection.runAndReadAll(sql);
    return reader.getRowObjectsJson();
  };
  try {
    await connection.run("SET TimeZone = 'UTC'");
    return [
      ...checkSummary(out, expected),
      ...(await checkPublished(out, expected, query)),
      ...(await checkRejects(out, expected, query)),
    ];
  } catch (error) {
    // A column that is not there, a file that is none: the peer's fault, not the bench's.
    return [`its output cannot be read: ${error instanceof Error ? error.message : error}`];
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
};
