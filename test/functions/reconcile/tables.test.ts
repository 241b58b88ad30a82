import { describe, expect, test } from 'vitest';
import type { Told } from '../../../functions/reconcile/handler.ts';
import { fence } from '../../support/landed.ts';
import { csv, scenes } from '../../support/scenes.ts';

const kinds = (findings: readonly Told[]) => findings.map(({ kind, done }) => [kind, done]);

describe('tables', () => {
  const orphan =
    's3://curated/products/data/products-20250101T000000Z-0123456789-a1-0-0a1b2c3d.parquet';

  test('a file of nobody is told with its size and never deleted', async () => {
    const { stack, worker } = scenes();
    await stack.land([['products/a.csv', csv]]);
    stack.objects.set(orphan, Buffer.from('12345'));
    const { findings } = await worker().call({});
    expect(findings).toEqual([
      expect.objectContaining({ kind: 'orphaned', subject: orphan, sizeBytes: 5, done: false }),
    ]);
    expect(stack.objects.has(orphan)).toBe(true);
  });

  test('a file of a run that may still publish it is none', async () => {
    const { stack, claimed, worker } = scenes();
    const { runId } = await claimed('a.csv');
    stack.objects.set(
      `s3://curated/products/data/${runId}-a1-0-0a1b2c3d.parquet`,
      Buffer.from('1'),
    );
    expect((await worker().call({ dryRun: true })).findings).toEqual([]);
  });

  test('a file that only an earlier snapshot has is none', async () => {
    const { stack, worker } = scenes();
    await stack.land([['products/a.csv', csv]]);
    await stack.land([['products/b.csv', `${csv}P-0002,Rake,home,1.00\n`]]);
    // Products are replaced as a whole: the first file is in the first snapshot only.
    expect(stack.tables.get('products')?.snapshots).toHaveLength(2);
    expect([...stack.objects.keys()].filter((uri) => uri.includes('/data/'))).toHaveLength(2);
    expect((await worker().call({})).findings).toEqual([]);
  });

  test('a live file that is gone is told loudly', async () => {
    const { stack, worker } = scenes();
    await stack.land([['products/a.csv', csv]]);
    const [uri = ''] = [...stack.objects.keys()].filter((key) => key.includes('/data/'));
    stack.objects.delete(uri);
    const { findings } = await worker().call({});
    expect(findings).toEqual([expect.objectContaining({ kind: 'missing', subject: uri })]);
    expect(stack.telemetry.counted('FindingsMissing')).toBe(1);
  });

  test('a table that cannot be read keeps the walk from no other', async () => {
    const { stack, worker } = scenes();
    await stack.land([['products/a.csv', csv]]);
    for (const uri of [...stack.objects.keys()].filter((key) => key.endsWith('.avro')))
      stack.objects.delete(uri);
    stack.objects.set(orphan.replaceAll('products', 'orders'), Buffer.from('1'));
    const result = await worker().call({});
    expect(result).toMatchObject({ failed: 1, next: null });
    expect(kinds(result.findings)).toEqual([['orphaned', false]]);
  });
});

describe('unexplained', () => {
  test('a refused file whose reason is lost has it written again, from the ledger', async () => {
    const { stack, unexplained, worker } = scenes();
    const uri = await unexplained('a.csv');
    expect(kinds((await worker().call({})).findings)).toEqual([['unexplained', true]]);
    expect(JSON.parse(String(stack.objects.get(uri)))).toMatchObject({
      ...{ code: 'E_NO_DATASET', dataset: null, landing: { key: 'nowhere/a.csv' } },
    });
    expect((await worker().call({})).findings).toEqual([]);
  });

  test('a published run whose snapshot the table does not know is told', async () => {
    const { stack, stopped, worker } = scenes();
    const { runId } = await stopped('a.csv');
    const end = { state: 'PUBLISHED', counts: null, quality: null, reason: null } as const;
    await stack.ledger.endRun(runId, fence(1), { ...end, snapshotId: '7' }, stack.now());
    const { findings } = await worker().call({});
    expect(findings).toEqual([
      expect.objectContaining({ kind: 'unexplained', subject: runId, action: null }),
    ]);
  });
});
