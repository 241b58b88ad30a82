import { list, literal } from '../sql.ts';
import type { FieldKind } from './field.ts';
import { accepted, refused } from './value.ts';

/**
 * A kind whose values are the codes of a published list. In DuckDB an ENUM, as `oneOf` is: the
 * cast is the check, and the writer stores a number.
 */
export const codeOfList = <Options extends object>(said: {
  readonly kind: string;
  readonly says: (options: Options) => string;
  readonly codesOf: (options: Options) => readonly string[];
  /** Codes that look right and are not in the list. */
  readonly near: readonly string[];
}): FieldKind<Options, string> => {
  const sets = new Map<readonly string[], ReadonlySet<string>>();
  const has = (codes: readonly string[], text: string): boolean => {
    const set = sets.get(codes) ?? new Set(codes);
    sets.set(codes, set);
    return set.has(text);
  };
  const duckType = (options: Options): string =>
    `ENUM(${list(said.codesOf(options).map(literal))})`;
  return {
    kind: said.kind,
    says: said.says,
    rowType: () => 'string',
    parse: (text, options) =>
      has(said.codesOf(options), text) ? accepted(text) : refused('E_ONE_OF'),
    print: (value) => value,
    duckType,
    cast: (textSql, options) => `TRY_CAST(${textSql} AS ${duckType(options)})`,
    accepts: (_textSql, valueSql) => `${valueSql} IS NOT NULL`,
    refusals: () => [{ code: 'E_ONE_OF', when: (_textSql, valueSql) => `${valueSql} IS NULL` }],
    icebergType: () => 'string',
    jsonSchema: (options) => ({ type: 'string', enum: said.codesOf(options) }),
    edges: (options) => {
      const codes = said.codesOf(options);
      const some = [codes[0], codes[Math.floor(codes.length / 2)], codes.at(-1)];
      const texts = some.flatMap((code) => (code === undefined ? [] : [code]));
      return [
        ...codes,
        ...texts.flatMap((code) => [code.toLowerCase(), `${code}\t`, `${code}X`, code.slice(1)]),
        ...said.near,
      ];
    },
  };
};
