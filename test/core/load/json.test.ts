import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseJson, writeJson } from '../../../core/load/json.ts';

test('a 63-bit snapshot id of another writer survives reading and writing', () => {
  const text = '{"current-snapshot-id":6110254972229930989,"x":1.5,"at":1795234180456}';
  expect(parseJson(text)).toEqual({
    'current-snapshot-id': 6110254972229930989n,
    x: 1.5,
    at: 1795234180456,
  });
  expect(writeJson(parseJson(text))).toBe(text);
});

test('ids named snapshot-id are bigint however small, so that they compare with each other', () => {
  expect(parseJson('{"snapshot-id":7,"parent-snapshot-id":-1,"schema-id":7}')).toEqual({
    'snapshot-id': 7n,
    'parent-snapshot-id': -1n,
    'schema-id': 7,
  });
});

test('any int64 comes back as it was, inside lists and objects', () => {
  const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
  fc.assert(
    fc.property(fc.array(int64), (values) => {
      const text = writeJson({ values, nested: { 'snapshot-id': values[0] ?? null } });
      expect(text).toContain(`[${values.join(',')}]`);
      expect(writeJson(parseJson(text))).toBe(text);
    }),
  );
});
