import type { RowCode } from '../codes.ts';
import type { RuleUse } from '../rules/rule.ts';
import type { Parsed, Value } from './value.ts';

/** Who may see a column; `confidential` also keeps its bounds out of the table's manifests. */
export const classifications = ['public', 'internal', 'confidential'] as const;
export type Classification = (typeof classifications)[number];

/** What a kind needs to know beyond its name; plain data, so that a contract can be printed. */
export type FieldOptions = Readonly<Record<string, number | readonly string[]>>;

/** One declared column of a dataset. Built by `text()`, `decimal()`, … */
export type Field = {
  /** Name of a kind in core/fields/index.ts. */
  readonly kind: string;
  readonly options: FieldOptions;
  readonly optional: boolean;
  readonly description?: string | undefined;
  readonly classification?: Classification | undefined;
  /** How the published text is spelt; rules judge the text as it came. */
  readonly casing?: 'lower' | 'upper' | undefined;
  /** Asked only of values; a missing value or a text that is none has its own reason. */
  readonly rules: readonly RuleUse[];
};

/** Why a text is no value of a kind, as SQL; NULL counts as false. */
type TextRefusal = {
  readonly code: RowCode;
  when(textSql: string, valueSql: string): string;
};

/**
 * One kind of field, with the answers of both engines side by side: the row engine (one row in
 * TypeScript) and the set engine (a whole file in DuckDB). test/differential.test.ts holds the
 * two to each other. Every text arrives trimmed and is not empty.
 */
export type FieldKind<Options = FieldOptions, V extends Value = Value> = {
  readonly kind: string;
  /** Row engine: the text's value, or the reason why it has none. */
  parse(text: string, options: Options): Parsed<V>;
  /** A text whose value this is: parse(print(value)) is the value again. */
  print(value: V, options: Options): string;
  /** Set engine: the column's type in DuckDB. */
  duckType(options: Options): string;
  /** Set engine: the value, or NULL; may be lenient, since `accepts` and `refusals` are not. */
  cast(textSql: string, options: Options): string;
  /**
   * Set engine, fast form, run on every row: true exactly for the texts that are values. One
   * regular expression at most; may be NULL for NULL, never true.
   */
  accepts(textSql: string, valueSql: string, options: Options): string;
  /** Set engine, slow form, run on rejected rows: the first that holds is the reason. */
  refusals(options: Options): readonly TextRefusal[];
  icebergType(options: Options): string;
  /** The text as JSON Schema describes it. */
  jsonSchema(options: Options): Readonly<Record<string, unknown>>;
  /** Texts on, just off and far off the grammar's edges, for the differential test. */
  edges(options: Options): readonly string[];
};

/** What every builder takes beside its own options. */
export type FieldInit = {
  /** @default false: a row without the value is rejected with E_REQUIRED */
  readonly optional?: boolean;
  readonly description?: string;
  readonly classification?: Classification;
};

/** The common part of every builder, so that each states only what is its own. */
export const fieldOf = (
  kind: string,
  options: FieldOptions,
  init: FieldInit,
  rules: readonly RuleUse[] = [],
): Field => ({
  kind,
  options,
  optional: init.optional ?? false,
  description: init.description,
  classification: init.classification,
  rules,
});
