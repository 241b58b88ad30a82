import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { centsAsDecimal, makeTally } from '../../../bin/generate/expected.ts';
import { faultKinds, typedFaultKinds } from '../../../bin/generate/faults.ts';
import { csvLine, jsonLine } from '../../../bin/generate/lines.ts';
import { type OrderOptions, type OrderRow, orderRows } from '../../../bin/generate/orders.ts';

const dirty = (options: Partial<OrderOptions> = {}): OrderRow[] => [
  ...orderRows({ rows: 2000, bad: 0.5, ...options }),
];

const tallied = (rows: readonly OrderRow[]) => {
  const tally = makeTally();
  for (const row of rows) tally.add(row);
  return tally.result(0);
};

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('orders', () => {
  test.each([
    {
      format: 'csv' as const,
      line: csvLine,
      hash: '381918f4173659b2ce502de3feabac335f7cd905661650d3d5a2d44940741e95',
    },
    {
      format: 'jsonl' as const,
      line: jsonLine,
      hash: '22b1fd2c8a8449275713e383ffd1425d08ddeaaec3b4c26d5dff1f084f76ca44',
    },
  ])('the bytes of a $format file stay what every earlier figure was measured on', (c) => {
    const rows = [...orderRows({ rows: 20_000, format: c.format })];
    expect(sha256(rows.map(c.line).join(''))).toBe(c.hash);
  });

  test('another seed is another file', () => {
    const text = (seed: number) => dirty({ seed }).map(csvLine).join('');
    expect(text(1)).not.toBe(text(2));
  });

  test('every kind of fault is planted, each with a code and field of its own', () => {
    for (const kind of faultKinds) {
      const expected = tallied(dirty({ kinds: [kind] }));
      const planted = kind === 'duplicate_key' ? expected.deduplicated : expected.rejected;
      expect({ kind, planted }).toEqual({ kind, planted: 2000 - expected.published });
      expect(planted).toBeGreaterThan(800);
    }
  });

  test('a typed file holds only faults that typed columns can carry', () => {
    const codes = tallied(dirty({ kinds: typedFaultKinds, format: 'parquet' })).reasons.map(
      (reason) => `${reason.code} ${reason.field}`,
    );
    expect(codes).not.toContain('E_TYPE quantity');
    expect(codes).not.toContain('E_TYPE ordered_at');
    expect(codes).not.toContain('E_FIELD_COUNT null');
  });

  test('rows in are published, rejected or deduplicated, and nothing else', () => {
    const { rowsIn, published, rejected, deduplicated } = tallied(dirty());
    expect(published + rejected + deduplicated).toBe(rowsIn);
    expect(Math.min(published, rejected, deduplicated)).toBeGreaterThan(0);
  });

  test('a duplicate names an earlier row that is published', () => {
    const publishedIds = new Set<string>();
    for (const { cells, verdict } of dirty({ firstOrder: 5000 })) {
      if (verdict.kind === 'published') publishedIds.add(cells.order_id);
      if (verdict.kind === 'duplicate') expect(publishedIds).toContain(cells.order_id);
    }
    expect(publishedIds.size).toBeGreaterThan(500);
  });

  test('some rows have two reasons, and both are counted', () => {
    const expected = tallied(dirty({ kinds: ['email_format'] }));
    const rows = (code: string) => expected.reasons.find((r) => r.code === code)?.rows;
    expect(expected.severalReasons).toBeGreaterThan(0);
    expect(rows('E_RANGE')).toBe(expected.severalReasons);
    expect(rows('E_TYPE')).toBe(expected.rejected);
  });

  test('the first hundred rows are sound even when all others are bad', () => {
    const verdicts = dirty({ bad: 1 }).map((row) => row.verdict.kind);
    expect(verdicts.slice(0, 101).every((kind) => kind === 'published')).toBe(true);
    expect(verdicts.slice(101)).not.toContain('published');
  });

  test('a cut JSON line is never JSON', () => {
    for (const row of dirty({ format: 'jsonl', kinds: ['broken_row'] }))
      if (row.verdict.kind === 'rejected') expect(() => JSON.parse(jsonLine(row))).toThrow();
  });

  test.each([
    { cents: 0, text: '0.00' },
    { cents: 5, text: '0.05' },
    { cents: 12_345, text: '123.45' },
    { cents: 9_007_199_254_740_991, text: '90071992547409.91' },
  ])('$cents cents are $text', ({ cents, text }) => {
    expect(centsAsDecimal(cents)).toBe(text);
  });

  test('a sum that no longer fits whole cents stops the count', () => {
    expect(() => centsAsDecimal(2 ** 53)).toThrow('cents must be exact');
  });
});
