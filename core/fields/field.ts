import type { RowCode } from '../codes.ts';
import type { IcebergType } from '../iceberg-type.ts';
import type { Json } from '../json/value.ts';
import type { RuleUse } from '../rules/rule.ts';
import type { Parsed, Value } from './value.ts';

/** Who may see a column; `confidential` also keeps its bounds out of the table's manifests. */
export const classifications = ['public', 'internal', 'confidential'] as const;
export type Classification = (typeof classifications)[number];

/** How a column is published when its plain value is not for everybody. */
export type Mask =
  /** SHA-256 of the deployment's salt and the value, hex: equal values stay equal. */
  | { readonly how: 'hash' }
  /** A short stable stand-in, `tok_` and 26 characters, made of the salted hash. */
  | { readonly how: 'token' }
  /** The same text for every value. */
  | { readonly how: 'redact' }
  /** Only the first or last code points of a text; the rest becomes one `*` each. */
  | { readonly how: 'truncate'; readonly keep: number; readonly from: 'start' | 'end' }
  /** A number down to a multiple of `step`; a day or instant down to its month or year. */
  | { readonly how: 'generalise'; readonly step: string };

/** What a kind needs to know beyond its name; plain data, so that a contract can be printed. */
export type FieldOption =
  | string
  | number
  | boolean
  | readonly string[]
  | Field
  | { readonly [name: string]: Field };
export type FieldOptions = Readonly<Record<string, FieldOption | undefined>>;

/** One declared column of a dataset. Built by `text()`, `decimal()`, … */
export type Field = {
  /** Name of a kind in core/fields/index.ts. */
  readonly kind: string;
  readonly options: FieldOptions;
  readonly optional: boolean;
  /** The text that stands for a missing value; the repair is recorded in `_changes`. */
  readonly default?: string | undefined;
  readonly description?: string | undefined;
  /** What a number counts: 'EUR', 'kg', 'seconds'. */
  readonly unit?: string | undefined;
  readonly classification?: Classification | undefined;
  readonly mask?: Mask | undefined;
  /**
   * Texts that mean a missing value, compared after the trim. `''` is one anyway where a field
   * holds no empty text (see core/fields/empty.ts), and keeps a field that could from holding any.
   */
  readonly nullTokens: readonly string[];
  /** Whether spaces (U+0020) around a text are no part of it. */
  readonly trim: boolean;
  /** Other names that the field has in headers and as a JSON key. */
  readonly aliases: readonly string[];
  /** How the published text is spelt; rules judge the text as it came. */
  readonly casing?: 'lower' | 'upper' | undefined;
  /** Asked only of values; a missing value or a text that is none has its own reason. */
  readonly rules: readonly RuleUse[];
  /** True of a column that is not declared: files brought it; see core/evolution. */
  readonly evolved?: true;
};

/** True when a row without the value is rejected: a default stands in for a missing one. */
export const isRequired = (field: Field): boolean => !field.optional && field.default === undefined;

/** Why a text is no value of a kind, as SQL; NULL counts as false. */
type TextRefusal = {
  readonly code: RowCode;
  when(textSql: string, valueSql: string, preparedSql?: string): string;
};

/**
 * One kind of field, with the answers of both engines side by side: the row engine (one row in
 * TypeScript) and the set engine (a whole file in DuckDB). test/differential.test.ts holds the
 * two to each other. Every text arrives trimmed, is no null token, and is empty only where the
 * field holds empty texts.
 */
export type FieldKind<Options = FieldOptions, V extends Value = Value> = {
  readonly kind: string;
  /** The grammar in one sentence, for people: what is allowed, what is not. */
  says(options: Options): string;
  /** The type of a published value in TypeScript: 'string', 'bigint', … */
  rowType(options: Options): string;
  /** Row engine: the text's value, or the reason why it has none. */
  parse(text: string, options: Options): Parsed<V>;
  /** A text whose value this is: parse(print(value)) is the value again. */
  print(value: V, options: Options): string;
  /** Set engine: the column's type in DuckDB. */
  duckType(options: Options): string;
  /**
   * Set engine: what `cast` and `refusals` read many times, as a column of its own; left out where
   * they need none. Without that column they are given none and compute it each time.
   */
  prepare?(textSql: string, options: Options): string | undefined;
  /** Set engine: the value, or NULL; may be lenient, since `accepts` and `refusals` are not. */
  cast(textSql: string, options: Options, preparedSql?: string): string;
  /**
   * Set engine, fast form, run on every row: true exactly for the texts that are values. One
   * regular expression at most; may be NULL for NULL, never true.
   */
  accepts(textSql: string, valueSql: string, options: Options): string;
  /** Set engine, slow form, run on rejected rows: the first that holds is the reason. */
  refusals(options: Options): readonly TextRefusal[];
  /**
   * Set engine: a value as a constant of the column's type; left out where DuckDB's own cast reads
   * a printed value.
   */
  constant?(value: V, options: Options): string;
  icebergType(options: Options): IcebergType;
  /** Kinds whose text is JSON; the others take one scalar. */
  readonly nested?: NestedSide<Options, V>;
  /** The text as JSON Schema describes it. */
  jsonSchema(options: Options): Readonly<Record<string, unknown>>;
  /** Texts on, just off and far off the grammar's edges, for the differential test. */
  edges(options: Options): readonly string[];
};

/** A nested value with every scalar as a text that DuckDB casts to its type. */
export type TextTree = string | null | readonly TextTree[] | { readonly [name: string]: TextTree };

/** What a kind whose values are JSON knows beyond its text; see core/fields/nested.ts. */
export type NestedSide<Options, V> = {
  /** `any`: a JSON string is a value itself; `parts`: it holds the text of one. */
  readonly takes: 'any' | 'parts';
  /** The value of JSON that was read already, as a part of another value. */
  fromJson(json: Json, options: Options): Parsed<V extends Value ? V : never>;
  texts(value: V, options: Options): TextTree;
  /** The field that judges a part; a list has one for all its items. */
  part(name: string, options: Options): Field | undefined;
};

/** What every builder takes beside its own options; see `Field` for what each means. */
export type FieldInit = {
  /** @default false: a row without the value is rejected with E_REQUIRED */
  readonly optional?: boolean;
  readonly default?: string;
  readonly description?: string;
  readonly unit?: string;
  readonly classification?: Classification;
  readonly mask?: Mask;
  /** @default none */
  readonly nullTokens?: readonly string[];
  /** @default true */
  readonly trim?: boolean;
  /** @default none; the snake_case of a header always finds its field */
  readonly aliases?: readonly string[];
  /** More rules, for instance with `warn()`. */
  readonly rules?: readonly RuleUse[];
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
  default: init.default,
  description: init.description,
  unit: init.unit,
  classification: init.classification,
  mask: init.mask,
  nullTokens: init.nullTokens ?? [],
  trim: init.trim ?? true,
  aliases: init.aliases ?? [],
  rules: [...rules, ...(init.rules ?? [])],
});
