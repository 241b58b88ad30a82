import { describe, expect, test } from 'vitest';
import type { RunPointer } from '../../../core/documents.ts';
import { ContentId } from '../../../core/ids.ts';
import { volume } from '../../../core/quality/index.ts';
import { Profile } from '../../../core/quality/profile.ts';
import { gate } from '../../../functions/gate/handler.ts';
import { runDocuments } from '../../../functions/run-documents.ts';
import { historyOf, sales } from '../../core/quality/runs.ts';
import { fakeClock, fakeTelemetry } from '../../support/fakes.ts';
import { at, claimed, fence, landed } from '../../support/landed.ts';
import { memoryLedger } from '../../support/memory-ledger.ts';
import { memoryStack } from '../../support/memory-stack.ts';
import { memoryStore } from '../../support/memory-store.ts';

const file = landed('a');

/** A run of ten rows that stands before its gate, after eight runs of a hundred. */
const beforeGate = async (severity: 'warn' | 'hold') => {
  const dataset = sales(volume({ severity }));
  const ledger = memoryLedger();
  const { store, objects } = memoryStore();
  for (const summary of historyOf(Array.from({ length: 8 }, () => 100)))
    await ledger.remember(summary);
  const { runId } = await claimed(ledger, [file], { dataset: dataset.name });
  const pointer = { runId, dataset: dataset.name, fence: fence(1) };
  const documents = runDocuments(store, 'clean', pointer);
  const planned = { ...file, compression: 'none', format: 'csv' } as const;
  await documents.decidePlan({ parts: [{ part: 1, files: [planned] }] });
  const validated = {
    ...{ fileId: file.fileId, contentId: ContentId.parse('b'.repeat(64)) },
    ...{ rowsIn: 10, valid: 10, rejected: 0, wellFormed: 10, nonEmpty: {}, reasons: [] },
    ...{ warnings: [], warned: 0, clean: [], rejects: null },
    bytes: { total: 0, rows: 0, framing: 0 },
  };
  await documents.decidePart({ part: 1, files: [validated] });
  await documents.decideTransform({
    files: [{ fileId: file.fileId, published: 10, deduplicated: 0, barred: 0 }],
    staged: [{ uri: 's3://c/d', rows: '10', bytes: '1', partition: [], columns: [] }],
    ...{ schemaId: 0, specId: 0, references: {}, unmatched: {}, duplicates: null },
  });
  const deps = { ...fakeTelemetry(), ledger, store, now: fakeClock().now };
  const pass = gate({ ...deps, cleanBucket: 'clean', datasetNamed: () => dataset });
  return { ledger, objects, pointer, runId, pass: (event: RunPointer) => pass(event) };
};

describe('the gate', () => {
  test('holds a run that is unlike the earlier ones, and keeps what it found', async () => {
    const { ledger, pointer, runId, pass } = await beforeGate('hold');
    expect(await pass(pointer)).toMatchObject({ decision: 'hold' });
    const reason = { code: 'E_QUALITY', detail: expect.stringContaining('number of rows is 10;') };
    expect(await ledger.file(file.fileId)).toMatchObject({ state: 'HELD', reason });
    expect(await ledger.run(runId)).toMatchObject({
      ...{ state: 'HELD', reason },
      quality: { findings: [{ kind: 'volume', state: 'broken', numbers: { median: 100 } }] },
    });
  });

  test('lets the same run pass when the check only warns', async () => {
    const { pointer, pass } = await beforeGate('warn');
    expect(await pass(pointer)).toMatchObject({ decision: 'publish' });
  });

  test('lets a released run pass with the work of the held one, and says what it overrules', async () => {
    const { ledger, objects, pointer, runId, pass } = await beforeGate('hold');
    await pass(pointer);
    await ledger.release(runId, 'ana', at(9));
    const released = { ...pointer, fence: fence(2), work: fence(1) };
    expect(await pass(released)).toMatchObject({ decision: 'publish' });
    const documentOf = (attempt: number) =>
      JSON.parse(String(objects.get(`s3://clean/sales/${runId}/a${attempt}/gate.json`)));
    expect(documentOf(2)).toMatchObject({ refusal: null, overruled: { code: 'E_QUALITY' } });
    // What the held attempt was told stays as it was.
    expect(documentOf(1)).toMatchObject({ decision: 'hold', refusal: { code: 'E_QUALITY' } });
  });
});

test('a run leaves its profile beside its documents, and its facts for the gate', async () => {
  const stack = memoryStack();
  const header = 'product_id,product_name,category,unit_cost';
  await stack.land([['products/p.csv', [header, 'P-0001,Lamp,home,12.50', ''].join('\n')]]);
  const [run] = await stack.ledger.listRuns({ limit: 1 });
  const profile = stack.objects.get(`s3://clean/products/${run?.runId}/a1/profile.json`);
  expect(Profile.parse(JSON.parse(String(profile)))).toMatchObject({ rows: 1, sampled: 1 });
  const [remembered] = run === undefined ? [] : await stack.ledger.history(run.dataset, 9);
  expect(remembered).toMatchObject({
    ...{ rowsIn: 1, published: 1, released: false },
    columns: { category: { top: { home: 1 } }, unit_cost: { nullShare: 0 } },
  });
});
