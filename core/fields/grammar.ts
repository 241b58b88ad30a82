import { literal } from '../sql.ts';

/** A regular expression that both engines run over the whole text. */
export type Grammar = {
  readonly source: string;
  test(text: string): boolean;
  sql(textSql: string): string;
};

/**
 * One source for JavaScript and for RE2. It stays within what both read alike: ASCII classes
 * (`\d`, never `\s` or `.`, which differ outside ASCII), groups, choices and counts.
 */
export const grammar = (source: string): Grammar => {
  const whole = new RegExp(`^(?:${source})$`, 'u');
  return {
    source,
    test: (text) => whole.test(text),
    sql: (textSql) => `regexp_full_match(${textSql}, ${literal(source)})`,
  };
};
