import { expect, test } from 'vitest';
import { type DatasetDefinition, defineDataset } from '../../../core/define-dataset.ts';
import { above, col, is, minus, times } from '../../../core/expressions/index.ts';
import {
  date,
  decimal,
  integer,
  list,
  struct,
  text,
  timestamp,
} from '../../../core/fields/index.ts';
import {
  among,
  between,
  called,
  compare,
  holds,
  length,
  ordered,
  pattern,
  references,
  requiredWhen,
  unique,
  warn,
} from '../../../core/rules/index.ts';

const fields = {
  status: text(),
  quantity: integer(),
  total: decimal({ precision: 38, scale: 2 }),
  start_at: timestamp(),
  end_at: timestamp(),
  start_on: date(),
};
const define = (more: Partial<DatasetDefinition>) =>
  defineDataset({
    name: 'bookings',
    domain: 'test',
    owner: 'test',
    description: 'For this test.',
    fields,
    ...more,
  });

test.each([
  ['one column', ordered('start_at'), 'rules[0] (ordered) names 1 columns; it needs 2 or more'],
  ['a column twice', ordered('start_at', 'start_at'), "names 'start_at' twice"],
  ['an unknown column', ordered('start_at', 'stop_at'), "uses 'stop_at'; fields are status, quant"],
  ['columns of two types', ordered('start_at', 'start_on'), 'allowed are values of one type'],
  ['a text beside a number', compare('status', '<=', 'quantity'), 'status (string) with quantity'],
  ['no required column', requiredWhen(is(col('status'), 'x')), 'names 0 columns'],
  ['a condition that is none', requiredWhen(col('status'), 'quantity'), 'needs conditions'],
  [
    'what can overflow',
    holds('positive', above(times(col('total'), col('quantity')), 0)),
    "dataset 'bookings': rules[0] (holds positive): total * quantity can overflow",
  ],
  [
    'an unknown comparison',
    JSON.parse(JSON.stringify({ ...compare('status', '<=', 'status'), is: '~' })),
    "compares by '~'; allowed are = != < <= > >=",
  ],
  ['no column', holds('always', is(1, 1)), 'looks at no column'],
  [
    'no name',
    // A caller without types may leave the name out.
    JSON.parse(JSON.stringify({ ...holds('x', is(col('quantity'), 1)), name: undefined })),
    'has no name, and its reasons would not tell it from others',
  ],
  ['a value', holds('net', minus(col('quantity'), 1)), 'is no condition'],
  [
    'a name with a quote',
    holds("'); COPY", is(col('quantity'), 1)),
    "rules[0] (holds '); COPY): its name must be a-z, 0-9 and _",
  ],
  ['no column to be unique', unique(), 'rules[0] (unique) names 0 columns'],
  ['an unknown column in unique', unique('login'), "uses 'login'"],
  ['a dataset without a name', references('status', ''), 'names no dataset'],
  ['an unknown column in references', references('code', 'codes'), "uses 'code'"],
])('refuses %s', (_name, rule, problem) => {
  expect(() => define({ rules: [rule] })).toThrow(problem);
  expect(() => define({ rules: [rule] })).toThrow(/^dataset 'bookings': rules\[0\]/);
});

test('two rules with one reason are refused, unless one of them has a name or only warns', () => {
  const rule = ordered('start_at', 'end_at');
  expect(() => define({ rules: [rule, rule] })).toThrow(
    'rules[1] (ordered) gives the reason E_ORDER start_at, end_at, as an earlier rule does',
  );
  expect(define({ rules: [rule, called('again', rule), warn(rule)] }).rules).toHaveLength(3);
});

test.each([
  ['a length of numbers', integer({ rules: [length({ max: 2 })] }), 'it judges texts'],
  ['a pattern of days', date({ rules: [pattern(/x/)] }), 'the field is a date'],
  ['a range of texts', text({ rules: [between({ min: 'a' })] }), 'it judges numbers, days and t'],
  [
    'a bound that is no value',
    date({ rules: [between({ min: '2024-02-30' })] }),
    "'2024-02-30' is no",
  ],
  [
    'a number for a decimal',
    decimal({ precision: 4, scale: 2, rules: [among([5])] }),
    'write it as',
  ],
  [
    'bounds the wrong way round',
    integer({ rules: [between({ min: '10', max: '9' })] }),
    'between 10',
  ],
  ['two reasons alike', integer({ max: 5, rules: [between({ min: 1 })] }), 'two rules with the r'],
])('refuses %s', (_name, field, problem) => {
  expect(() => define({ fields: { ...fields, odd: field } })).toThrow(problem);
  expect(() => define({ fields: { ...fields, odd: field } })).toThrow(
    /^dataset 'bookings': .*'odd'/,
  );
});

test('rules inside lists and structs are read and checked too', () => {
  const price = decimal({ precision: 6, scale: 2, rules: [between({ max: '50' })] });
  const prices = list(struct({ price }));
  const read = JSON.stringify(
    define({ fields: { ...fields, prices } }).fields.prices,
    (_, value) => (typeof value === 'bigint' ? `${value}n` : value),
  );
  expect(read).toContain('"max":"5000n"');
  const odd = list(struct({ size: integer({ rules: [length({ max: 2 })] }) }));
  expect(() => define({ fields: { ...fields, odd } })).toThrow("length of 'odd[].size': it judges");
});

test('bounds are written in the grammar of the field, and kept as values', () => {
  const price = decimal({
    precision: 6,
    scale: 2,
    max: '100',
    rules: [warn(between({ max: '50' })), among(['1.5', '2'])],
  });
  const { price: read } = define({ fields: { ...fields, price } }).fields;
  expect(read?.rules.map(({ params, severity }) => [severity, params])).toEqual([
    ['reject', { min: undefined, max: 10_000n }],
    ['warn', { min: undefined, max: 5_000n }],
    ['reject', { values: [150n, 200n] }],
  ]);
});
