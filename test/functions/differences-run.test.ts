import { describe, expect, test } from 'vitest';
import type { DatasetDefinition } from '../../core/define-dataset.ts';
import { pointerOf } from '../../core/documents.ts';
import type { Evolution } from '../../core/evolution/evolution.ts';
import { date } from '../../core/fields/index.ts';
import { EpochMs } from '../../core/ids.ts';
import { maskColumn, rename, select } from '../../core/transforms/index.ts';
import {
  fileStates,
  lastRun,
  published,
  rowsAt,
  sales,
  tableFields,
  withCoupon,
} from '../support/evolving-sales.ts';
import { memoryStack } from '../support/memory-stack.ts';

describe('what is set aside', () => {
  test('is counted, kept beside the rejected rows, and in no log or document', async () => {
    const stack = memoryStack({ datasets: [sales({ newColumns: 'quarantine_value' })] });
    await stack.land([['sales/b.csv', 'id,Secret Word,sold_on,note\n2,xyzzy,,\n3,,,\n']]);
    const run = await lastRun(stack);
    expect(run).toMatchObject({ state: 'PUBLISHED', counts: { published: 2, setAside: 1 } });
    expect(await rowsAt(stack, '/values/')).toMatchObject([
      { _run: run?.runId, _row: 1, column: 'secret_word', code: 'E_NEW_COLUMN', value: 'xyzzy' },
    ]);
    expect(tableFields(stack).map(({ name }) => name)).not.toContain('secret_word');
    const documents = [...stack.objects].filter(([uri]) => uri.endsWith('.json'));
    expect(documents.map(([, bytes]) => String(bytes)).join()).not.toContain('xyzzy');
    expect(JSON.stringify(stack.telemetry.lines)).not.toContain('xyzzy');
    expect(stack.telemetry.counted('ValuesSetAside')).toBe(1);
  });

  test('rejects its row instead where the dataset says so, with the column', async () => {
    const stack = memoryStack({ datasets: [sales({ newColumns: 'quarantine_row' })] });
    await stack.land([['sales/b.csv', withCoupon]]);
    expect(await lastRun(stack)).toMatchObject({ counts: { published: 1, rejected: 1 } });
    expect(await rowsAt(stack, '/rejects/')).toMatchObject([
      { _row: 1, reasons: [{ code: 'E_NEW_COLUMN', field: 'coupon_code' }] },
    ]);
  });

  test('a frozen contract refuses the file and says what is new', async () => {
    const stack = memoryStack({ datasets: [sales({})] });
    await stack.land([['sales/b.jsonl', '{"id":1,"gift":1}\n{"id":2,"gift":2}\n']]);
    expect(await fileStates(stack)).toEqual([['sales/b.jsonl', 'QUARANTINED', 'E_SCHEMA']]);
    const [file] = await stack.ledger.listFiles({ limit: 1 });
    expect(file?.reason?.detail).toContain('unknown: "gift" in 2 rows');
  });
});

describe('a difference that holds', () => {
  const cases: [string, Partial<Evolution>, string, string][] = [
    ['new column', { newColumns: 'hold' }, withCoupon, '"coupon_code" in 1 row'],
    ['missing column', { missingColumns: 'hold' }, 'id,sold_on\n2,\n', '"note" in 1 row'],
    ['changed type', { changedTypes: 'hold' }, 'id,sold_on,note\n2,soon,\n', '"sold_on" in 1 row'],
  ];
  test.each(cases)('%s: the run waits, and a release publishes it', async (_, modes, csv, told) => {
    const stack = memoryStack({ datasets: [sales(modes)] });
    await stack.land([['sales/b.csv', csv]]);
    const held = await lastRun(stack);
    expect(held).toMatchObject({ state: 'HELD', reason: { code: 'E_EVOLUTION' } });
    expect(held?.reason?.detail).toContain(told);
    expect(stack.tables.get('sales')?.snapshots ?? []).toEqual([]);
    if (held === undefined) throw new Error('there is no run');
    const released = await stack.ledger.release(held.runId, 'me', EpochMs.parse(1));
    if (released.kind !== 'released') throw new Error(released.kind);
    await stack.pipeline.start(pointerOf(released.run));
    await stack.execute();
    expect(await lastRun(stack)).toMatchObject({ state: 'PUBLISHED' });
    expect(await published(stack, 'id')).toContainEqual([2, 2]);
  });

  test('is given up by a discard, and nothing of it is in the table', async () => {
    const stack = memoryStack({ datasets: [sales({ newColumns: 'hold' })] });
    await stack.land([['sales/b.csv', withCoupon]]);
    const held = await lastRun(stack);
    if (held === undefined) throw new Error('there is no run');
    await stack.ledger.discard(held.runId, 'me', EpochMs.parse(1));
    expect(await fileStates(stack)).toEqual([['sales/b.csv', 'DISCARDED', 'E_DISCARDED']]);
    expect(stack.tables.get('sales')?.snapshots ?? []).toEqual([]);
  });
});

const mask = { how: 'generalise', step: 'month' } as const;
const masked = { ...date({ optional: true, mask }), mask };

describe('a value of another type', () => {
  test('that evolves stands as text beside its field, in rows that have one', async () => {
    const stack = memoryStack({ datasets: [sales({ changedTypes: 'evolve' })] });
    await stack.land([['sales/a.csv', 'id,sold_on,note\n1,2024-01-01,\n']]);
    expect(tableFields(stack).map(({ name }) => name)).not.toContain('sold_on_text');
    await stack.land([['sales/b.csv', 'id,sold_on,note\n2,soon,\nx,2024-01-02,\n3,,\n']]);
    expect(await lastRun(stack)).toMatchObject({ counts: { published: 2, rejected: 1 } });
    expect(await published(stack, 'sold_on_text')).toEqual([
      [1, null],
      [2, 'soon'],
      [3, null],
    ]);
  });

  test.each<[string, Partial<DatasetDefinition>]>([
    ['is masked', { fields: { ...sales({}).fields, sold_on: masked } }],
    ['a step masks', { transforms: [maskColumn('sold_on', masked.mask)] }],
    ['a step leaves out', { transforms: [select({ drop: ['sold_on'] })] }],
    ['a step renames', { transforms: [rename('sold_on', 'day')] }],
  ])('of a field that %s is set aside, and shown nowhere', async (_, more) => {
    const stack = memoryStack({ datasets: [sales({ changedTypes: 'evolve' }, more)] });
    await stack.land([['sales/b.csv', 'id,sold_on,note\n2,13 May,\n']]);
    expect(await lastRun(stack)).toMatchObject({ counts: { published: 1, setAside: 1 } });
    expect(await rowsAt(stack, '/values/')).toMatchObject([{ column: 'sold_on', value: '13 May' }]);
    expect(JSON.stringify(await rowsAt(stack, '/data/'))).not.toContain('13 May');
  });
});
