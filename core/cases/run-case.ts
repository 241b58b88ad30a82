import type { RowReason } from '../codes.ts';
import { knownColumns, type Lookup } from '../contract.ts';
import type { Dataset } from '../dataset.ts';
import { holdsEmpty } from '../fields/empty.ts';
import type { Row, Value } from '../fields/value.ts';
import { EpochMs } from '../ids.ts';
import { transformRows } from '../transform/transform-rows.ts';
import { typedFields } from '../validate/evolution-sql.ts';
import { judgeQuality } from '../validate/judge-quality.ts';
import { judgeRow } from '../validate/judge-row.ts';
import { breaksSetRule, reasonOfSetRule, setRulesOf } from '../validate/judge-set.ts';
import type { Case, CaseRow } from './case.ts';
import { type Natural, naturalOf } from './natural.ts';
import { duplicatesIn, type Numbered } from './same-rows.ts';

/** What became of the rows of a case, by whichever engine. */
export type Outcome = {
  readonly published: readonly {
    readonly row: number;
    readonly values: Readonly<Record<string, Natural>>;
  }[];
  readonly rejected: readonly { readonly row: number; readonly reasons: readonly string[] }[];
  /** Published rows that break a rule with severity `warn`; undefined: nobody looked. */
  readonly warned?: readonly { readonly row: number; readonly reasons: readonly string[] }[];
  readonly score: number;
};

/** A reason as a case writes it: 'E_RANGE quantity'. */
export const reasonText = ({ code, field }: Omit<RowReason, 'code'> & { code: string }): string =>
  field === null ? code : `${code} ${field}`;

/** Runs a case through the row engine: no AWS, no DuckDB, a few milliseconds. */
export const runCase = (dataset: Dataset, lookup: Lookup, { rows, partners }: Case): Outcome => {
  const settled = settle(dataset, rows, makePartners(lookup, partners ?? {}));
  const types = new Map(knownColumns(dataset, lookup).map(({ name, type }) => [name, type]));
  return {
    published: settled.published.map(({ row, values }) => ({
      row,
      values: Object.fromEntries(
        [...types].map(([name, type]) => [name, naturalOf(values[name], type)]),
      ),
    })),
    rejected: listed(settled.rejected),
    warned: listed(settled.warned),
    score: scoreOf(dataset, rows, settled),
  };
};

type Reasons = ReadonlyMap<number, readonly RowReason[]>;

const listed = (reasons: Reasons) =>
  [...reasons]
    .map(([row, of]) => ({ row, reasons: of.map(reasonText) }))
    .sort((a, b) => a.row - b.row);

type Settled = {
  readonly published: readonly Numbered[];
  /** Duplicates are among them, and counted apart. */
  readonly rejected: Reasons;
  readonly warned: Reasons;
  readonly duplicates: number;
  /** Published rows without a partner, per joined dataset. */
  readonly unmatched: Readonly<Record<string, number>>;
};

type Partners = {
  readonly lookup: Lookup;
  /** The published rows of a dataset; undefined when the case gives none. */
  rowsOf(dataset: string): readonly Row[] | undefined;
};

const makePartners = (
  lookup: Lookup,
  given: Readonly<Record<string, readonly CaseRow[]>>,
): Partners => {
  const published = new Map<string, readonly Row[]>();
  const partners: Partners = {
    lookup,
    rowsOf: (name) => {
      const rows = Object.hasOwn(given, name) ? given[name] : undefined;
      const other = lookup(name);
      if (rows === undefined || other === undefined) return undefined;
      const known =
        published.get(name) ?? settle(other, rows, partners).published.map(({ values }) => values);
      published.set(name, known);
      return known;
    },
  };
  return partners;
};

/** In the order of the stages: rules of a row, duplicates, rules over rows, transforms. */
const settle = (dataset: Dataset, rows: readonly CaseRow[], partners: Partners): Settled => {
  const rejected = new Map<number, readonly RowReason[]>();
  const warned = new Map<number, readonly RowReason[]>();
  const valid = rows.flatMap((texts, index): Numbered[] => {
    const row = index + 1;
    const judged = judgeRow(dataset, texts);
    if (judged.ok && judged.warnings.length > 0) warned.set(row, judged.warnings);
    if (judged.ok) return [{ row, values: judged.values }];
    rejected.set(row, judged.reasons);
    return [];
  });
  const code = dataset.deduplicate.by === 'row' ? 'E_DUPLICATE_ROW' : 'E_DUPLICATE_KEY';
  const duplicates = duplicatesIn(dataset, valid);
  for (const row of duplicates) rejected.set(row, [{ code, field: null }]);
  const unique = valid.filter(({ row }) => !duplicates.has(row));
  judgeTogether(dataset, unique, partners, { rejected, warned });
  for (const row of rejected.keys()) warned.delete(row);
  const clean = unique.filter(({ row }) => !rejected.has(row));
  return {
    ...transformed(dataset, clean, partners),
    rejected,
    warned,
    duplicates: duplicates.size,
  };
};

type Found = Record<'rejected' | 'warned', Map<number, readonly RowReason[]>>;

/** Rules over several rows, asked of the rows that are left when the duplicates are gone. */
const judgeTogether = (
  dataset: Dataset,
  rows: readonly Numbered[],
  { lookup, rowsOf }: Partners,
  found: Found,
): void => {
  const keysOf = (name: string): ReadonlySet<Value> | undefined => {
    const key = lookup(name)?.key[0] ?? '';
    const others = rowsOf(name);
    return others && new Set(others.map((other) => other[key] ?? null).filter((id) => id !== null));
  };
  const values = rows.map((row) => row.values);
  for (const rule of setRulesOf(dataset.rules)) {
    const reasons = rule.severity === 'warn' ? found.warned : found.rejected;
    for (const at of breaksSetRule(rule, values, keysOf)) {
      const row = rows[at]?.row ?? 0;
      reasons.set(row, [...(reasons.get(row) ?? []), reasonOfSetRule(rule)]);
    }
  }
};

/** What hashes and tokens are made with in a case: any fixed text, so that cases stay true. */
export const caseSalt = 'cases';

const transformed = (
  dataset: Dataset,
  rows: readonly Numbered[],
  { lookup, rowsOf }: Partners,
): Pick<Settled, 'published' | 'unmatched'> => {
  const joined = dataset.transforms.flatMap((use) => (use.kind === 'join' ? [use.dataset] : []));
  const matched = new Map<string, number>();
  const clean = rows.map(({ row, values }) => ({ file: 'case', row, values }));
  const published = transformRows(dataset, lookup, clean, {
    salt: caseSalt,
    partner: (name, on) => {
      const key = lookup(name)?.key[0] ?? '';
      const found = rowsOf(name)?.find((row) => row[key] === on);
      if (found !== undefined) matched.set(name, (matched.get(name) ?? 0) + 1);
      return found;
    },
  });
  const unmatched = joined.map((name) => [name, rows.length - (matched.get(name) ?? 0)] as const);
  return { published, unmatched: Object.fromEntries(unmatched) };
};

const scoreOf = (dataset: Dataset, rows: readonly CaseRow[], settled: Settled): number => {
  const typed = typedFields(dataset);
  const isFilled = (row: CaseRow, name: string): boolean => {
    const judged = typed.includes(name) ? judgeRow(dataset, row) : undefined;
    // A value that is set aside is none of the published row.
    return judged?.ok === true
      ? judged.values[name] !== null
      : isGiven(dataset, name, row[name] ?? null);
  };
  const nonEmpty = Object.fromEntries(
    Object.keys(dataset.fields).map((name) => [
      name,
      rows.filter((row) => isFilled(row, name)).length,
    ]),
  );
  const counts = {
    rowsIn: rows.length,
    published: rows.length - settled.rejected.size,
    rejected: settled.rejected.size - settled.duplicates,
    deduplicated: settled.duplicates,
  };
  const { unmatched } = settled;
  const validated = [{ wellFormed: rows.length, nonEmpty, warned: settled.warned.size }];
  // Neither earlier runs nor the engine's measures are in a case, so that no age is asked of it.
  const facts = { counts, validated, transformed: { unmatched } };
  return judgeQuality(dataset, facts, [], EpochMs.parse(0)).score;
};

/** Asks the row engine itself what a missing value is: spaces, null tokens. */
const isGiven = (dataset: Dataset, name: string, text: string | null): boolean => {
  const field = dataset.fields[name];
  if (field === undefined) return false;
  // A required field would hold no empty text where this one does.
  if (text === '') return holdsEmpty(field);
  const required = { ...field, optional: false, default: undefined, rules: [] };
  const alone: Dataset = { ...dataset, fields: { [name]: required }, rules: [] };
  const judged = judgeRow(alone, { [name]: text });
  return judged.ok || judged.reasons.every(({ code }) => code !== 'E_REQUIRED');
};
