import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Engine, openEngine } from '../../../adapters/engine/instance.ts';
import { openPlain } from '../../../adapters/engine/plain/plain.ts';
import { programOf } from '../../../adapters/engine/plain/program.ts';
import { valueSideOf } from '../../../core/contract.ts';
import type { Dataset } from '../../../core/dataset.ts';
import { defineDataset } from '../../../core/define-dataset.ts';
import type { Field } from '../../../core/fields/field.ts';
import {
  date,
  decimal,
  email,
  integer,
  kindOf,
  oneOf,
  text,
  timestamp,
} from '../../../core/fields/index.ts';
import { length, ruleOf } from '../../../core/rules/index.ts';
import { ident } from '../../../core/sql.ts';
import { judgeRow } from '../../../core/validate/judge-row.ts';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'plain-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

const fields: Readonly<Record<string, Field>> = {
  any: text(),
  maybe: text({ optional: true, casing: 'lower' }),
  upper: text({ casing: 'upper', min: 2, max: 5 }),
  mail: email({ casing: 'lower' }),
  whole: integer(),
  long: integer({ bits: 64 }),
  small: integer({ optional: true, min: -5, max: 100 }),
  price: decimal({ precision: 12, scale: 2, min: '0' }),
  round: decimal({ precision: 18, scale: 0 }),
  wide: decimal({ precision: 38, scale: 10, optional: true, max: '5' }),
  parts: decimal({ precision: 4, scale: 4 }),
  kind: oneOf(['EUR', 'US', 'eur', 'été', 'x'.repeat(40)]),
  at: timestamp({ from: '1960-01-01T00:00:00Z' }),
  seen: timestamp({ optional: true }),
  on: date({ optional: true, to: '2026-12-31' }),
};

const datasetOf = (own: Readonly<Record<string, Field>>): Dataset =>
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

type Cell = { readonly value: string; readonly quoted: boolean };

/** The rows that were taken, as DuckDB reads them back, and the lines that were left. */
const walk = async (dataset: Dataset, rows: readonly (readonly Cell[])[], separator = ',') => {
  const at = mkdtempSync(join(dir, 'w-'));
  const columns = Object.keys(dataset.fields);
  const programs = programOf(dataset, columns);
  if (programs === undefined) throw new Error('the walk does not know this dataset');
  const path = join(at, 'plain.parquet');
  const common = {
    separator,
    rowBytesMax: 1 << 16,
    fileId: 'f',
    runId: 'r',
  };
  const plain = openPlain({ ...common, path, programs });
  const lines = rows.map(
    (cells, index) =>
      `${String(index + 1).padStart(10, '0')}${separator}${cells
        .map(({ value, quoted }) => cell(value, quoted))
        .join(separator)}\n`,
  );
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
    Object.entries(Object(row)).map(([name, value]) => [
      name,
      own[name]?.kind === 'decimal' && typeof value === 'string'
        ? value.replace(/^(-?)\./, '$10.')
        : value,
    ]),
  );

/** A value as DuckDB's cast to text writes it. */
const shownAs = (field: Field, value: unknown): string | null => {
  if (value === null || value === undefined) return null;
  if (field.kind === 'timestamp') return String(value);
  const { print } = valueSideOf(field);
  return typeof value === 'object' ? '' : print(value as string | number | bigint);
};

/** Every row is taken with the row engine's values, or left as it is; none with a reason. */
const expectAgreement = async (dataset: Dataset, rows: readonly (readonly Cell[])[]) => {
  const { taken, found, left, lines } = await walk(dataset, rows);
  const names = Object.keys(dataset.fields);
  const judged = rows.map((cells) =>
    judgeRow(dataset, Object.fromEntries(names.map((name, i) => [name, cells[i]?.value ?? null]))),
  );
  const expected = judged.flatMap((verdict, index) => {
    if (!taken.rows.has(index + 1)) return [];
    // A row that the row engine rejects must never be taken.
    if (!verdict.ok) return [{ _row: index + 1, rejected: verdict.reasons }];
    const values = names.map((name) => {
      const field = dataset.fields[name];
      return [name, field && shownAs(field, verdict.values[name])];
    });
    return [{ _row: index + 1, _file: 'f', _run: 'r', ...Object.fromEntries(values) }];
  });
  expect(found).toEqual(expected);
  expect(left).toBe(lines.filter((_, index) => !taken.rows.has(index + 1)).join(''));
  for (const name of names) {
    expect(taken.nulls.get(name)).toBe(
      expected.filter((row) => Object.entries(row).some(([key, v]) => key === name && v === null))
        .length,
    );
  }
  return { taken: taken.rows.size, valid: judged.filter(({ ok }) => ok).length };
};

const edgesOf = (field: Field): string[] => {
  const { print } = valueSideOf(field);
  const ofRules = field.rules.flatMap((use) => ruleOf(use).edges(use.params).map(print));
  return [...kindOf(field).edges(field.options), ...ofRules, '', ' ', ' a', 'a ', 'É', 'x"y'];
};

/** Texts of a field, the usual ones most often. */
const cellOf = (field: Field): fc.Arbitrary<Cell> => {
  const edges = edgesOf(field).filter((edge) => !edge.includes('\0'));
  const alone = datasetOf({ x: field });
  const usual = edges.flatMap((edge) => {
    const parsed = kindOf(field).parse(edge, field.options);
    const printed = parsed.ok ? kindOf(field).print(parsed.value, field.options) : '';
    const isSound = judgeRow(alone, { x: printed }).ok && /^[!-~]+( [!-~]+)*$/.test(printed);
    return isSound && !/[.]\d+Z$/.test(printed) ? [printed] : [];
  });
  return fc.record({
    value: fc.oneof(
      { weight: 40, arbitrary: fc.constantFrom(...usual) },
      { weight: 1, arbitrary: fc.constantFrom(...edges) },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }).filter(isText) },
    ),
    quoted: fc.boolean(),
  });
};
const isText = (value: string): boolean => !value.includes('\0') && value.isWellFormed();

describe('rows are taken as the row engine types them, or left as they are', () => {
  test.each(Object.keys(fields))('%s, over its own edges', async (name) => {
    const field = fields[name] ?? text();
    const rows = edgesOf(field).flatMap((value) => [
      [{ value, quoted: false }],
      [{ value, quoted: true }],
    ]);
    const { taken } = await expectAgreement(datasetOf({ [name]: field }), rows);
    expect(taken).toBeGreaterThan(0);
  });

  test('whole rows, drawn at random', async () => {
    const dataset = datasetOf(fields);
    const row = fc.tuple(...Object.values(fields).map(cellOf));
    let taken = 0;
    let valid = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 60 }), async (rows) => {
        const found = await expectAgreement(dataset, rows);
        taken += found.taken;
        valid += found.valid;
      }),
      { numRuns: 40, seed: 7 },
    );
    expect(taken).toBeGreaterThan(50);
    expect(valid).toBeGreaterThan(taken);
  }, 120_000);
});

/** Texts of every length up to 20, whole and with one place made another byte. */
const broken = (whole: (length: number) => string, others: readonly string[]): string[] =>
  Array.from({ length: 20 }, (_, index) => whole(index + 1)).flatMap((each) => [
    each,
    ...[...each].flatMap((_, at) => others.map((o) => each.slice(0, at) + o + each.slice(at + 1))),
  ]);
const digitsOf = (length: number): string => '1234567890'.repeat(2).slice(0, length);
const alone = (values: readonly string[]) =>
  values.map((value) => [{ value: value.trim(), quoted: false }]);

describe('steps of many bytes are no looser than steps of one', () => {
  test.each<[string, Field, string[]]>([
    ['integers', integer({ bits: 64 }), broken(digitsOf, ['/', ':', '-', '.', 'é', '\x7f'])],
    [
      'decimals',
      decimal({ precision: 18, scale: 6 }),
      broken((length) => digitsOf(length), ['.', ':', '-', '/']),
    ],
    [
      'emails',
      email(),
      [
        ...broken((length) => `a${'b'.repeat(length)}@c${'d'.repeat(length)}.ef`, ['@', '.', ' ']),
        ...broken((length) => `${'b'.repeat(length)}@c${'d'.repeat(length)}`, ['.']),
      ],
    ],
    [
      'texts with much in common, whose first and last is to be found',
      text(),
      broken((length) => `${'same'.repeat(4)}${'z'.repeat(length)}`, ['a', '~', 'é']).reverse(),
    ],
  ])('%s', async (_what, field, values) => {
    const { taken, valid } = await expectAgreement(datasetOf({ field }), alone(values));
    expect(taken).toBeGreaterThan(valid / 2);
  });
});

describe('what the walk does not judge', () => {
  test.each<[string, Field]>([
    ['the length of a oneOf', oneOf(['only', 'ab'], { rules: [length({ max: 3 })] })],
    ['the length of an email', email({ rules: [length({ max: 3 })] })],
    ['a pattern', text({ pattern: /a+/ })],
    ['a null token', text({ optional: true, nullTokens: ['NA'] })],
  ])('%s keeps it from the whole dataset', (_what, field) => {
    expect(programOf(datasetOf({ field }), ['field'])).toBeUndefined();
  });
});

test('a file of many groups, with texts that fill a group before its rows do', async () => {
  const dataset = datasetOf({ id: integer(), words: text({ optional: true }) });
  const rows = Array.from({ length: 50_000 }, (_, index) => [
    { value: String(index), quoted: false },
    {
      value: index % 3 === 0 ? '' : `${'word '.repeat(index % 40)}${index}`,
      quoted: index % 5 === 0,
    },
  ]);
  const { taken, valid } = await expectAgreement(dataset, rows);
  expect(taken).toBe(valid);
  expect(taken).toBe(50_000);
}, 60_000);

test('a row that is not taken leaves no more behind than its line, however long it is', async () => {
  const dataset = datasetOf({ words: text(), id: integer() });
  const long = { value: 'x'.repeat(60_000), quoted: false };
  const rows = Array.from({ length: 120 }, (_, index) => [
    index % 2 === 0 ? long : { value: String(index), quoted: false },
    { value: index % 2 === 0 ? 'none' : String(index), quoted: false },
  ]);
  const { taken } = await expectAgreement(dataset, rows);
  expect(taken).toBe(60);
}, 60_000);
