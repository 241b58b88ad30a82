import { describe, expect, test } from 'vitest';
import { evolvedDoc } from '../../core/evolution/evolved.ts';
import { integer, text } from '../../core/fields/index.ts';
import { unique } from '../../core/rules/index.ts';
import { rename, select } from '../../core/transforms/index.ts';
import {
  lastRun,
  published,
  rowsAt,
  sales,
  tableFields,
  withCoupon,
} from '../support/evolving-sales.ts';
import { memoryStack } from '../support/memory-stack.ts';

describe('a new column that evolves', () => {
  test('stands in the table beside older and newer rows, which have none', async () => {
    const stack = memoryStack({ datasets: [sales({ newColumns: 'evolve' })] });
    await stack.land([['sales/a.csv', 'id,sold_on,note\n1,2024-01-01,x\n']]);
    await stack.land([['sales/b.csv', withCoupon]]);
    await stack.land([['sales/c.csv', 'id,sold_on,note\n4,,\n']]);
    expect(await published(stack, 'coupon_code')).toEqual([
      [1, null],
      [2, ' 007 '],
      [3, null],
      [4, null],
    ]);
    expect(tableFields(stack).at(-1)).toMatchObject({
      ...{ name: 'coupon_code', type: 'string', required: false, doc: evolvedDoc },
    });
  });

  test('is told in the event and in the lineage, with its schema', async () => {
    const stack = memoryStack({ datasets: [sales({ newColumns: 'evolve' })] });
    await stack.land([['sales/b.csv', withCoupon]]);
    const drift = [{ kind: 'new column', column: 'coupon_code', mode: 'evolve', rows: 1 }];
    expect(stack.events.at(-1)?.detail).toMatchObject({ published: 2, drift });
    const lineage = [...stack.objects].find(([uri]) => uri.includes('/_lineage/'));
    expect(JSON.parse(String(lineage?.[1]))).toMatchObject({
      run: { facets: { headgate: { drift } } },
      outputs: [
        {
          facets: {
            schema: {
              fields: expect.arrayContaining([{ name: 'coupon_code', type: 'string' }]),
            },
          },
        },
      ],
    });
  });

  test('joins other new columns of its run, whichever file has which', async () => {
    const stack = memoryStack({ datasets: [sales({ newColumns: 'evolve' })] });
    await stack.land([
      ['sales/a.csv', 'id,sold_on,note\n1,,\n'],
      ['sales/b.jsonl', '{"id":2,"gift":{"to":"Ann"}}\n{"id":3}\n'],
      ['sales/c.csv', 'id,sold_on,note,Coupon Code\n4,,,C4\n'],
    ]);
    expect(await stack.ledger.listRuns({ limit: 9 })).toHaveLength(1);
    expect((await rowsAt(stack, '/data/')).map((row) => [row.gift, row.coupon_code])).toEqual([
      [null, null],
      ['{"to":"Ann"}', null],
      [null, null],
      [null, 'C4'],
    ]);
  });

  test('survives steps that rename and select, whose author could not know of it', async () => {
    const transforms = [rename('note', 'remark'), select({ keep: ['id', 'remark'] })];
    const stack = memoryStack({ datasets: [sales({ newColumns: 'evolve' }, { transforms })] });
    await stack.land([['sales/b.csv', withCoupon]]);
    expect(await published(stack, 'coupon_code')).toEqual([
      [2, ' 007 '],
      [3, null],
    ]);
    expect(tableFields(stack).map(({ name }) => name)).not.toContain('sold_on');
  });

  test('tells apart rows that are the same in every declared field', async () => {
    const more = { key: [], deduplicate: { by: 'row' as const } };
    const stack = memoryStack({ datasets: [sales({ newColumns: 'evolve' }, more)] });
    await stack.land([['sales/a.csv', 'id,sold_on,note,size\n1,,,S\n1,,,M\n1,,,M\n']]);
    expect((await lastRun(stack))?.counts).toMatchObject({ published: 2, deduplicated: 1 });
  });

  test('is in the raw row where a rule over rows rejects it', async () => {
    const more = { key: [], rules: [unique('note')] };
    const stack = memoryStack({ datasets: [sales({ newColumns: 'evolve' }, more)] });
    await stack.land([
      ['sales/a.csv', 'id,sold_on,note\n1,,x\n2,,x\n'],
      ['sales/b.csv', 'id,sold_on,note,size\n3,,y,S\n4,,y,M\n'],
    ]);
    expect((await lastRun(stack))?.counts).toMatchObject({ published: 2, rejected: 2 });
    const raw = (await rowsAt(stack, '-barred')).map((row) => String(row.raw));
    expect(raw.filter((text) => text.includes('size'))).toHaveLength(1);
  });
});

describe('once, whatever happens', () => {
  test.each(['validate', 'transform', 'load', 'publish'] as const)(
    'a worker that dies after its work in %s adds no column and no row twice',
    async (dying) => {
      let deaths = 0;
      const stack = memoryStack({
        datasets: [sales({ newColumns: 'evolve', changedTypes: 'evolve' })],
        around: (name, stage) => async (event) => {
          const result = await stage(event);
          if (name === dying && deaths++ < 2) throw new Error('Runtime exited: signal: killed');
          return result;
        },
      });
      await stack.land([['sales/b.csv', withCoupon.replace('3,,,', '3,,soon,')]]);
      expect(deaths).toBeGreaterThan(1);
      expect(await lastRun(stack)).toMatchObject({ state: 'PUBLISHED' });
      const table = stack.tables.get('sales');
      expect(table?.snapshots).toHaveLength(1);
      const names = tableFields(stack).map(({ name }) => name);
      const ofFiles = ['coupon_code', 'sold_on_text'];
      expect(names.filter((name) => ofFiles.includes(name))).toEqual(ofFiles);
      expect(new Set(tableFields(stack).map(({ id }) => id)).size).toBe(names.length);
    },
  );

  test('twins that add the same column at the same time add it once', async () => {
    const stack = memoryStack({
      datasets: [sales({ newColumns: 'evolve' })],
      around: (name, stage) => async (event) => {
        if (name !== 'transform') return await stage(event);
        const [first] = await Promise.all([stage(event), stage(event)]);
        return first;
      },
    });
    await stack.land([['sales/a.csv', 'id,sold_on,note\n1,,\n']]);
    await stack.land([['sales/b.csv', withCoupon]]);
    expect(await lastRun(stack)).toMatchObject({ state: 'PUBLISHED' });
    expect(stack.tables.get('sales')?.schemas).toHaveLength(2);
    expect(tableFields(stack).filter(({ name }) => name === 'coupon_code')).toHaveLength(1);
  });
});

describe('a contract that meets what files brought', () => {
  test('takes the column over as a text, and is refused with another type', async () => {
    const first = memoryStack({ datasets: [sales({ newColumns: 'evolve' })] });
    await first.land([['sales/b.csv', withCoupon]]);
    const declaring = (coupon: ReturnType<typeof text>) => {
      const fields = { ...sales({}).fields, coupon_code: coupon };
      const stack = memoryStack({ datasets: [sales({}, { fields })] });
      for (const [name, table] of first.tables) stack.tables.set(name, table);
      for (const [uri, bytes] of first.objects) stack.objects.set(uri, bytes);
      return stack;
    };
    const taken = declaring(text({ optional: true }));
    await taken.land([['sales/c.csv', 'id,sold_on,note,coupon_code\n9,,,C9\n']]);
    expect(await lastRun(taken)).toMatchObject({ state: 'PUBLISHED' });
    expect(await published(taken, 'coupon_code')).toContainEqual([9, 'C9']);
    const refused = declaring(integer({ optional: true }));
    await refused.land([['sales/c.csv', 'id,sold_on,note,coupon_code\n9,,,9\n']]);
    expect(await lastRun(refused)).toMatchObject({
      state: 'FAILED',
      reason: {
        detail: expect.stringMatching(
          /"coupon_code" is declared as int, and the table has texts there.* Declare it as an optional text/,
        ),
      },
    });
    expect(refused.tables.get('sales')).toEqual(first.tables.get('sales'));
  });

  test('a column that an older contract had with another type is no place for texts', async () => {
    const fields = { ...sales({}).fields, size: integer({ optional: true }) };
    const first = memoryStack({ datasets: [sales({}, { fields })] });
    await first.land([['sales/a.csv', 'id,sold_on,note,size\n1,,,5\n']]);
    const stack = memoryStack({ datasets: [sales({ newColumns: 'evolve' })] });
    for (const [name, table] of first.tables) stack.tables.set(name, table);
    await stack.land([['sales/b.csv', 'id,sold_on,note,size\n2,,,6\n']]);
    expect((await lastRun(stack))?.reason?.detail).toContain(
      'the new column "size" would be a text, and the table has it as int',
    );
  });
});
