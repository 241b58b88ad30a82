import type { DuckDBValue } from '@duckdb/node-api';
import { describe, expect, test } from 'vitest';
import { printRows } from '../../../bin/commands/query.ts';
import { heardOutput } from '../fake-stack.ts';

const rowsOf = (columns: readonly string[], chunks: readonly (readonly DuckDBValue[])[][]) => {
  let read = 0;
  const stream = async function* () {
    for (const chunk of chunks) {
      read += 1;
      yield chunk;
    }
  };
  return { rows: { columns, chunks: stream() }, read: () => read };
};

const sample = () =>
  rowsOf(
    ['name', 'count'],
    [
      [
        ['=a,b', 1n],
        ['c\u001b[2J', 9_007_199_254_740_993n],
      ],
      [['d', null]],
    ],
  ).rows;

const printed = async (format: keyof typeof printRows, limit?: number) => {
  const { out, stdout, stderr } = heardOutput();
  await printRows[format](out, sample(), limit);
  return { text: stdout.join(''), notes: stderr.join('') };
};

describe('rows are printed', () => {
  test('as a table, with numbers to the right and nothing that steers a terminal', async () => {
    const { text, notes } = await printed('table');
    expect(text.split('\n')).toEqual([
      'name              count',
      '=a,b                  1',
      'c·[2J  9007199254740993',
      'd                  NULL',
      '',
    ]);
    expect(notes).toBe('3 rows\n');
  });

  test('as CSV that no spreadsheet runs', async () => {
    const { text, notes } = await printed('csv');
    expect(text).toBe('name,count\n"\'=a,b",1\nc\u001b[2J,9007199254740993\nd,\n');
    expect(notes).toBe('');
  });

  test('as JSON without a lost digit', async () => {
    const { text } = await printed('json');
    expect(JSON.parse(text)).toEqual([
      { name: '=a,b', count: 1 },
      { name: 'c\u001b[2J', count: '9007199254740993' },
      { name: 'd', count: null },
    ]);
  });

  test.each(['table', 'json'] as const)('up to a limit, which is told: %s', async (format) => {
    const { text, notes } = await printed(format, 2);
    expect(text).not.toContain('d');
    expect(notes).toMatch(/more than 2 rows; --limit/);
  });

  test('without reading more than the limit needs', async () => {
    const { rows, read } = rowsOf(['n'], [[[1]], [[2]], [[3]], [[4]]]);
    await printRows.table(heardOutput().out, rows, 1);
    expect(read()).toBe(2);
  });
});
