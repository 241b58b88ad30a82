import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { DuckDBValue } from '@duckdb/node-api';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Validated } from '../adapters/engine/types.ts';
import { validateFile } from '../adapters/engine/validate.ts';
import { fieldKinds, kindOf } from '../core/fields/index.ts';
import type { Row } from '../core/fields/value.ts';
import { FileId } from '../core/ids.ts';
import { rowRuleKinds, rowRuleOf, ruleKinds, ruleOf } from '../core/rules/index.ts';
import { literal } from '../core/sql.ts';
import { rowRulesOf } from '../core/validate/judge-set.ts';
import { preparedFile } from './bad-inputs/read-file.ts';
import { type GeneratedFile, generatedFile } from './oracle/generated-files.ts';
import { type JudgedFile, judgeFile } from './oracle/judged-file.ts';
import { db, plain } from './set-engine.ts';
import { parquetFiles } from './support/parquet-files.ts';

const isRelease = process.env.HEADGATE_RELEASE === '1';
const files = isRelease ? 2_000 : 150;

type Found = Extract<Validated, { kind: 'validated' }>;
/** A file of valid rows that the walk wrote; the other one is DuckDB's. */
const WALKED = /^clean-plain-\d+\.parquet$/;

const rowsOf = async (sql: string): Promise<Record<string, DuckDBValue>[]> =>
  (await db.runAndReadAll(sql)).getRowObjects();

/** Every published row by its number, and which of them the walk wrote. */
const publishedIn = async ({ clean }: Found, names: readonly string[]) => {
  const published: Record<number, Row> = {};
  const walked = new Set<number>();
  if (clean.length === 0) return { published, walked };
  const from = parquetFiles(clean).replace(']', '], filename = true');
  for (const row of await rowsOf(`SELECT * FROM ${from}`)) {
    const number = Number(row._row);
    if (published[number] !== undefined) throw new Error(`row ${number} is published twice`);
    published[number] = Object.fromEntries(names.map((name) => [name, plain(row[name])]));
    if (WALKED.test(basename(String(row.filename)))) walked.add(number);
  }
  return { published, walked };
};

/** Reasons of a row's form have no order among themselves. */
const ordered = (reasons: readonly string[]): readonly string[] =>
  reasons.every((reason) => reason.includes(' ')) ? reasons : reasons.toSorted();

const rejectedIn = async ({ rejects }: Found): Promise<JudgedFile['rejected']> => {
  if (rejects === null) return {};
  const said = "[concat_ws(' ', r.code, r.field) FOR r IN reasons]";
  const rows = await rowsOf(
    `SELECT _row, byte_start, byte_end, lower(hex(raw)) AS raw, to_json(${said})::VARCHAR AS said
     FROM ${literal(rejects)}`,
  );
  return Object.fromEntries(
    rows.map(({ _row, byte_start, byte_end, raw, said: reasons }) => [
      Number(_row),
      {
        start: Number(byte_start),
        end: Number(byte_end),
        raw: String(raw),
        reasons: ordered(JSON.parse(String(reasons))),
      },
    ]),
  );
};

type Counted = readonly { code: string; field: string | null; rows: number }[];

const counted = (all: Counted): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { code, field, rows } of all) {
    const said = field === null ? code : `${code} ${field}`;
    counts[said] = (counts[said] ?? 0) + rows;
  }
  return counts;
};

type Ruled = { readonly kind: string; readonly severity: string };

/** What was seen: kinds, rules and ways, each with its outcome. */
const seen = new Set<string>();

/** Of so many files one is walked by several threads: each has to start first. */
const THREADS_EVERY = 8;
let answers = 0;

/** What the engine says of a landed file. */
const answered = async (file: GeneratedFile, dir: string, threads: number): Promise<JudgedFile> => {
  const { dataset, framing, landed } = file;
  const own = mkdtempSync(join(dir, 'way-'));
  const prepared = await preparedFile(landed, dataset, own, 'rows');
  if (prepared.kind === 'refused') throw new Error(`${prepared.code}: ${prepared.detail}`);
  const found = await validateFile({
    dataset,
    path: prepared.path,
    format: prepared.format,
    fileId: FileId.parse('0123456789abcdef0123456789abcdef'),
    runId: 'generated-run',
    outDir: join(own, 'out'),
    threads,
    framing,
    ...(answers++ % THREADS_EVERY === 1 ? { walkAloneBytes: 0 } : {}),
  });
  if (found.kind === 'refused') throw new Error(`${found.code}: ${found.detail}`);
  const { published, walked } = await publishedIn(found, Object.keys(dataset.fields));
  const { rowsIn, valid, wellFormed, nonEmpty, warned, bytes, notes } = found;
  const { setAside, evolved } = found;
  if (walked.size > 0) seen.add(`walk: published with ${threads} threads`);
  if (found.clean.length > 2) seen.add('walk: on threads side by side');
  if (walked.size < valid) seen.add(`DuckDB: published with ${threads} threads`);
  if (walked.size > 0 && walked.size < valid) seen.add('both ways in one file');
  lookAtEmpty(file, walked, published);
  if (found.rejected > 0) seen.add(`${walked.size > 0 ? 'walk' : 'DuckDB'}: left or rejected`);
  return {
    published,
    rejected: await rejectedIn(found),
    rowsIn,
    valid,
    wellFormed,
    nonEmpty,
    reasons: counted(found.reasons),
    warnings: counted(found.warnings),
    warned,
    bytes,
    missing: notes.missingColumns,
    setAside,
    evolved,
  };
};

/** A rule passes where a published row has all that it asks for, and no warning of it. */
const lookAtRule = (use: Ruled, columns: readonly string[], broken: number, rows: Row[]): void => {
  if (broken > 0) seen.add(`${use.kind} ${use.severity} refused`);
  const asked = rows.filter((row) => columns.every((name) => row[name] !== null));
  const warned = use.severity === 'warn' ? broken : 0;
  if (asked.length > warned) seen.add(`${use.kind} ${use.severity} passed`);
};

const lookAtNew = ({ setAside, evolved }: JudgedFile): void => {
  if (setAside > 0) seen.add('new values set aside');
  if (evolved.length > 0) seen.add('new values in a new column');
};

/** Nothing that is written is a text, or no value: which way took it, and why it is none. */
const lookAtEmpty = (
  file: GeneratedFile,
  walked: ReadonlySet<number>,
  published: JudgedFile['published'],
) => {
  for (const [number, row] of Object.entries(published)) {
    const way = walked.has(Number(number)) ? 'walk' : 'DuckDB';
    for (const [name, value] of Object.entries(row)) {
      if (value === '') seen.add(`${way}: an empty text of ${file.format}`);
      const tokens = file.dataset.fields[name]?.nullTokens ?? [];
      if (value === null && tokens.includes('')) seen.add(`${way}: an empty text is missing`);
    }
  }
};

const lookAt = ({ dataset, traits }: GeneratedFile, expected: JudgedFile): void => {
  for (const trait of traits) seen.add(`file: ${trait}`);
  const { published, reasons, warnings } = expected;
  for (const reason of Object.keys(reasons)) seen.add(`reason: ${reason.split(' ')[0]}`);
  const rows = Object.values(published);
  lookAtNew(expected);
  const broken = ({ severity }: Ruled, reason: string): number =>
    (severity === 'warn' ? warnings : reasons)[reason] ?? 0;
  for (const [name, field] of Object.entries(dataset.fields)) {
    if (rows.some((row) => row[name] !== null)) seen.add(`${field.kind} passed`);
    const refusals = kindOf(field).refusals(field.options);
    // Any text is a text, so of that kind only a missing one is refused, or an object.
    const codes = refusals.length > 0 ? refusals.map(({ code }) => code) : ['E_REQUIRED', 'E_TYPE'];
    if (codes.some((code) => `${code} ${name}` in reasons)) seen.add(`${field.kind} refused`);
    for (const use of field.rules) {
      lookAtRule(use, [name], broken(use, `${ruleOf(use).code} ${name}`), rows);
    }
  }
  for (const use of rowRulesOf(dataset.rules)) {
    const { code, conditions, columns } = rowRuleOf(use);
    for (const { field } of conditions(use)) {
      lookAtRule(use, columns(use), broken(use, `${code} ${field}`), rows);
    }
  }
};

test(
  `${files} files: the engine says of each what the reference says, with 1 and with 2 threads`,
  async () => {
    const dir = mkdtempSync(join(tmpdir(), 'files-differential-'));
    const agree = async (file: GeneratedFile): Promise<void> => {
      const expected = judgeFile(file);
      for (const threads of [1, 2]) {
        expect(await answered(file, dir, threads)).toStrictEqual(expected);
      }
      lookAt(file, expected);
    };
    try {
      await fc.assert(fc.asyncProperty(generatedFile, agree), { numRuns: files, seed: 20_240_301 });
    } finally {
      rmSync(dir, { recursive: true });
    }
  },
  30 * 60_000,
);

test('both engines met every kind of field and rule above, with either outcome', () => {
  const scalar = fieldKinds.filter(({ nested }) => nested === undefined).map(({ kind }) => kind);
  const rules = [...ruleKinds, ...rowRuleKinds].flatMap(({ kind }) => [
    `${kind} reject`,
    `${kind} warn`,
  ]);
  const wanted = [
    ...[...scalar, ...rules].flatMap((each) => [`${each} passed`, `${each} refused`]),
    ...[1, 2].flatMap((n) =>
      ['walk', 'DuckDB'].map((way) => `${way}: published with ${n} threads`),
    ),
    'walk: on threads side by side',
    ...['walk: left or rejected', 'DuckDB: left or rejected', 'both ways in one file'],
    ...['new values set aside', 'new values in a new column'],
    ...['walk', 'DuckDB'].flatMap((way) => [
      ...['csv', 'jsonl'].map((format) => `${way}: an empty text of ${format}`),
      `${way}: an empty text is missing`,
    ]),
  ];
  expect(wanted.filter((each) => !seen.has(each))).toEqual([]);
});
