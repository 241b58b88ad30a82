import { expect, test } from 'vitest';
import { defineDataset } from '../../../core/define-dataset.ts';
import { date, decimal, oneOf, text, timestamp } from '../../../core/fields/index.ts';
import { length, ordered, warn } from '../../../core/rules/index.ts';
import { compileRow, valuesFrom } from '../../../core/validate/compile-row.ts';
import { orders } from '../../../datasets/orders.ts';

const about = { domain: 'test', owner: 'test', description: 'For this test.' };

test('the pieces of a small dataset read like this', () => {
  const dataset = defineDataset({
    ...about,
    name: 'small',
    fields: { id: text({ casing: 'upper' }), size: oneOf(["it's"], { optional: true }) },
  });
  expect(compileRow(dataset)).toEqual({
    setup: [],
    fields: ['id', 'size'],
    texts:
      `CASE WHEN "id" < '!' OR "id" LIKE '% ' THEN nullif(trim("id", ' '), '') ` +
      `ELSE "id" END AS "id", ` +
      `CASE WHEN "size" < '!' OR "size" LIKE '% ' THEN nullif(trim("size", ' '), '') ` +
      `ELSE "size" END AS "size"`,
    prepared: '',
    values: `"id" AS "v_id", TRY_CAST("size" AS ENUM('it''s')) AS "v_size"`,
    marks: '',
    settled: '',
    aside: [],
    accepts: '("id" IS NOT NULL) AND ("size" IS NULL OR (("v_size" IS NOT NULL)))',
    clean: 'upper("v_id") AS "id", "v_size" AS "size"',
    reasons: [
      { code: 'E_REQUIRED', field: 'id', needs: ['id'], when: '"id" IS NULL' },
      {
        code: 'E_ONE_OF',
        field: 'size',
        needs: ['size'],
        when: '"size" IS NOT NULL AND ("v_size" IS NULL) IS TRUE',
      },
    ],
    warnings: [],
    warned: '',
  });
});

test('a text by a zone is read once, and the table of the zone asks what was read', () => {
  const at = timestamp({ formats: ['YYYY-MM-DD HH:mm'], zone: 'Europe/Warsaw' });
  const row = compileRow(defineDataset({ ...about, name: 'zoned', fields: { id: text(), at } }));
  expect(row.prepared).toMatch(/^epoch_us\(CASE WHEN regexp_full_match\("at".* AS "p_at"$/);
  expect(row.values).toMatch(/^"id" AS "v_id", make_timestamptz\("p_at" - CASE .* AS "v_at"$/);
  expect(row.values).not.toContain('"at"');
  expect(valuesFrom(row, 'SELECT 1')).toBe(
    `SELECT *, ${row.values} FROM (SELECT *, ${row.prepared} FROM (SELECT 1))`,
  );
});

test('a row costs one regular expression per field at most', () => {
  const { accepts } = compileRow(orders);
  const patterned = ['email', 'quantity', 'unit_price', 'ordered_at'];
  expect(accepts.split('regexp_full_match').length - 1).toBe(patterned.length);
});

const small = { start_on: date(), end_on: date({ optional: true }), note: text({ max: 3 }) };

test('a row rule costs one flat condition, and is judged only where its columns have values', () => {
  const { accepts, reasons, warnings } = compileRow(
    defineDataset({
      ...about,
      name: 'ruled',
      fields: small,
      rules: [ordered('start_on', 'end_on')],
    }),
  );
  expect(accepts.endsWith(' AND (("v_start_on" <= "v_end_on")) IS NOT FALSE')).toBe(true);
  const rule = reasons.at(-1);
  expect(rule).toMatchObject({ code: 'E_ORDER', field: 'start_on, end_on' });
  expect(rule?.needs).toEqual(['start_on', 'end_on']);
  expect(rule?.when).toMatch(/^"start_on" IS NOT NULL AND \("start_on" IS NULL OR /);
  expect(rule?.when).toContain('("end_on" IS NULL OR ');
  expect(warnings).toEqual([]);
});

test('a warning costs the fast form nothing, and names what it needs of the clean rows', () => {
  const warned = [warn(length({ max: 2 }))];
  const plain = compileRow(defineDataset({ ...about, name: 'plain', fields: small }));
  const { accepts, reasons, ...rest } = compileRow(
    defineDataset({
      ...about,
      name: 'warned',
      fields: { ...small, note: text({ max: 3, rules: warned }) },
      rules: [warn(ordered('start_on', 'end_on'))],
    }),
  );
  expect(accepts).toBe(plain.accepts);
  expect(reasons).toEqual(plain.reasons);
  expect(rest.warnings).toEqual([
    {
      code: 'E_LENGTH',
      field: 'note',
      needs: ['note'],
      when: '"v_note" IS NOT NULL AND (length("v_note") <= 2) IS NOT TRUE',
    },
    {
      code: 'E_ORDER',
      field: 'start_on, end_on',
      needs: ['start_on', 'end_on'],
      when: '(("v_start_on" <= "v_end_on")) IS FALSE',
    },
  ]);
  expect(rest.warned).toBe(
    'CAST("start_on" AS DATE) AS "v_start_on", CAST("end_on" AS DATE) AS "v_end_on", ' +
      'CAST("note" AS VARCHAR) AS "v_note"',
  );
});

test('a dataset may have more reasons than a number has bits', () => {
  const price = decimal({ precision: 9, scale: 2, min: '0' });
  const fields = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`price_${i}`, price]));
  expect(compileRow(defineDataset({ ...about, name: 'wide', fields })).reasons).toHaveLength(1000);
});
