import type { RowCode } from '../codes.ts';
import { valueSideOf } from '../contract.ts';
import type { Dataset } from '../dataset.ts';
import { type Field, isRequired } from '../fields/field.ts';
import { kindOf } from '../fields/index.ts';
import { ruleOf } from '../rules/index.ts';
import { ident, list, literal } from '../sql.ts';

/** One reason as the slow form states it; `when` is never NULL. */
type ReasonSql = { readonly code: RowCode; readonly field: string; readonly when: string };

/**
 * The row rules of a dataset as pieces of SQL. The engine nests them: raw columns, `texts` of
 * those, `*` and `values` of those, and over that `clean` with `accepts`, or the `reasons`.
 */
export type CompiledRow = {
  /** Statements to run once per session, before the pieces are used. */
  readonly setup: readonly string[];
  readonly fields: readonly string[];
  /** Select list: each raw VARCHAR column of a field's name becomes a trimmed text or NULL. */
  readonly texts: string;
  /** Select list: adds the typed column `v_<name>` of each field. */
  readonly values: string;
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
};

/** The engine keeps a row's reasons as bits of one 64-bit number, two of which are its own. */
export const REASONS_MAX = 62;

/** The SQL that judges the rows of a dataset; judgeRow is the same in TypeScript. */
export const compileRow = (dataset: Dataset): CompiledRow => {
  const fields = Object.entries(dataset.fields);
  const reasons = fields.flatMap(([name, field]) => reasonsOf(name, field));
  if (reasons.length > REASONS_MAX) {
    throw new Error(
      `dataset '${dataset.name}' has ${reasons.length} reasons to reject a row; allowed are ` +
        `${REASONS_MAX}. Make fields optional, drop bounds, or split the dataset`,
    );
  }
  return {
    setup: [],
    fields: fields.map(([name]) => name),
    texts: list(fields.map(([name, field]) => `${textOf(ident(name), field)} AS ${ident(name)}`)),
    values: list(fields.map(([name, field]) => `${castOf(name, field)} AS ${typed(name)}`)),
    accepts: fields.map(([name, field]) => acceptsOf(name, field)).join(' AND '),
    clean: list(fields.map(([name, field]) => `${published(name, field)} AS ${ident(name)}`)),
    reasons,
  };
};

const typed = (name: string): string => ident(`v_${name}`);

/**
 * Spaces (U+0020) around a text are no part of it, and an empty text is a missing one. The guard
 * spares most rows the trim: whatever starts with a space or is empty sorts before '!'.
 */
const trimmed = (column: string): string =>
  `CASE WHEN ${column} < '!' OR ${column} LIKE '% ' ` +
  `THEN nullif(trim(${column}, ' '), '') ELSE ${column} END`;

/** The text of a cell, or NULL where it says that there is none. */
const textOf = (column: string, { trim, nullTokens }: Field): string => {
  const text = trim ? trimmed(column) : `nullif(${column}, '')`;
  if (nullTokens.length === 0) return text;
  return `CASE WHEN ${text} IN (${list(nullTokens.map(literal))}) THEN NULL ELSE ${text} END`;
};

const castOf = (name: string, field: Field): string =>
  kindOf(field).cast(ident(name), field.options);

const published = (name: string, field: Field): string =>
  field.casing === undefined ? typed(name) : `${field.casing}(${typed(name)})`;

const rulesOf = (name: string, field: Field): { code: RowCode; holds: string }[] =>
  field.rules.map((use) => {
    const rule = ruleOf(use);
    return { code: rule.code, holds: rule.toSql(typed(name), use.params, valueSideOf(field)) };
  });

const acceptsOf = (name: string, field: Field): string => {
  const accepts = kindOf(field).accepts(ident(name), typed(name), field.options);
  const all = [accepts, ...rulesOf(name, field).map(({ holds }) => holds)]
    .map((sql) => `(${sql})`)
    .join(' AND ');
  return isRequired(field) ? all : `(${ident(name)} IS NULL OR (${all}))`;
};

/** One cause, one reason: each holds only where none before it in the same field does. */
const reasonsOf = (name: string, field: Field): ReasonSql[] => {
  const text = ident(name);
  const required: ReasonSql = { code: 'E_REQUIRED', field: name, when: `${text} IS NULL` };
  const refusals = kindOf(field)
    .refusals(field.options)
    .map(({ code, when }) => ({ code, sql: when(text, typed(name)) }));
  const present = `${text} IS NOT NULL`;
  const passed = refusals.map(({ sql }) => `(${sql}) IS NOT TRUE`);
  const noValue = refusals.map(({ code, sql }, index) => ({
    code,
    field: name,
    when: [present, ...passed.slice(0, index), `(${sql}) IS TRUE`].join(' AND '),
  }));
  const broken = rulesOf(name, field).map(({ code, holds }) => ({
    code,
    field: name,
    when: [present, ...passed, `(${holds}) IS NOT TRUE`].join(' AND '),
  }));
  return [...(isRequired(field) ? [required] : []), ...noValue, ...broken];
};
