import { expect, test } from 'vitest';
import { defineDataset } from '../../../core/define-dataset.ts';
import { decimal, oneOf, text } from '../../../core/fields/index.ts';
import { compileRow, REASONS_MAX } from '../../../core/validate/compile-row.ts';
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
    values: `"id" AS "v_id", TRY_CAST("size" AS ENUM('it''s')) AS "v_size"`,
    accepts: '("id" IS NOT NULL) AND ("size" IS NULL OR (("v_size" IS NOT NULL)))',
    clean: 'upper("v_id") AS "id", "v_size" AS "size"',
    reasons: [
      { code: 'E_REQUIRED', field: 'id', when: '"id" IS NULL' },
      {
        code: 'E_ONE_OF',
        field: 'size',
        when: '"size" IS NOT NULL AND ("v_size" IS NULL) IS TRUE',
      },
    ],
  });
});

test('a row costs one regular expression per field at most', () => {
  const { accepts } = compileRow(orders);
  const patterned = ['email', 'quantity', 'unit_price', 'ordered_at'];
  expect(accepts.split('regexp_full_match').length - 1).toBe(patterned.length);
});

test('more reasons than the engine has bits for are refused with their number', () => {
  const price = decimal({ precision: 9, scale: 2, min: '0' });
  const fields = Object.fromEntries(Array.from({ length: 13 }, (_, i) => [`price_${i}`, price]));
  expect(() => compileRow(defineDataset({ ...about, name: 'wide', fields }))).toThrow(
    `dataset 'wide' has 65 reasons to reject a row; allowed are ${REASONS_MAX}`,
  );
});
