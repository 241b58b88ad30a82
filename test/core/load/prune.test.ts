import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  appendChange,
  baseOf,
  commitRun,
  ensureTable,
  scanFiles,
} from '../../../core/load/commit.ts';
import { dataFile } from '../../../core/load/parquet.ts';
import { partitionColumns, partitionValue } from '../../../core/load/partition-values.ts';
import type { Bound } from '../../../core/load/prune.ts';
import { currentSchema, currentSpec, type TableMetadata } from '../../../core/load/table.ts';
import { compareValues, fromText, type Value } from '../../../core/load/values.ts';
import { ordersColumns, ordersDataset, ordersLocation } from '../../support/orders-table.ts';
import { simulatedWorld } from '../../support/simulated-world.ts';

type Row = { readonly order_id: string; readonly due: string | null; readonly ordered_at: string };

const ids = { order_id: 1, due: 5, ordered_at: 6 } as const;
const types = { order_id: 'string', due: 'date', ordered_at: 'timestamptz' } as const;
const columns = ['order_id', 'due', 'ordered_at'] as const;

const longText = 'ä long order number that a bound cuts off ';
const anyRow: fc.Arbitrary<Row> = fc.record({
  order_id: fc.constantFrom('', 'a', `${longText}1`, `${longText}2`, '\u{1f600}', '\u{ff00}'),
  due: fc.constantFrom(null, '1969-12-31', '1970-01-01', '2026-01-31', '9999-12-31'),
  ordered_at: fc.constantFrom(
    '1969-12-31 23:59:59.999999+00',
    '1970-01-01 00:00:00+00',
    '2026-01-31 23:59:59.999999+00',
    '2026-02-01 00:00:00+00',
    '2026-02-14 12:00:00+00',
  ),
});

const valueIn = (row: Row, column: (typeof columns)[number]): Value => {
  const text = row[column];
  return text === null ? null : fromText(types[column], text);
};

/** Rows of one partition as a file, with the statistics DuckDB would give. */
const fileOf = (metadata: TableMetadata, name: string, rows: readonly Row[], month: Value) => {
  const statistics = columns.map((column) => {
    const texts = rows.map((row) => row[column]).filter((text) => text !== null);
    const sorted = texts.toSorted((a, b) => {
      const [x, y] = [fromText(types[column], a), fromText(types[column], b)];
      return x === null || y === null ? 0 : compareValues(x, y);
    });
    const [min, max] = [sorted[0], sorted.at(-1)];
    const bounds = min === undefined || max === undefined ? {} : { min, max };
    return { id: ids[column], nulls: String(rows.length - texts.length), ...bounds };
  });
  return dataFile(currentSchema(metadata), currentSpec(metadata), {
    uri: `${ordersLocation}/data/${name}`,
    rows: String(rows.length),
    bytes: '100',
    partition: [String(month)],
    columns: statistics,
  });
};

const matches = (row: Row, bounds: readonly Bound[]): boolean =>
  bounds.every((bound) => {
    const column = columns.find((name) => ids[name] === bound.id);
    const value = column === undefined ? null : valueIn(row, column);
    if (value === null) return false;
    if (bound.lower !== undefined && compareValues(value, bound.lower) < 0) return false;
    if (bound.upper !== undefined && compareValues(value, bound.upper) > 0) return false;
    return bound.in === undefined || bound.in.some((one) => compareValues(one, value) === 0);
  });

const anyBound: fc.Arbitrary<Bound> = fc
  .record({
    column: fc.constantFrom(...columns),
    rows: fc.tuple(anyRow, anyRow),
    kind: fc.constantFrom('lower', 'upper', 'both', 'in'),
  })
  .map(({ column, rows, kind }) => {
    const [a, b] = rows.map((row) => valueIn(row, column) ?? fromText('date', '2026-01-31'));
    const id = ids[column];
    if (a === undefined || b === undefined || a === null || b === null) return { id };
    if (kind === 'lower') return { id, lower: a };
    if (kind === 'upper') return { id, upper: a };
    return kind === 'in' ? { id, in: [a, b] } : { id, lower: a, upper: b };
  });

/** Commits each group of rows as one snapshot, split by partition as a COPY would. */
const tableWith = async (groups: readonly (readonly Row[])[]) => {
  const { world } = simulatedWorld();
  const created = await ensureTable(world, ordersDataset, ordersColumns, ordersLocation);
  const rowsOf = new Map<string, readonly Row[]>();
  const [column] = partitionColumns(currentSchema(created), currentSpec(created));
  if (column === undefined) throw new Error('no partition');
  for (const [index, group] of groups.entries()) {
    const byMonth = Map.groupBy(group, (row) => {
      const at = valueIn(row, 'ordered_at');
      return at === null ? null : (partitionValue(column, at) ?? null);
    });
    const files = [...byMonth].map(([month, rows]) => {
      const file = fileOf(created, `${index}-${month}.parquet`, rows, month);
      rowsOf.set(file.file_path, rows);
      return file;
    });
    if (files.length > 0)
      await commitRun(world, 'orders', `run-${index}`, () => appendChange(files));
  }
  const metadata = await world.catalog.load('orders');
  if (metadata === undefined) throw new Error('no table');
  return { base: await baseOf(world, metadata), rowsOf };
};

describe('pruning', () => {
  test('never loses a file that holds a row of interest', async () => {
    let pruned = 0;
    const groups = fc.array(fc.array(anyRow, { maxLength: 5 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(groups, fc.array(anyBound, { maxLength: 3 }), async (rows, bounds) => {
        const { base, rowsOf } = await tableWith(rows);
        const found = new Set((await scanFiles(base, bounds)).map((e) => e.data_file.file_path));
        for (const [path, some] of rowsOf) {
          if (some.some((row) => matches(row, bounds))) expect(found).toContain(path);
        }
        pruned += rowsOf.size - found.size;
      }),
      { numRuns: 100 },
    );
    // A pruning that keeps everything would pass the above.
    expect(pruned).toBeGreaterThan(0);
  });

  const day = (month: string, date: number): Row => ({
    order_id: `O${month}${date}`,
    due: null,
    ordered_at: `2026-${month}-0${date} 00:00:00+00`,
  });
  const at = (text: string) => fromText('timestamptz', text) ?? 0n;

  test.each([
    { what: 'no bound', bounds: [], files: 3 },
    {
      what: 'a month',
      bounds: [{ id: 6, lower: at('2026-02-01 00:00:00+00'), upper: at('2026-02-28 00:00:00+00') }],
      files: 1,
    },
    { what: 'a key', bounds: [{ id: 1, in: ['O011'] }], files: 1 },
    { what: 'a key of no file', bounds: [{ id: 1, in: ['nothing'] }], files: 0 },
    { what: 'a column without a value anywhere', bounds: [{ id: 5, in: [1] }], files: 3 },
  ])('$what opens $files of 3 files', async ({ bounds, files }) => {
    const { base } = await tableWith([[day('01', 1), day('01', 2), day('02', 1)], [day('03', 1)]]);
    expect(await scanFiles(base, bounds)).toHaveLength(files);
  });
});
