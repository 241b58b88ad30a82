import { literal } from '../sql.ts';
import { type Field, type FieldInit, type FieldKind, fieldOf } from './field.ts';
import { grammar } from './grammar.ts';
import { accepted, refused } from './value.ts';

const DIGIT = '[A-Za-z0-9+/]';
/** The bits that padding leaves over are zero, so that equal bytes are equal texts. */
const LAST = `${DIGIT}[AQgw]==|${DIGIT}{2}[AEIMQUYcgkosw048]=`;
const strict = grammar(`(?:${DIGIT}{4})*(?:${LAST})?`);

/** Bytes as base64. A row holds their text; the table holds the bytes. */
export const binaryKind: FieldKind<object, string> = {
  kind: 'binary',
  says: () => 'bytes as base64 of RFC 4648: A-Z a-z 0-9 + /, padded with =, no line breaks',
  rowType: () => 'string',
  parse: (text) => (strict.test(text) ? accepted(text) : refused('E_TYPE')),
  print: (value) => value,
  duckType: () => 'BLOB',
  // TRY is dear where it catches: the guard spares it most texts that are no base64.
  cast: (textSql) => `CASE WHEN strlen(${textSql}) % 4 = 0 THEN TRY(from_base64(${textSql})) END`,
  // Writing the bytes back takes half the time of the regular expression.
  accepts: (textSql, valueSql) => `to_base64(${valueSql}) = ${textSql}`,
  refusals: () => [
    {
      code: 'E_TYPE',
      when: (textSql, valueSql) => `to_base64(${valueSql}) IS DISTINCT FROM ${textSql}`,
    },
  ],
  constant: (value) => `from_base64(${literal(value)})`,
  icebergType: () => 'binary',
  jsonSchema: () => ({ type: 'string', contentEncoding: 'base64', pattern: `^${strict.source}$` }),
  edges: () => [
    ...['AA==', 'QQ==', 'QUI=', 'QUJD', 'QUJDRA==', '+/+/', '////', 'AAAAAAAAAAAAAAAA', '/w=='],
    ...[
      'QR==',
      'QUJ=',
      'QQ',
      'QQ=',
      'QUI',
      'QUJDR',
      'Q===',
      '====',
      '=',
      '=AAA',
      'QQ==QQ==',
      'Q=Q=',
    ],
    ...[
      '-_-_',
      'QUJD\n',
      'QU\nJD',
      'QUJD QUJD',
      'QUJD\u00e9',
      '\u{1f4e6}',
      'QUJ\u0661',
      'no base64!',
    ],
    ...['QUJD'.repeat(5000), `${'QUJD'.repeat(5000)}Q`, `${'QUJD'.repeat(5000)}QQ=!`],
  ],
};

/** A column of bytes. */
export const binary = (init: FieldInit = {}): Field => fieldOf(binaryKind.kind, {}, init);
