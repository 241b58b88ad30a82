import { describe, expect, test } from 'vitest';
import { defineDataset } from '../../../core/define-dataset.ts';
import { integer, text } from '../../../core/fields/index.ts';
import { fieldNamer, folded, snakeCase } from '../../../core/landing/header-name.ts';

describe('snakeCase', () => {
  test.each([
    ['Order ID', 'order_id'],
    ['orderId', 'order_id'],
    ['OrderID', 'order_id'],
    ['ORDER-ID', 'order_id'],
    ['  order__id ', 'order_id'],
    ['HTTPStatus', 'http_status'],
    ['Unit price (EUR)', 'unit_price_eur'],
    ['line2Total', 'line2_total'],
    ['Größe', 'größe'],
    ['数量', '数量'],
    ['__proto__', 'proto'],
    ['', ''],
  ])('%s becomes %s', (name, snake) => {
    expect(snakeCase(name)).toBe(snake);
  });
});

test('names are compared without case, blanks around them and ways to compose them', () => {
  expect(folded(' E\u0301t\u00e9 ')).toBe(folded('\u00c9TE\u0301'));
  expect(folded('a b')).not.toBe(folded('ab'));
});

describe('fieldNamer', () => {
  const dataset = defineDataset({
    name: 'things',
    domain: 'tests',
    owner: 'tests@example.com',
    description: 'Things with other names.',
    fields: { order_id: integer({ aliases: ['Bestellnummer', 'orderNo'] }), proto: text() },
  });
  const fieldOf = fieldNamer(dataset);
  test.each([
    ['order_id', 'order_id'],
    [' Order ID', 'order_id'],
    ['Bestellnummer', 'order_id'],
    ['BESTELLNUMMER', 'order_id'],
    ['order_no', 'order_id'],
    ['orderid', undefined],
    ['constructor', undefined],
    ['toString', undefined],
  ])('%s is %s', (header, field) => {
    expect(fieldOf(header)).toBe(field);
  });
});
