import { literal } from '../sql.ts';
import { type Field, type FieldInit, type FieldKind, fieldOf } from './field.ts';
import { accepted, refused } from './value.ts';

/** RE2 reads `\s` as these five; JavaScript would add Unicode's spaces, so they are spelt out. */
const SPACE = /[\t\n\f\r ]/;
const PATTERN = '[^@\\t\\n\\f\\r ]+@[^@\\t\\n\\f\\r ]+\\.[^@\\t\\n\\f\\r ]+';

/**
 * The same language as PATTERN, in one walk: JavaScript's regular expressions would try every dot
 * of a hostile text against every end of it.
 */
const isEmail = (text: string): boolean => {
  const at = text.indexOf('@');
  const domain = text.slice(at + 1);
  return at > 0 && !domain.includes('@') && domain.slice(1, -1).includes('.') && !SPACE.test(text);
};

/** `local@domain.tld`, no more: who judges addresses more strictly loses real ones. */
export const emailKind: FieldKind<object, string> = {
  kind: 'email',
  says: () => 'local@domain.tld, without blanks',
  rowType: () => 'string',
  parse: (text) => (isEmail(text) ? accepted(text) : refused('E_TYPE')),
  print: (value) => value,
  duckType: () => 'VARCHAR',
  cast: (textSql) => textSql,
  accepts: (textSql) => `regexp_full_match(${textSql}, ${literal(PATTERN)})`,
  refusals: () => [
    {
      code: 'E_TYPE',
      when: (textSql) => `NOT regexp_full_match(${textSql}, ${literal(PATTERN)})`,
    },
  ],
  icebergType: () => 'string',
  jsonSchema: () => ({ type: 'string', format: 'email' }),
  edges: () => [
    'a@b.c',
    'A.B+c@Mail.Example.ORG',
    'a@b..c',
    'a@b.c.',
    'a@.b.c',
    'a@.b',
    'a@b.',
    'a@.',
    'a@..',
    'a@...',
    'a@b',
    '@b.c',
    'a@',
    '@',
    'a@b@c.d',
    'a@@b.c',
    'a b@c.d',
    'a@b.c\td',
    'a@b\n.c',
    'a\u00a0b@c.d',
    'a\u000bb@c.d',
    '\u00fc@\u4f8b.\u{1f4e6}',
    'not-an-email',
  ],
};

type EmailInit = FieldInit & { readonly casing?: 'lower' | 'upper' };

/** A column of e-mail addresses. */
export const email = (init: EmailInit = {}): Field => ({
  ...fieldOf(emailKind.kind, {}, init),
  casing: init.casing,
});
