import type { FieldKind } from './field.ts';
import type { Grammar } from './grammar.ts';
import { accepted, refused } from './value.ts';

/** A kind whose values are the texts of one regular expression, kept as they came. */
export const textOfGrammar = <Options extends object>(
  said: Pick<FieldKind<Options, string>, 'kind' | 'says' | 'edges'> & {
    readonly grammarOf: (options: Options) => Grammar;
    readonly format?: string;
  },
): FieldKind<Options, string> => ({
  kind: said.kind,
  says: said.says,
  rowType: () => 'string',
  parse: (text, options) =>
    said.grammarOf(options).test(text) ? accepted(text) : refused('E_TYPE'),
  print: (value) => value,
  duckType: () => 'VARCHAR',
  cast: (textSql) => textSql,
  accepts: (textSql, _valueSql, options) => said.grammarOf(options).sql(textSql),
  refusals: (options) => [
    { code: 'E_TYPE', when: (textSql) => `NOT ${said.grammarOf(options).sql(textSql)}` },
  ],
  icebergType: () => 'string',
  jsonSchema: (options) => ({
    type: 'string',
    ...(said.format === undefined ? {} : { format: said.format }),
    pattern: `^(?:${said.grammarOf(options).source})$`,
  }),
  edges: said.edges,
});
