import { expect, test } from 'vitest';
import { parquetType, typeName } from '../../../adapters/engine/parquet-type.ts';

test.each([
  'INTEGER',
  'DECIMAL(12,2)[][]',
  'STRUCT(a INTEGER[], "b ""c" STRUCT(d MAP(VARCHAR, INTEGER[]))[])',
  "ENUM('a', 'b)(', 'STRUCT(')[]",
  'TIMESTAMP WITH TIME ZONE[]',
])('the type %s is read as DuckDB means it', (type) => {
  const found = parquetType(type);
  expect(typeName(found).replaceAll('"', '')).toBe(type.replaceAll('""', '').replaceAll('"', ''));
});
