import { afterAll, describe, expect, test } from 'vitest';
import { evolutionModes } from '../../../core/evolution/evolution.ts';
import { ident, list, literal } from '../../../core/sql.ts';
import {
  at,
  closeFiles,
  contents,
  db,
  judge,
  summary,
  type Validated,
  written,
} from '../../support/evolving-files.ts';

afterAll(closeFiles);

type Cells = Readonly<Record<string, string>>;

/** As senders write them: what is missing is not sent, and an empty text is a value. */
const sent: readonly Cells[] = [
  { id: '1', 'Size (EU)': '5', note: 'plain', 'Coupon Code': ' A1 ' },
  { id: '2', 'Size (EU)': 'big', 'Coupon Code': '', gift: 'yes' },
  { id: 'x', 'Size (EU)': '7', note: 'no number', 'Coupon Code': 'C3' },
  { id: '4', 'Size (EU)': '8', note: 'as declared' },
  { id: '5', 'Size (EU)': 'large', note: 'two', 'Coupon Code': 'a "quoted", one' },
];
const names = [...new Set(sent.flatMap((row) => Object.keys(row)))];

const quotedCell = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;
const line = (cells: readonly (string | undefined)[]): string =>
  `${cells.map((cell) => (cell === undefined ? '' : quotedCell(cell))).join(',')}\n`;

type Writer = (rows: readonly Cells[], columns: readonly string[]) => Promise<string>;

const writers: Readonly<Record<'csv' | 'jsonl' | 'parquet', Writer>> = {
  csv: async (rows, columns) =>
    written(line(columns) + rows.map((row) => line(columns.map((n) => row[n]))).join('')),
  jsonl: async (rows, columns) =>
    written(rows.map((row) => `${JSON.stringify(only(row, columns))}\n`).join('')),
  parquet: async (rows, columns) => {
    const path = at('landed');
    const values = rows.map(
      (row) => `(${list(columns.map((n) => (row[n] === undefined ? 'NULL' : literal(row[n]))))})`,
    );
    await db.run(`COPY (SELECT * FROM (VALUES ${list(values)}) t(${list(columns.map(ident))}))
      TO ${literal(path)} (FORMAT parquet)`);
    return path;
  },
};

const only = (row: Cells, columns: readonly string[]): Cells =>
  Object.fromEntries(Object.entries(row).filter(([name]) => columns.includes(name)));

/** How a value is called where it may have gone. */
const homes: Readonly<Record<string, readonly string[]>> = {
  'Size (EU)': ['size', 'size_text'],
  'Coupon Code': ['coupon_code'],
  gift: ['gift'],
};

type Row = Readonly<Record<string, unknown>>;
type Contents = Awaited<ReturnType<typeof contents>>;

const ofRow = (rows: readonly Row[], number: number): Row | undefined =>
  rows.find((row) => Number(row._row) === number);

/** The places that one value of a row of the file has come to. */
const placesOf = (
  { clean, rejects, values }: Contents,
  number: number,
  [name, value]: readonly [string, string],
): string[] => {
  const known = homes[name] ?? [name];
  const published = ofRow(clean, number);
  const raw = String(ofRow(rejects, number)?.raw ?? '')
    .replaceAll('\\"', '"')
    .replaceAll('""', '"');
  const aside = values.filter((each) => Number(each._row) === number && each.value === value);
  return [
    ...known.filter((home) => published?.[home] === value || String(published?.[home]) === value),
    ...(raw.includes(value) ? ['rejected'] : []),
    ...aside.filter(({ column }) => known.includes(String(column))).map(() => 'set aside'),
  ];
};

/** Sees to it that each value of the file is in one place, and in one only. */
const expectAccounted = async (
  found: Validated,
  rows: readonly Cells[],
  columns: readonly string[],
): Promise<void> => {
  const all = await contents(found);
  const astray = rows.flatMap((row, index) =>
    Object.entries(only(row, columns))
      .filter(([, value]) => value !== '')
      .map((cell) => [index + 1, cell[0], placesOf(all, index + 1, cell)] as const)
      .filter(([, , places]) => places.length !== 1),
  );
  expect(astray).toEqual([]);
  const values = all.values.filter(({ code }) => code !== 'E_MISSING_COLUMN');
  expect(values).toHaveLength(found.setAside);
};

const formats = ['csv', 'jsonl', 'parquet'] as const;
const cases = formats.flatMap((format) => evolutionModes.map((mode) => [format, mode] as const));

describe('each value of a file with new columns is somewhere, once', () => {
  const expected = {
    evolve: {
      ...{ valid: 2, rejected: 3, setAside: 0, evolved: ['coupon_code'] },
      drift: ['new column coupon_code 1', 'new column gift 0'],
    },
    quarantine_row: {
      ...{ valid: 1, rejected: 4, setAside: 0, evolved: [] },
      drift: ['new column coupon_code 4', 'new column gift 1'],
    },
    quarantine_value: {
      ...{ valid: 2, rejected: 3, setAside: 1, evolved: [] },
      drift: ['new column coupon_code 1', 'new column gift 0'],
    },
    hold: {
      ...{ valid: 2, rejected: 3, setAside: 1, evolved: [] },
      drift: ['new column coupon_code 1', 'new column gift 0'],
    },
    freeze: expect.stringMatching(/^E_SCHEMA unknown: "Coupon Code".*"gift".*; declared: "id"/),
  };
  test.each(cases)('%s, %s', async (format, newColumns) => {
    const path = await writers[format](sent, names);
    const found = await judge(path, format, { newColumns });
    expect(summary(found)).toEqual(expected[newColumns]);
    if (found.kind === 'validated') await expectAccounted(found, sent, names);
  });
});

describe('each value of another type is somewhere, once', () => {
  const columns = ['id', 'Size (EU)', 'note'];
  const expected = {
    evolve: {
      ...{ valid: 4, rejected: 1, setAside: 0, evolved: ['size_text'] },
      drift: ['changed type id 1', 'changed type size 2'],
    },
    quarantine_row: { valid: 2, rejected: 3, setAside: 0, evolved: [], drift: [] },
    quarantine_value: {
      ...{ valid: 4, rejected: 1, setAside: 2, evolved: [] },
      drift: ['changed type id 1', 'changed type size 2'],
    },
    hold: {
      ...{ valid: 4, rejected: 1, setAside: 2, evolved: [] },
      drift: ['changed type id 1', 'changed type size 2'],
    },
    freeze:
      'E_SCHEMA values of another type than declared: "size" (integer) in 2 rows, ' +
      '"id" (integer) in 1 row',
  };
  test.each(cases)('%s, %s', async (format, changedTypes) => {
    const path = await writers[format](sent, columns);
    const found = await judge(path, format, { changedTypes });
    expect(summary(found)).toEqual(expected[changedTypes]);
    if (found.kind === 'validated') await expectAccounted(found, sent, columns);
  });
});

describe('a file without a declared column', () => {
  const columns = ['id', 'note'];
  const judged = { valid: 4, rejected: 1, setAside: 0, evolved: [] };
  const expected = {
    evolve: { ...judged, drift: ['missing column size 5'] },
    quarantine_row: { ...judged, valid: 0, rejected: 5, drift: ['missing column size 5'] },
    quarantine_value: { ...judged, drift: ['missing column size 5'] },
    hold: { ...judged, drift: ['missing column size 5'] },
    freeze: 'E_SCHEMA missing: "size"; declared: "id", "size", "note"',
  };
  test.each(cases)('%s, %s', async (format, missingColumns) => {
    const path = await writers[format](sent, columns);
    const found = await judge(path, format, { missingColumns });
    const named = format === 'csv' || format === 'parquet';
    // Where rows name their own keys, a key that no row has is nulls unless someone asks.
    const silent = !named && missingColumns === 'evolve';
    expect(summary(found)).toEqual(silent ? { ...judged, drift: [] } : expected[missingColumns]);
    if (found.kind !== 'validated') return;
    await expectAccounted(found, sent, columns);
    const { values, rejects } = await contents(found);
    const record = {
      ...{ _run: 'sales-run', _file: '0123456789abcdef0123456789abcdef', _row: null },
      ...{ column: 'size', code: 'E_MISSING_COLUMN', value: null, rows: 5 },
    };
    expect(values).toEqual(missingColumns === 'quarantine_value' ? [record] : []);
    const whole = rejects.filter(({ reasons }) => JSON.stringify(reasons).includes('E_MISSING'));
    expect(whole).toHaveLength(missingColumns === 'quarantine_row' ? 5 : 0);
  });
});
