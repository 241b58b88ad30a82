import { describe, expect, test } from 'vitest';
import type { Field } from '../../../core/fields/field.ts';
import {
  binary,
  boolean,
  country,
  currency,
  date,
  decimal,
  double,
  email,
  geoPoint,
  integer,
  ip,
  json,
  kindOf,
  list,
  oneOf,
  phone,
  struct,
  text,
  time,
  timestamp,
  url,
  uuid,
} from '../../../core/fields/index.ts';

const minutes = 'YYYY-MM-DD HH:mm';
const warsaw = { formats: [minutes], zone: 'Europe/Warsaw' };
const line = struct({ a: integer({ description: 'How many.' }), b: text({ optional: true }) });

test.each<[Field, string]>([
  [text(), 'any text'],
  [email(), 'local@domain.tld'],
  [integer(), 'a whole number of 32 bits'],
  [integer({ bits: 64 }), 'a whole number of 64 bits'],
  [double(), "an optional '.' and exponent (1.5e-7), rounded to the nearest 64-bit float; never"],
  [double({ mark: ',' }), "an optional ',' and exponent (1,5e-7)"],
  [double({ allowNonFinite: true }), 'float; also NaN or Infinity'],
  [decimal({ precision: 5, scale: 2 }), 'with a point, up to 3 before and 2 behind it'],
  [decimal({ precision: 5, scale: 0, mark: ',' }), 'with a comma, up to 5 before and 0 behind'],
  [boolean({ true: ['yes', 'Y'], false: ['no'] }), 'true as yes, Y; false as no; spelt'],
  [oneOf(['a', 'b']), 'exactly one of a, b'],
  [country(), 'ISO 3166-1 alpha-2'],
  [country({ alpha3: true }), 'ISO 3166-1 alpha-3'],
  [currency(), 'ISO 4217'],
  [ip(), 'an IP address: four numbers 0 to 255 without leading zeros (192.0.2.1), or eight hex'],
  [ip({ version: 4 }), 'an IP address: four numbers'],
  [ip({ version: 6 }), 'an IP address: eight hex groups'],
  [date(), 'a day as YYYY-MM-DD, years'],
  [date({ formats: ['D.M.YYYY', 'YYYYMMDD'] }), 'a day as D.M.YYYY or YYYYMMDD, years'],
  [timestamp(), 'ISO 8601'],
  [timestamp({ formats: [minutes], zone: 'UTC' }), `as ${minutes}, in UTC where it has no zone`],
  [timestamp({ formats: [`${minutes}Z`, 'D/M/YYYY H:mmZ'] }), `as ${minutes}Z or D/M/YYYY H:mmZ`],
  [timestamp(warsaw), 'by the clock of Europe/Warsaw (years 1970 to 2099): a time that it skips'],
  [timestamp(warsaw), 'one that it shows twice is refused'],
  [timestamp({ ...warsaw, overlap: 'last' }), 'one that it shows twice is the last of the two'],
  [timestamp({ epoch: 'ms' }), 'milliseconds since 1970-01-01T00:00:00Z, years 0001 to 9999, not'],
  [timestamp({ epoch: 'us' }), 'microseconds since 1970-01-01T00:00:00Z, years 0001 to 9999, not'],
  [list(integer()), 'a JSON array, each item a whole number of 32 bits'],
  [list(text(), { min: 1 }), 'a JSON array of 1 items or more, each item any text'],
  [list(text(), { max: 2 }), 'a JSON array of at most 2 items, each item any text'],
  [list(text(), { min: 1, max: 2 }), 'a JSON array of 1 to 2 items, each item any text'],
  [line, 'the keys a: a whole number of 32 bits in decimal digits, with or without a sign; b: a'],
])('$kind $options says what it takes: %s', (field, words) => {
  expect(kindOf(field).says(field.options)).toContain(words);
});

test.each([
  [timestamp({ epoch: 's' }), /a whole number of seconds since .*, years 0001 to 9999$/],
  [timestamp({ formats: [`${minutes}Z`] }), /a day and time as [-A-Za-z: ]+Z$/],
])('$options says no more than that', (field, words) => {
  expect(kindOf(field).says(field.options)).toMatch(words);
});

test.each<[Field, string, unknown]>([
  [text(), 'string', 'string'],
  [email(), 'string', 'string'],
  [integer(), 'number', 'int'],
  [integer({ bits: 64 }), 'bigint', 'long'],
  [double(), 'number', 'double'],
  [decimal({ precision: 5, scale: 2 }), 'bigint', 'decimal(5, 2)'],
  [boolean(), 'boolean', 'boolean'],
  [oneOf(['a', "it's"]), '"a" | "it\'s"', 'string'],
  [country(), 'string', 'string'],
  [currency(), 'string', 'string'],
  [uuid(), 'string', 'uuid'],
  [url(), 'string', 'string'],
  [ip(), 'string', 'string'],
  [phone(), 'string', 'string'],
  [binary(), 'string', 'binary'],
  [time(), 'bigint', 'time'],
  [date(), 'number', 'date'],
  [timestamp(), 'bigint', 'timestamptz'],
  [timestamp({ epoch: 's' }), 'bigint', 'timestamptz'],
  [json(), 'string', 'string'],
  [
    list(integer({ optional: true })),
    'readonly (number | null)[]',
    { type: 'list', element: 'int', 'element-required': false },
  ],
  [
    list(text()),
    'readonly (string)[]',
    { type: 'list', element: 'string', 'element-required': false },
  ],
  [
    line,
    '{ readonly a: number; readonly b: string | null }',
    {
      type: 'struct',
      fields: [
        { name: 'a', required: false, type: 'int', doc: 'How many.' },
        { name: 'b', required: false, type: 'string' },
      ],
    },
  ],
  [
    geoPoint(),
    '{ readonly lat: number; readonly lon: number }',
    {
      type: 'struct',
      fields: [
        { name: 'lat', required: false, type: 'double', doc: 'Degrees north of the equator.' },
        { name: 'lon', required: false, type: 'double', doc: 'Degrees east of Greenwich.' },
      ],
    },
  ],
])('$kind $options is a %s in TypeScript and %o in the table', (field, rowType, type) => {
  const kind = kindOf(field);
  expect([kind.rowType(field.options), kind.icebergType(field.options)]).toStrictEqual([
    rowType,
    type,
  ]);
});

const digits = '^[+-]?[0-9]+$';
const nested = (contentSchema: object) => ({
  contentMediaType: 'application/json',
  contentSchema,
});

describe('as JSON Schema', () => {
  test.each<[Field, Readonly<Record<string, unknown>>]>([
    [text(), {}],
    [email(), { format: 'email' }],
    [integer(), { pattern: digits }],
    [double(), { pattern: '^(?:[+-]?[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]+)?)$' }],
    [decimal({ precision: 5, scale: 2 }), { pattern: '^[+-]?[0-9]+(\\.[0-9]{1,2})?$' }],
    [decimal({ precision: 5, scale: 0 }), { pattern: digits }],
    [boolean({ true: ['yes'], false: ['no'] }), { enum: ['yes', 'no'] }],
    [oneOf(['a', 'b']), { enum: ['a', 'b'] }],
    [date(), { format: 'date' }],
    [
      date({ formats: ['D.M.YYYY', 'YYYYMMDD'] }),
      { pattern: '^(?:\\d{1,2}\\.\\d{1,2}\\.\\d{4}|\\d{4}\\d\\d\\d\\d)$' },
    ],
    [timestamp(), { format: 'date-time' }],
    [timestamp({ epoch: 's' }), { pattern: digits }],
    [
      timestamp({ formats: [minutes, 'D/M/YYYY H:mm'], zone: 'UTC' }),
      {
        pattern:
          '^(?:\\d{4}-\\d\\d-\\d\\d (?:[01]\\d|2[0-3]):[0-5]\\d|' +
          '\\d{1,2}/\\d{1,2}/\\d{4} (?:[01]?\\d|2[0-3]):[0-5]\\d)$',
      },
    ],
    [phone(), { pattern: '^(?:\\+[1-9]\\d{1,14})$' }],
    [json(), { contentMediaType: 'application/json' }],
    [geoPoint(), {}],
    [list(integer()), nested({ type: 'array', items: { type: 'string', pattern: digits } })],
    [
      list(text(), { min: 1, max: 2 }),
      nested({ type: 'array', items: { type: 'string' }, minItems: 1, maxItems: 2 }),
    ],
    [
      line,
      nested({
        type: 'object',
        properties: { a: { type: 'string', pattern: digits }, b: { type: 'string' } },
        required: ['a'],
        additionalProperties: false,
      }),
    ],
  ])('$kind $options is a text with what can be said of it', (field, expected) => {
    expect(kindOf(field).jsonSchema(field.options)).toStrictEqual({
      type: 'string',
      ...expected,
    });
  });

  test.each([
    [country(), ['PL'], ['POL', 'UK']],
    [country({ alpha3: true }), ['POL'], ['PL', 'ANT']],
    [currency(), ['PLN'], ['DEM']],
  ] as const)('$kind $options names its codes', (field, known, unknown) => {
    const { type, enum: codes } = kindOf(field).jsonSchema(field.options);
    expect(type).toBe('string');
    expect(codes).toEqual(expect.arrayContaining([...known]));
    expect(codes).toEqual(expect.not.arrayContaining([unknown[0]]));
  });

  test.each([
    [uuid(), 'uuid'],
    [url(), 'uri'],
    [ip(), undefined],
    [binary(), undefined],
    [time(), undefined],
  ] as const)('$kind has a pattern for the whole text, and the format %s', (field, format) => {
    const { type, pattern, ...others } = kindOf(field).jsonSchema(field.options);
    expect([type, others.format]).toEqual(['string', format]);
    expect(pattern).toMatch(/^\^.{20,}\$$/);
  });

  test('bytes say how they are written', () => {
    expect(kindOf(binary()).jsonSchema({}).contentEncoding).toBe('base64');
  });
});
