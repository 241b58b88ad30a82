import { expect, test } from 'vitest';
import * as z from 'zod';
import type { Dataset } from '../../../core/dataset.ts';
import type { TransformDocument } from '../../../core/documents.ts';
import { defaultEvolution } from '../../../core/evolution/evolution.ts';
import { lineageEvent } from '../../../core/govern/lineage.ts';
import { DatasetName, EpochMs, Fence, FileId, RunId } from '../../../core/ids.ts';
import { defaultFiles } from '../../../core/landing/file-options.ts';
import type { FileEntry, RunEntry } from '../../../core/ledger.ts';

const now = EpochMs.parse(1_700_000_000_000);
const fileId = FileId.parse('a'.repeat(32));
const runId = RunId.parse('orders-20261121T050000Z-0123456789');

const dataset: Dataset = {
  name: DatasetName.parse('orders'),
  domain: 'sales',
  owner: 'o',
  description: '',
  fields: {},
  key: [],
  write: { kind: 'append' },
  partition: [],
  version: 1,
  rules: [],
  transforms: [],
  deduplicate: { by: 'key', keep: 'first' },
  quality: [],
  rejects: { holdAbove: 0.05 },
  evolution: defaultEvolution,
  files: defaultFiles,
};

const run: RunEntry = {
  runId,
  dataset: dataset.name,
  state: 'LOADING',
  fence: Fence.parse(1),
  contractVersion: 'c',
  files: [fileId],
  counts: null,
  quality: null,
  snapshotId: null,
  reason: null,
  createdAt: now,
  updatedAt: now,
};

const file: FileEntry = {
  fileId,
  bucket: 'landing',
  key: 'orders/a b.csv',
  versionId: 'v1',
  sizeBytes: 9,
  sequencer: '1',
  landedAt: now,
  dataset: dataset.name,
  state: 'CLAIMED',
  runId,
  fence: Fence.parse(1),
  contentId: null,
  counts: null,
  reason: null,
  updatedAt: now,
};

const transformed: TransformDocument = {
  files: [{ fileId, published: 2, deduplicated: 0, barred: 0 }],
  staged: [{ uri: 's3://c/x', rows: '2', bytes: '1', partition: [], columns: [] }],
  schemaId: 0,
  specId: 0,
  references: { products: '42' },
  unmatched: { products: 0 },
  duplicates: null,
};

const event = (readBytes = file.sizeBytes) =>
  lineageEvent({
    run,
    dataset,
    columns: [{ name: 'order_id', type: 'string', required: true, bounds: true }],
    files: [file],
    readBytes: new Map([[fileId, readBytes]]),
    gate: {
      decision: 'publish',
      counts: { rowsIn: 2, published: 2, rejected: 0, deduplicated: 0 },
      quality: { score: 100, validity: 1, completeness: 1, uniqueness: 1 },
      reasons: [],
      refusal: null,
    },
    transformed,
    snapshotId: '7',
    curatedBucket: 'curated',
    now,
  });

const Facets = z.record(
  z.string(),
  z.looseObject({ _producer: z.string(), _schemaURL: z.string() }),
);
const DatasetRef = z.looseObject({ namespace: z.string(), name: z.string(), facets: Facets });

/** The parts of OpenLineage 2-0-2's RunEvent that it requires. */
const RunEvent = z.looseObject({
  eventType: z.literal('COMPLETE'),
  eventTime: z.iso.datetime(),
  producer: z.string(),
  schemaURL: z.url(),
  run: z.object({ runId: z.uuid(), facets: Facets }),
  job: z.object({ namespace: z.string(), name: z.string(), facets: Facets }),
  inputs: z.array(DatasetRef),
  outputs: z.array(DatasetRef),
});

test('the event has what OpenLineage requires and names object versions and snapshots', () => {
  const { inputs, outputs } = RunEvent.parse(event());
  const version = (at: z.infer<typeof DatasetRef> | undefined) =>
    at?.facets.version?.datasetVersion;
  expect(inputs.map((input) => [input.namespace, input.name, version(input)])).toEqual([
    ['s3://landing', 'orders/a b.csv', 'v1'],
    ['s3://curated', 'products', '42'],
  ]);
  expect(outputs.map((output) => [output.name, version(output)])).toEqual([['orders', '7']]);
});

test('a repeat of the event is the same event', () => {
  expect(event()).toEqual(event());
});

test('an object that is not as large as its notice said is noted, and only that one', () => {
  const facetOf = (read: number) => RunEvent.parse(event(read)).inputs[0]?.facets.headgate;
  expect(facetOf(file.sizeBytes)).toBeUndefined();
  expect(facetOf(12)).toMatchObject({ announcedBytes: 9, bytes: 12 });
});
