import { beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { evolvedDoc } from '../../../core/evolution/evolved.ts';
import { tableFields } from '../support/catalog.ts';
import { freshKey, land } from '../support/drops.ts';
import { headgate, headgateJson, headgateRow } from '../support/headgate.ts';
import { readTable } from '../support/pyiceberg.ts';
import { openStack, type Stack } from '../support/stack.ts';
import { until } from '../support/until.ts';

const header = 'review_id,product_id,stars,helpful,written_on,reviewer,body';
/** Ids of this file alone: others send reviews, too. */
const review = (id: number, more = ''): string =>
  `R9${String(id).padStart(5, '0')},P-0001,4,3,2025-03-04,,${more}`;

let stack: Stack;
beforeAll(async () => {
  stack = await openStack();
});

const csv = (...lines: string[]): string => `${lines.join('\n')}\n`;
const table = () =>
  readTable(
    { database: stack.outputs.CatalogDatabase, table: 'reviews' },
    ...['--order', 'review_id', '--sample', '1000'],
  );

describe('a column that a partner adds', () => {
  test('is in the table from then on, beside older rows that have none', async () => {
    const before = await land(stack, freshKey('reviews', 'a.csv'), csv(header, review(1)));
    expect(before.run).toMatchObject({ state: 'PUBLISHED' });
    const withMood = csv(`${header},Mood of Writer`, `${review(2)}, glad `, `${review(3)},`);
    const keys = JSON.stringify({
      ...{ review_id: 'R900004', product_id: 'P-1', stars: 5, written_on: '2025-01-01' },
      ...{ helpful: 1, reviewer: 'ann@example.com', body: 'x', 'Mood of Writer': { calm: 0.5 } },
    });
    // In one run or in two, which may then add the column at the same time.
    const [after, json] = await Promise.all([
      land(stack, freshKey('reviews', 'b.csv'), withMood),
      land(stack, freshKey('reviews', 'c.jsonl'), csv(keys)),
    ]);
    expect([after.run.state, json.run.state]).toEqual(['PUBLISHED', 'PUBLISHED']);

    const moods = [null, ' glad ', null, '{"calm":0.5}'];
    const read = await table();
    const own = read.sample.filter((row) => /^R90000[1-4]$/.test(String(row.review_id)));
    expect(own.map((row) => row.mood_of_writer)).toEqual(moods);
    const column = read.schema.filter(({ name }) => name === 'mood_of_writer');
    expect(column).toMatchObject([{ type: 'string', required: false }]);
    expect(
      await headgateRow(`SELECT list(mood_of_writer ORDER BY review_id) AS moods FROM reviews
        WHERE review_id BETWEEN 'R900001' AND 'R900004'`),
    ).toMatchObject({ moods });
    const Report = z.object({ drift: z.array(z.unknown()) });
    expect(Report.parse(await headgateJson('run', after.run.runId)).drift).toMatchObject([
      { kind: 'new column', column: 'mood_of_writer', mode: 'evolve' },
    ]);
  });

  test('is told from declared ones by its comment in the catalogue', async () => {
    const fields = await tableFields(stack, 'reviews');
    expect(fields.find(({ name }) => name === 'mood_of_writer')?.doc).toBe(evolvedDoc);
  });
});

test('a value of another type is set aside, and shown by rejects and query', async () => {
  const odd = review(10).replace(',3,', ',very,');
  const { run } = await land(stack, freshKey('reviews', 'd.csv'), csv(header, odd));
  expect(run).toMatchObject({ state: 'PUBLISHED', counts: { published: 1, setAside: 1 } });
  const { stdout } = await headgate('rejects', '--run', run.runId);
  expect(stdout).toMatch(/reviews\/.*d\.csv +1 +E_TYPE +helpful +very/);
  expect(
    await headgateRow(`SELECT "column", value FROM set_aside.reviews WHERE _run = '${run.runId}'`),
  ).toEqual({ column: 'helpful', value: 'very' });
});

test('a column that is gone holds the run, and a release publishes it', async () => {
  const short = csv(header.replace(',body', ''), review(20).slice(0, -1));
  const { run } = await land(stack, freshKey('reviews', 'e.csv'), short);
  expect(run).toMatchObject({
    ...{ state: 'HELD', snapshotId: null },
    reason: { code: 'E_EVOLUTION', detail: expect.stringContaining('missing column "body"') },
  });
  expect((await headgate('release', run.runId, '--yes')).code).toBe(0);
  await until('the released run is published', async () => {
    const entry = await stack.ledger.run(run.runId);
    return entry?.state === 'PUBLISHED' ? entry : undefined;
  });
  const read = await table();
  expect(read.sample.find((row) => row.review_id === 'R900020')).toMatchObject({ body: null });
});
