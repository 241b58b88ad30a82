import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { validateFile } from '../../../adapters/engine/validate.ts';
import type { Dataset } from '../../../core/dataset.ts';
import { defineDataset } from '../../../core/define-dataset.ts';
import { all, col, is, isNot, lengthOf } from '../../../core/expressions/index.ts';
import { date, decimal, oneOf, text } from '../../../core/fields/index.ts';
import { FileId } from '../../../core/ids.ts';
import type { Format } from '../../../core/landing/file-options.ts';
import {
  among,
  between,
  called,
  compare,
  holds,
  length,
  ordered,
  pattern,
  requiredWhen,
  warn,
} from '../../../core/rules/index.ts';
import { literal } from '../../../core/sql.ts';
import { db } from '../../set-engine.ts';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'row-rules-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

const about = { domain: 'test', owner: 'test', description: 'For this test.' };
let runs = 0;

const validate = async (dataset: Dataset, bytes: string, format: Format) => {
  runs += 1;
  const own = join(dir, `run-${runs}`);
  mkdirSync(own);
  const path = join(own, 'file');
  if (format === 'parquet') {
    writeFileSync(`${path}.csv`, bytes);
    const rows = `read_csv(${literal(`${path}.csv`)}, all_varchar = true, nullstr = '')`;
    await db.run(`COPY (FROM ${rows}) TO ${literal(path)} (FORMAT parquet)`);
  } else writeFileSync(path, bytes);
  const found = await validateFile({
    dataset,
    path,
    format,
    fileId: FileId.parse('0123456789abcdef0123456789abcdef'),
    runId: 'bookings-20240101T000000Z-0123456789',
    outDir: join(own, 'out'),
    threads: 1,
    memoryLimit: '200MB',
  });
  if (found.kind !== 'validated') throw new Error(`refused: ${found.code}, ${found.detail}`);
  const reader =
    found.rejects === null
      ? []
      : (
          await db.runAndReadAll(`SELECT _row, [reason.code || ' ' || reason.field
            FOR reason IN reasons] AS reasons FROM ${literal(found.rejects)} ORDER BY _row`)
        ).getRowsJson();
  return { found, rejects: reader };
};

const bookings = defineDataset({
  ...about,
  name: 'bookings',
  fields: {
    status: oneOf(['open', 'closed'], { rules: [warn(among(['closed']))] }),
    start_on: date({ optional: true, from: '2000-01-01' }),
    end_on: date({ optional: true }),
    paid: decimal({ precision: 9, scale: 2, rules: [warn(between({ max: '100' }))] }),
    note: text({ optional: true, casing: 'upper', rules: [warn(length({ max: 3 }))] }),
  },
  rules: [
    ordered('start_on', 'end_on'),
    requiredWhen(is(col('status'), 'closed'), 'end_on'),
    warn(called('short_stay', compare('start_on', '!=', 'end_on'))),
    holds('noted', isNot(lengthOf(col('note')), 5)),
  ],
});

const rows = [
  ['closed', '2024-01-01', '2024-01-02', '1.00', ''],
  ['open', '2024-01-01', '2024-01-01', '100.01', 'abcd'],
  ['open', '2024-01-02', '2024-01-01', '1', 'abcde'],
  ['closed', '1999-01-01', '', '1', ''],
  ['closed', 'x', '2024-01-01', '1', ''],
  ['odd', '2024-01-02', 'y', '1', 'abcde'],
];
const names = Object.keys(bookings.fields);
const csv = [names, ...rows].map((cells) => cells.join(',')).join('\n');
const jsonl = rows
  .map((cells) => JSON.stringify(Object.fromEntries(names.map((name, at) => [name, cells[at]]))))
  .join('\n');

test.each([
  ['csv', csv],
  ['jsonl', jsonl],
  ['parquet', csv],
] as const)('a file of %s has its rows rejected and warned of', async (format, bytes) => {
  const { found, rejects } = await validate(bookings, bytes, format);
  expect(found).toMatchObject({ rowsIn: 6, valid: 2, rejected: 4, wellFormed: 6, warned: 1 });
  expect(found.warnings).toEqual([
    { code: 'E_ONE_OF', field: 'status', rows: 1 },
    { code: 'E_RANGE', field: 'paid', rows: 1 },
    { code: 'E_LENGTH', field: 'note', rows: 1 },
    { code: 'E_COMPARE', field: 'short_stay', rows: 1 },
  ]);
  expect(rejects).toEqual([
    [3, ['E_ORDER start_on, end_on', 'E_RULE noted']],
    [4, ['E_RANGE start_on', 'E_REQUIRED_WHEN end_on']],
    [5, ['E_TYPE start_on']],
    [6, ['E_ONE_OF status', 'E_TYPE end_on', 'E_RULE noted']],
  ]);
  expect(found.reasons.find(({ code }) => code === 'E_RULE')).toEqual({
    code: 'E_RULE',
    field: 'noted',
    rows: 2,
  });
});

test('an object in a JSON field has one reason; rules that need the field are silent', async () => {
  const line = { status: 'closed', start_on: '2024-01-02', end_on: {}, paid: '1', note: 'abcde' };
  const { rejects } = await validate(bookings, JSON.stringify(line), 'jsonl');
  expect(rejects).toEqual([[1, ['E_TYPE end_on', 'E_RULE noted']]]);
});

test('a file without a valid row has no warnings', async () => {
  const { found } = await validate(bookings, `${names.join(',')}\n${',,,,'}`, 'csv');
  expect(found).toMatchObject({ valid: 0, warnings: [], warned: 0, clean: [] });
});

test('whatever stands in a rule or a row is data, never SQL', async () => {
  const out = join(dir, 'written');
  const attack = `x'); COPY (SELECT 1) TO '${out}'; --`;
  const quotes = `'";$$ /* '' */ \\' -- E'`;
  const hostile = defineDataset({
    ...about,
    name: 'hostile',
    fields: {
      id: text({
        rules: [pattern(/[^']*'\)?; COPY "t" TO 'x'; --|[^\n]+/), warn(among([attack]))],
      }),
      kind: oneOf([attack, quotes]),
      said: text({ optional: true }),
    },
    rules: [
      holds('plain', all(isNot(col('said'), attack), isNot(col('said'), quotes))),
      warn(requiredWhen(is(col('kind'), quotes), 'said')),
    ],
  });
  const cell = (value: string): string => (value === '' ? '' : `"${value.replaceAll('"', '""')}"`);
  const lines = [
    [attack, attack, ''],
    [quotes, quotes, ''],
    [attack, attack, attack],
    [attack, quotes, quotes],
    [attack, `${attack} `, "'"],
    [attack, `${attack}'`, ''],
  ];
  const bytes = ['id,kind,said', ...lines.map((cells) => cells.map(cell).join(','))].join('\n');
  const { found, rejects } = await validate(hostile, bytes, 'csv');
  expect(rejects).toEqual([
    [3, ['E_RULE plain']],
    [4, ['E_RULE plain']],
    [6, ['E_ONE_OF kind']],
  ]);
  expect(found.warnings).toEqual([
    { code: 'E_ONE_OF', field: 'id', rows: 1 },
    { code: 'E_REQUIRED_WHEN', field: 'said', rows: 1 },
  ]);
  expect(existsSync(out)).toBe(false);
});
