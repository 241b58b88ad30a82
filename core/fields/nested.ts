import type { RowCode } from '../codes.ts';
import { duckType, type IcebergType } from '../iceberg-type.ts';
import { type Json, type ReadJson, readJson } from '../json/value.ts';
import { ruleOf } from '../rules/index.ts';
import { literal } from '../sql.ts';
import { applyCasing } from '../validate/casing.ts';
import { duckText } from './duck-text.ts';
import { holdsEmpty } from './empty.ts';
import {
  type Field,
  type FieldInit,
  type FieldKind,
  type FieldOption,
  type FieldOptions,
  isRequired,
  type TextTree,
} from './field.ts';
import { accepted, type Parsed, refused, type Value } from './value.ts';

/** Finds the kind of a part; a parameter, since the registry of kinds imports the nested ones. */
export type KindOf = (field: Field) => FieldKind;

/** The JSON null in a cell is a missing value, as it is in a file of JSON Lines. */
export const nestedInit = <Init extends FieldInit>(init: Init): Init => ({
  ...init,
  nullTokens: ['null', ...(init.nullTokens ?? [])],
});

/** A text of JSON through `fromJson`; what is no JSON at all is no value. */
export const parseJsonText = <V extends Value>(
  text: string,
  fromJson: (json: Json) => Parsed<V>,
): Parsed<V> => {
  const read: ReadJson = readJson(text);
  return read.ok ? fromJson(read.json) : refused(read.code);
};

type Part = Parsed | { readonly ok: true; readonly value: null };

/** One part of a nested value: judged by its own kind and rules, a literal by its very digits. */
export const judgePart = (field: Field, json: Json, kindOf: KindOf): Part => {
  const kind = kindOf(field);
  if (json.kind === 'null') return missing(field);
  if (kind.nested !== undefined && (kind.nested.takes === 'any' || isCompound(json))) {
    return judged(field, kind.nested.fromJson(json, field.options));
  }
  if (json.kind === 'array' || json.kind === 'object') return refused('E_TYPE');
  const text = partText(field, json.text);
  return text === null ? missing(field) : judged(field, kind.parse(text, field.options));
};

const isCompound = (json: Json): boolean => json.kind === 'array' || json.kind === 'object';

const missing = (field: Field): Part =>
  isRequired(field) ? refused('E_REQUIRED') : { ok: true, value: null };

/** As a cell's text: without spaces (U+0020) around it, and missing where it says so. */
const partText = (field: Field, source: string): string | null => {
  if (source === '') return holdsEmpty(field) ? source : null;
  const text = field.trim ? source.replace(/^ +| +$/g, '') : source;
  return text === '' || field.nullTokens.includes(text) ? null : text;
};

const judged = (field: Field, parsed: Parsed): Parsed => {
  if (!parsed.ok) return parsed;
  const { value } = parsed;
  const broken = field.rules
    .map((use) => ({ use, rule: ruleOf(use) }))
    .find(({ use, rule }) => !rule.check(value, use.params));
  if (broken !== undefined) return refused(broken.rule.code);
  const { casing } = field;
  return accepted(
    casing !== undefined && typeof value === 'string' ? applyCasing(value, casing) : value,
  );
};

/** Numbers and booleans stand bare in canonical text, everything else between quotes. */
const BARE = /^(int|long|double|boolean|decimal\(.*\))$/;
const JSON_NUMBER = /^(-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?|true|false)$/;

/** A part as canonical JSON text. */
export const printPart = (field: Field, value: Value | null, kindOf: KindOf): string => {
  if (value === null) return 'null';
  const kind = kindOf(field);
  const text = kind.print(value, field.options);
  if (kind.nested !== undefined) return text;
  const type = kind.icebergType(field.options);
  const bare = typeof type === 'string' && BARE.test(type) && JSON_NUMBER.test(text);
  return bare ? text : JSON.stringify(text);
};

/** A part as DuckDB casts it. */
export const partTexts = (field: Field, value: Value | null, kindOf: KindOf): TextTree => {
  if (value === null) return null;
  const kind = kindOf(field);
  if (kind.nested !== undefined) return kind.nested.texts(value, field.options);
  const type = kind.icebergType(field.options);
  return typeof type === 'string' ? duckText(type, value) : null;
};

/** Whether an option is the field of a list's items. */
export const isField = (option: FieldOption | undefined): option is Field =>
  typeof option === 'object' && 'rules' in option && Array.isArray(option.rules);

/** Whether an option is the fields of a struct, by name. */
export const isParts = (
  option: FieldOption | undefined,
): option is { readonly [name: string]: Field } =>
  typeof option === 'object' && !Array.isArray(option) && !isField(option);

/** What a part may say of itself: what only a whole column can have is refused. */
export const checkPart = (where: string, field: Field): void => {
  const foreign = Object.entries({
    default: field.default !== undefined,
    mask: field.mask !== undefined,
    classification: field.classification !== undefined,
    aliases: field.aliases.length > 0,
  }).find(([, given]) => given);
  if (foreign !== undefined) {
    throw new Error(`${where} has ${foreign[0]}; only a whole field may have it: give it there`);
  }
  if (field.rules.some(({ severity }) => severity === 'warn')) {
    throw new Error(`${where} has a rule that warns; inside of a field every rule rejects`);
  }
};

/** Reasons that every text of JSON can have. */
const jsonCodes: readonly RowCode[] = [
  'E_TYPE',
  'E_DEPTH',
  'E_ENCODING',
  'E_CONTROL_CHAR',
  'E_JSON_DUP_KEY',
];

/** Every reason that a part can be refused for. */
export const partCodes = (field: Field, kindOf: KindOf): RowCode[] => [
  ...(isRequired(field) ? (['E_REQUIRED'] as const) : []),
  ...kindOf(field)
    .refusals(field.options)
    .map(({ code }) => code),
  ...field.rules.map((use) => ruleOf(use).code),
];

/** Functions that the engine adds to DuckDB: (text, field) to JSON of texts, or to the code. */
export const nestedFunctions = {
  value: 'headgate_nested_value',
  code: 'headgate_nested_code',
} as const;

/** Stands before the text: DuckDB's driver drops a byte order mark that a text begins with. */
export const TEXT_MARK = '.';

/** A kind with its options, as one argument of those functions. */
export type NestedUse = { readonly kind: string; readonly options: FieldOptions };

const BIGINT = '$bigint';

/** What most parts say; left out, since a reason's SQL repeats the whole argument. */
const usual = { optional: false, trim: true, nullTokens: [], aliases: [], rules: [] };
const isUsual = (key: string, value: unknown): boolean =>
  (Array.isArray(value) && value.length === 0 && key in usual) ||
  (key === 'optional' && value === false) ||
  (key === 'trim' && value === true);

/** Bounds are bigints, which JSON has not. */
export const writeUse = (use: NestedUse): string =>
  JSON.stringify(use, (key, value: unknown) => {
    if (typeof value === 'bigint') return { [BIGINT]: String(value) };
    return isUsual(key, value) ? undefined : value;
  });

/** The argument read back. A struct may have parts called kind and options: those are no texts. */
export const readUse = (text: string): NestedUse =>
  JSON.parse(text, (_key, value) => {
    if (typeof value !== 'object' || value === null) return value;
    if (BIGINT in value) return BigInt(value[BIGINT]);
    const isPart = typeof value.kind === 'string' && 'options' in value;
    return isPart ? { ...usual, ...value } : value;
  });

/** What the functions answer; the text is never empty and never the JSON null. */
export const answerOf = (
  text: string,
  kind: FieldKind,
  options: FieldOptions,
): { readonly value: string | null; readonly code: RowCode | null } => {
  const parsed = kind.parse(text, options);
  if (!parsed.ok) return { value: null, code: parsed.code };
  const texts = kind.nested?.texts(parsed.value, options) ?? null;
  return { value: typeof texts === 'string' ? texts : JSON.stringify(texts), code: null };
};

/** The structure that DuckDB's from_json reads the texts by. */
const structureOf = (type: IcebergType): unknown => {
  if (typeof type === 'string') return 'VARCHAR';
  if (type.type === 'list') return [structureOf(type.element)];
  return Object.fromEntries(type.fields.map((field) => [field.name, structureOf(field.type)]));
};

/**
 * The set engine's side of every nested kind. JSON is read once, by `readJson`, in a function that
 * DuckDB calls: its own JSON functions print numbers anew (12.50 becomes 12.5, and 17 digits are
 * kept), and they read NaN, commas too many and double keys. What comes back are texts only.
 */
export const nestedSql = <Options extends FieldOptions>(
  kind: string,
  typeOf: (options: Options) => IcebergType,
  codesOf: (options: Options) => readonly RowCode[],
): Pick<FieldKind<Options>, 'cast' | 'accepts' | 'refusals' | 'duckType'> => {
  const call = (name: string, textSql: string, options: Options): string =>
    `${name}('${TEXT_MARK}' || ${textSql}, ${literal(writeUse({ kind, options }))})`;
  return {
    duckType: (options) => duckType(typeOf(options)),
    cast: (textSql, options) => {
      const value = call(nestedFunctions.value, textSql, options);
      const type = typeOf(options);
      if (typeof type === 'string') return value;
      const structure = literal(JSON.stringify(structureOf(type)));
      return `CAST(from_json(${value}, ${structure}) AS ${duckType(type)})`;
    },
    accepts: (_textSql, valueSql) => `${valueSql} IS NOT NULL`,
    refusals: (options) =>
      [...new Set([...jsonCodes, ...codesOf(options)])].map((code) => ({
        code,
        when: (textSql: string) =>
          `${call(nestedFunctions.code, textSql, options)} = ${literal(code)}`,
      })),
  };
};

/** Texts around the edges of JSON itself. */
export const jsonEdges: readonly string[] = [
  ...[
    '[',
    '{',
    ']',
    '[1,]',
    '[,1]',
    '[1 2]',
    '{"a":1,}',
    '{"a"}',
    "{'a':1}",
    '[NaN]',
    '[Infinity]',
  ],
  ...['[01]', '[1.]', '[.5]', '[+1]', '["a]', '["\\x"]', '[1] [2]', '[1]x', '[true', '[nul]', 'x'],
  ...['NaN', '[1] // x', '["\t"]', '["\\u0000"]', '["\\ud800"]', '["\\udce6\\ud83d"]'],
  ...['{"a":1,"a":2}', '{"a":1,"\\u0061":2}', '[[{"b":null,"b":null}]]'],
  ...[
    `${'['.repeat(32)}${']'.repeat(32)}`,
    `${'['.repeat(33)}${']'.repeat(33)}`,
    '['.repeat(5_000),
  ],
  ...['""', '"text"', 'true', 'false', '-0', '12.50', '1E+2', '[]', '{}', ' [ ] ', '\t[\n]\r\n'],
  ...['[null]', '["null"]', '"null"', '[[]]', '[{}]', '{"":null}', '{"constructor":1}'],
  ...[
    '{"__proto__":{"a":1}}',
    '["\\ud83d\\udce6\\u00e9\\/\\n\\u2028"]',
    '["\\u001f"]',
    '["\\u007f"]',
  ],
  ...['9007199254740993', '0.1000000000000000055', '1e400', '[\u00a0]', '\ufeff[]', '[1\u0000]'],
];

/** Texts of JSON on and off the edges of one part, its rules' edges too. */
export const partEdges = (field: Field, kindOf: KindOf): string[] => {
  const kind = kindOf(field);
  const { options } = field;
  const own = kind.edges(options).filter((edge) => !jsonEdges.includes(edge));
  const ofRules = field.rules.flatMap((use) =>
    ruleOf(use)
      .edges(use.params)
      .map((value) => kind.print(value, options)),
  );
  const texts = [...own.slice(0, PART_EDGES_MAX), ...ofRules];
  const bare = kind.nested === undefined ? ['1', 'true', '[]', '{"a":1}'] : texts;
  return [...bare, ...texts.map((text) => JSON.stringify(text)), 'null', '""', '" "'];
};

const PART_EDGES_MAX = 100;

/** A text of JSON that the part takes. */
export const soundPart = (field: Field, kindOf: KindOf): string =>
  partEdges(field, kindOf).find((text) => {
    const read = readJson(text);
    const part = read.ok ? judgePart(field, read.json, kindOf) : undefined;
    return part?.ok === true && part.value !== null;
  }) ?? 'null';
