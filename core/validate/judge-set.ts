import { assertNever } from '../assert.ts';
import type { RowCode } from '../codes.ts';
import type { Dataset } from '../dataset.ts';
import type { Row, Value } from '../fields/value.ts';
import { type DatasetRule, fieldOfRule, type RowRule, type SetRule } from '../rules/row-rule.ts';
import { ident, list } from '../sql.ts';

/** The rules of a dataset that need other rows than the one they judge. */
export const setRulesOf = (rules: readonly DatasetRule[]): readonly SetRule[] =>
  rules.filter((rule) => rule.kind === 'unique' || rule.kind === 'references');

/** The rules that one row answers by itself. */
export const rowRulesOf = (rules: readonly DatasetRule[]): readonly RowRule[] =>
  rules.filter((rule) => rule.kind !== 'unique' && rule.kind !== 'references');

/** The datasets whose published keys the rules need, each once. */
export const referredTo = ({ rules }: Pick<Dataset, 'rules'>): readonly string[] => [
  ...new Set(setRulesOf(rules).flatMap((rule) => (rule.kind === 'references' ? rule.dataset : []))),
];

/** The columns that a set rule looks at. */
export const columnsOfSetRule = (rule: SetRule): readonly string[] =>
  rule.kind === 'unique' ? rule.columns : [rule.column];

/** What a row that breaks the rule is told. */
export const reasonOfSetRule = (
  rule: SetRule,
): { readonly code: RowCode; readonly field: string } => ({
  code: rule.kind === 'unique' ? 'E_UNIQUE' : 'E_FOREIGN_KEY',
  field: fieldOfRule(rule, columnsOfSetRule(rule)),
});

/** The keys of another dataset as the row engine holds them; undefined: never published. */
export type KeysOf = (dataset: string) => ReadonlySet<Value> | undefined;

/**
 * Row engine: the positions of the rows that break a rule, among rows in the order of their files
 * and places. A missing value breaks no rule. A dataset that was never published judges nothing:
 * the gate holds such a run as a whole.
 */
export const breaksSetRule = (
  rule: SetRule,
  rows: readonly Row[],
  keysOf: KeysOf,
): readonly number[] => {
  switch (rule.kind) {
    case 'unique': {
      const seen = new Set<string>();
      return positions(rows, (row) => {
        const values = rule.columns.map((column) => row[column] ?? null);
        if (values.includes(null)) return false;
        const id = JSON.stringify(values.map(String));
        const again = seen.has(id);
        seen.add(id);
        return again;
      });
    }
    case 'references': {
      const keys = keysOf(rule.dataset);
      return positions(rows, (row) => {
        const value = row[rule.column] ?? null;
        return value !== null && keys !== undefined && !keys.has(value);
      });
    }
    default:
      return assertNever(rule);
  }
};

const positions = (rows: readonly Row[], breaks: (row: Row) => boolean): number[] =>
  rows.flatMap((row, index) => (breaks(row) ? [index] : []));

/**
 * Set engine: the places (_file, _row) of the rows that break a rule. `rows` is the relation of
 * rows with `_file`, `_place` (of the file among the files) and `_row`; `twice` the relation of
 * hashes that come more than once in the rule's columns; `keys` the other dataset's keys.
 */
export const breaksSetRuleSql = (
  rule: SetRule,
  { rows, twice, keys }: { readonly rows: string; readonly twice: string; readonly keys: string },
): string => {
  const columns = columnsOfSetRule(rule).map(ident);
  const present = columns.map((column) => `${column} IS NOT NULL`).join(' AND ');
  switch (rule.kind) {
    case 'unique':
      return `SELECT _file, _row FROM ${rows}
        WHERE ${present} AND hash(${list(columns)}) IN (FROM ${twice})
        QUALIFY row_number() OVER (PARTITION BY ${list(columns)} ORDER BY _place, _row) > 1`;
    case 'references':
      return `SELECT _file, _row FROM ${rows}
        WHERE ${present} AND ${columns.join('')} NOT IN (FROM ${keys})`;
    default:
      return assertNever(rule);
  }
};
