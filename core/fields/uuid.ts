import { type Field, type FieldInit, type FieldKind, fieldOf } from './field.ts';
import { grammar } from './grammar.ts';
import { accepted, refused } from './value.ts';

const HEX = '[0-9a-fA-F]';
const strict = grammar(`${HEX}{8}-${HEX}{4}-${HEX}{4}-${HEX}{4}-${HEX}{12}`);
const SHAPE = '________-____-____-____-____________';

/** A UUID of any version, published in lower case; kept as 16 bytes. */
export const uuidKind: FieldKind<object, string> = {
  kind: 'uuid',
  says: () => 'a UUID as 8-4-4-4-12 hex digits in either case, published in lower case',
  rowType: () => 'string',
  parse: (text) => (strict.test(text) ? accepted(text.toLowerCase()) : refused('E_TYPE')),
  print: (value) => value,
  duckType: () => 'UUID',
  cast: (textSql) => `TRY_CAST(${textSql} AS UUID)`,
  // The cast wants 32 digits, and lets dashes stand anywhere and braces around: with the dashes
  // in their places there is no room for anything else. The regular expression costs three times.
  accepts: (textSql, valueSql) => `${valueSql} IS NOT NULL AND ${textSql} LIKE '${SHAPE}'`,
  refusals: () => [{ code: 'E_TYPE', when: (textSql) => `NOT ${strict.sql(textSql)}` }],
  icebergType: () => 'uuid',
  jsonSchema: () => ({ type: 'string', format: 'uuid', pattern: `^${strict.source}$` }),
  edges: () => [
    ...['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'],
    ...['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff'],
    ...['{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}', '{a0eebc9-9c0b-4ef8-bb6d-6bb9bd380a1}'],
    ...['a0eebc999c0b4ef8bb6d6bb9bd380a11', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1'],
    ...['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1g', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a111'],
    ...['a0eebc999-c0b-4ef8-bb6d-6bb9bd380a11', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1-'],
    ...['-0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'urn:uuid:a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
    ...['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1\u0661', 'a0eebc99_9c0b_4ef8_bb6d_6bb9bd380a11', 'x'],
    ...['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1\t', 'a0eeb\u00e999-9c0b-4ef8-bb6d-6bb9bd380a1'],
  ],
};

/** A column of UUIDs. */
export const uuid = (init: FieldInit = {}): Field => fieldOf(uuidKind.kind, {}, init);
