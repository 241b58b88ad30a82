import type { RowCode } from '../codes.ts';
import { valueSideOf } from '../contract.ts';
import type { Dataset } from '../dataset.ts';
import { type Field, isRequired } from '../fields/field.ts';
import { kindOf } from '../fields/index.ts';
import { ruleOf } from '../rules/index.ts';
import type { Severity } from '../rules/rule.ts';
import { ident, list } from '../sql.ts';
import { characterChecks } from './characters.ts';
import {
  type Aside,
  asideOf,
  barringColumns,
  barringMissing,
  type RowColumns,
  settledSql,
} from './evolution-sql.ts';
import { type RowCondition, rowConditions } from './row-conditions.ts';
import { textSql } from './text-sql.ts';

/** One reason as the slow form states it; `when` is never NULL. */
export type ReasonSql = {
  readonly code: RowCode;
  /** A field's name; of a rule over several columns, its own name or theirs. */
  readonly field: string;
  /** Fields without which it cannot be judged. */
  readonly needs: readonly string[];
  readonly when: string;
};

/**
 * The row rules of a dataset as pieces of SQL. The engine nests them: raw columns, `texts` of
 * those, `*` and `prepared` of those where it is not empty, `*` and `values` of those (see
 * valuesFrom), and over that `clean` with `accepts`, or the `reasons`.
 */
export type CompiledRow = {
  /** Statements to run once per session, before the pieces are used. */
  readonly setup: readonly string[];
  readonly fields: readonly string[];
  /**
   * Select list: each raw VARCHAR column of a field's name becomes a trimmed text or NULL. The raw
   * ones are NULL for a cell with nothing in it, and '' for a written empty text.
   */
  readonly texts: string;
  /** Select list: adds a column `p_<name>` for each field whose kind prepares; often empty. */
  readonly prepared: string;
  /** Select list: adds the typed column `v_<name>` of each field. */
  readonly values: string;
  /**
   * Select lists of two levels above the values, where fields that may lose a value of another
   * type do; empty in most datasets.
   */
  readonly marks: string;
  readonly settled: string;
  /** Columns that a clean row has beside its fields: what is not published in its own column. */
  readonly aside: readonly Aside[];
  /**
   * Fast form, paid by every row: one flat boolean. NULL counts as false. It must stand below the
   * filter (SELECT … AS ok, then WHERE ok), with DuckDB's filter_pushdown off: else each cast is
   * computed twice.
   */
  readonly accepts: string;
  /** Select list: the published value of each field, under the field's name. */
  readonly clean: string;
  /** Slow form, paid by rejected rows: a row has a reason exactly when it is not accepted. */
  readonly reasons: readonly ReasonSql[];
  /** What is only warned of, over clean rows; none in most datasets. */
  readonly warnings: readonly ReasonSql[];
  /** Select list over clean rows: the typed column `v_<name>` of each field that those need. */
  readonly warned: string;
};

const noColumns: RowColumns = { newColumns: [], missing: [] };

/**
 * The SQL that judges the rows of a dataset; judgeRow is the same in TypeScript. `columns` says
 * how those of a file differ from the declared ones.
 */
export const compileRow = (dataset: Dataset, columns: RowColumns = noColumns): CompiledRow => {
  const fields = Object.entries(dataset.fields);
  const barring = barringColumns(dataset, columns);
  const missing = barringMissing(dataset, columns);
  const accepts = [
    ...fields.map(([name, field]) => acceptsOf(dataset, name, field)),
    ...conditionsOf(dataset, 'reject').map(({ holds }) => `${holds.toSql(typed)} IS NOT FALSE`),
    ...barring.map(({ cells }) => `${ident(cells)} IS NULL`),
    ...(missing.length > 0 ? ['FALSE'] : []),
  ];
  const aside = asideOf(dataset, columns);
  const unknown = columns.newColumns.filter(({ cells }) => !Object.hasOwn(dataset.fields, cells));
  const warnings = warningsOf(dataset);
  const needed = new Set(warnings.flatMap(({ needs }) => needs));
  return {
    setup: [],
    fields: fields.map(([name]) => name),
    texts: list([
      ...fields.map(([name, field]) => `${textSql(dataset, name, field)} AS ${ident(name)}`),
      ...unknown.map(({ cells }) => ident(cells)),
    ]),
    prepared: list(
      fields.flatMap(([name, field]) => {
        const sql = preparationOf(name, field);
        return sql === undefined ? [] : [`${sql} AS ${prepared(name)}`];
      }),
    ),
    values: list(fields.map(([name, field]) => `${castOf(name, field)} AS ${typed(name)}`)),
    ...settledSql(dataset, {
      typed,
      prepared: (name) => {
        const field = dataset.fields[name];
        return field && preparedOf(name, field);
      },
    }),
    aside,
    accepts: accepts.join(' AND '),
    clean: list(fields.map(([name, field]) => `${published(name, field)} AS ${ident(name)}`)),
    reasons: [
      ...fields.flatMap(([name, field]) =>
        missing.includes(name) ? [missingReason(name)] : reasonsOf(dataset, name, field),
      ),
      ...barring.map(({ name, cells }) => newReason(name, cells)),
      ...conditionsOf(dataset, 'reject').map((condition) => rowReason(dataset, condition)),
    ],
    warnings,
    warned: list(
      fields.flatMap(([name, field]) => (needed.has(name) ? [retyped(name, field)] : [])),
    ),
  };
};

/** The rows of `texts` with what is prepared, and the values: levels that all rows go through. */
export const valuesFrom = (
  { prepared, values, marks, settled }: CompiledRow,
  texts: string,
): string => {
  const below = prepared === '' ? texts : `SELECT *, ${prepared} FROM (${texts})`;
  const typedRows = `SELECT *, ${values} FROM (${below})`;
  if (settled === '') return typedRows;
  return `SELECT ${settled} FROM (SELECT *, ${marks} FROM (${typedRows}))`;
};

const typed = (name: string): string => ident(`v_${name}`);
const prepared = (name: string): string => ident(`p_${name}`);

const preparationOf = (name: string, field: Field): string | undefined =>
  kindOf(field).prepare?.(ident(name), field.options);

/** The prepared column of a field, where it has one. */
const preparedOf = (name: string, field: Field): string | undefined =>
  preparationOf(name, field) === undefined ? undefined : prepared(name);

const castOf = (name: string, field: Field): string =>
  kindOf(field).cast(ident(name), field.options, preparedOf(name, field));

const published = (name: string, field: Field): string =>
  field.casing === undefined ? typed(name) : `${field.casing}(${typed(name)})`;

/** A clean row's value with the type that it was judged with. */
const retyped = (name: string, field: Field): string =>
  `CAST(${ident(name)} AS ${kindOf(field).duckType(field.options)}) AS ${typed(name)}`;

const conditionsOf = (dataset: Dataset, severity: Severity): readonly RowCondition[] =>
  rowConditions(dataset).filter((condition) => condition.severity === severity);

const rulesOf = (
  name: string,
  field: Field,
  severity: Severity,
): { code: RowCode; holds: string }[] =>
  field.rules
    .filter((use) => use.severity === severity)
    .map((use) => {
      const rule = ruleOf(use);
      return { code: rule.code, holds: rule.toSql(typed(name), use.params, valueSideOf(field)) };
    });

const acceptsOf = (dataset: Dataset, name: string, field: Field): string => {
  const text = ident(name);
  const accepts = [
    kindOf(field).accepts(text, typed(name), field.options),
    ...characterChecks(dataset, name, field).map(({ toSql }) => toSql(text)),
  ];
  const all = [...accepts, ...rulesOf(name, field, 'reject').map(({ holds }) => holds)]
    .map((sql) => `(${sql})`)
    .join(' AND ');
  return isRequired(field) ? all : `(${text} IS NULL OR (${all}))`;
};

/** Why a text is no value of the field: by its kind, then by its characters. */
const refusalsOf = (
  dataset: Dataset,
  name: string,
  field: Field,
): { readonly code: RowCode; readonly sql: string }[] => {
  const text = ident(name);
  return [
    ...kindOf(field)
      .refusals(field.options)
      .map(({ code, when }) => ({ code, sql: when(text, typed(name), preparedOf(name, field)) })),
    ...characterChecks(dataset, name, field).map(({ toSql }) => ({
      code: 'E_CONTROL_CHAR' as const,
      sql: `NOT ${toSql(text)}`,
    })),
  ];
};

/** One cause, one reason: each holds only where none before it in the same field does. */
const reasonsOf = (dataset: Dataset, name: string, field: Field): ReasonSql[] => {
  const text = ident(name);
  const about = { field: name, needs: [name] };
  const required: ReasonSql = { code: 'E_REQUIRED', ...about, when: `${text} IS NULL` };
  const refusals = refusalsOf(dataset, name, field);
  const present = `${text} IS NOT NULL`;
  const passed = refusals.map(({ sql }) => `(${sql}) IS NOT TRUE`);
  const noValue = refusals.map(({ code, sql }, index) => ({
    code,
    ...about,
    when: [present, ...passed.slice(0, index), `(${sql}) IS TRUE`].join(' AND '),
  }));
  const broken = rulesOf(name, field, 'reject').map(({ code, holds }) => ({
    code,
    ...about,
    when: [present, ...passed, `(${holds}) IS NOT TRUE`].join(' AND '),
  }));
  return [...(isRequired(field) ? [required] : []), ...noValue, ...broken];
};

/** The file has no such column: nothing else is said of the field. */
const missingReason = (name: string): ReasonSql => ({
  code: 'E_MISSING_COLUMN',
  field: name,
  needs: [],
  when: 'TRUE',
});

const newReason = (name: string, cells: string): ReasonSql => ({
  code: 'E_NEW_COLUMN',
  field: name,
  needs: [],
  when: `${ident(cells)} IS NOT NULL`,
});

/** Where a field has a value, or is missing and may be. */
const judgeable = (dataset: Dataset, name: string, field: Field): string[] => {
  const text = ident(name);
  const refusals = refusalsOf(dataset, name, field).map(
    ({ sql }) => `(${text} IS NULL OR (${sql}) IS NOT TRUE)`,
  );
  return isRequired(field) ? [`${text} IS NOT NULL`, ...refusals] : refusals;
};

/** A rule over several columns has no reason of its own where one of them has one already. */
const rowReason = (dataset: Dataset, { code, field, needs, holds }: RowCondition): ReasonSql => {
  const judged = needs.flatMap((name) => {
    const needed = dataset.fields[name];
    return needed === undefined ? [] : judgeable(dataset, name, needed);
  });
  const when = [...judged, `${holds.toSql(typed)} IS FALSE`].join(' AND ');
  return { code, field, needs, when };
};

/** In the order of judgeRow; a clean row's fields are all sound, so nothing else is asked. */
const warningsOf = (dataset: Dataset): ReasonSql[] => [
  ...Object.entries(dataset.fields).flatMap(([name, field]) =>
    rulesOf(name, field, 'warn').map(({ code, holds }) => ({
      code,
      field: name,
      needs: [name],
      when: `${typed(name)} IS NOT NULL AND (${holds}) IS NOT TRUE`,
    })),
  ),
  ...conditionsOf(dataset, 'warn').map(({ code, field, needs, holds }) => ({
    code,
    field,
    needs,
    when: `${holds.toSql(typed)} IS FALSE`,
  })),
];
