import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decideArrival } from '../../../core/landing/arrival.ts';
import { orders, products } from '../../support/landed.ts';

const datasets = [orders, products];
const decide = (key: string, sizeBytes = 1) => decideArrival({ key, sizeBytes }, datasets);

describe('a key under a dataset’s prefix is that dataset’s file', () => {
  test.each([
    ['orders/a.csv'],
    ['orders/2026/11/21/a.csv'],
    ['orders/a b+c%2Fd&"\'.csv'],
    ['orders/😀'],
    ['orders/../../etc/passwd'],
    ['orders//x'],
    ['orders/./x'],
    [`orders/${'x'.repeat(1_017)}`],
  ])('%s', (key) => {
    expect(decide(key)).toEqual({ kind: 'dataset', dataset: 'orders' });
  });
});

describe('what tools leave beside data is ignored, and the rule is named', () => {
  test.each([
    ['orders/', 'folder marker', 0],
    ['strange/', 'folder marker', 0],
    ['orders/_SUCCESS', 'success marker', 0],
    ['_SUCCESS', 'success marker', 0],
    ['orders/.a.csv', 'hidden name', 1],
    ['orders/_committed_1', 'hidden name', 1],
    ['orders/a.csv.tmp', 'temporary name', 1],
    ['orders/a.csv.crc', 'checksum file', 1],
    ['orders/_temporary/0/part-1.csv', 'temporary folder', 1],
  ])('%s: %s', (key, rule, size) => {
    expect(decide(key, size)).toEqual({ kind: 'ignored', rule });
  });
});

describe('everything else is refused, with a code', () => {
  test.each([
    ['strange/a.csv', 'E_NO_DATASET', null],
    ['/orders/a.csv', 'E_NO_DATASET', null],
    ['a.csv', 'E_NO_DATASET', null],
    ['order/a.csv', 'E_NO_DATASET', null],
    ['Orders/a.csv', 'E_NO_DATASET', null],
    ['constructor/a.csv', 'E_NO_DATASET', null],
    ['orders', 'E_KEY', 'orders'],
    ['orders/', 'E_KEY', 'orders'],
    ['orders/2026/', 'E_KEY', 'orders'],
  ])('%s: %s', (key, code, dataset) => {
    expect(decide(key)).toMatchObject({ kind: 'refused', code, dataset });
  });
});

test('no key is without an answer, and a reason is never longer than a line', () => {
  const key = fc.string({ minLength: 1, maxLength: 1_024, unit: 'binary' });
  fc.assert(
    fc.property(key, fc.nat(1), (any, size) => {
      const arrival = decide(any, size);
      if (arrival.kind === 'refused') expect(arrival.detail.length).toBeLessThan(500);
      if (arrival.kind === 'dataset') expect(any.startsWith(`${arrival.dataset}/`)).toBe(true);
    }),
  );
});
