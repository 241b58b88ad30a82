import type { Column, Dataset } from '../dataset.ts';
import type { GateDocument, TransformDocument } from '../documents.ts';
import { sha256 } from '../hash.ts';
import type { EpochMs, FileId } from '../ids.ts';
import type { FileEntry, RunEntry } from '../ledger.ts';
import { isoTime } from '../time.ts';

const PRODUCER = 'urn:headgate';
const SPEC = 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent';
const FACETS = 'https://openlineage.io/spec/facets';

const facet = (name: string, version: string, values: object): object => ({
  _producer: PRODUCER,
  _schemaURL: `${FACETS}/${version}/${name}.json`,
  ...values,
});

/**
 * OpenLineage asks for a UUID; this one is a function of the run, so a repeat is the same event.
 */
const uuidOf = (runId: string): string => {
  const hex = sha256(runId);
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 3) | 8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
};

export type LineageInput = {
  readonly run: RunEntry;
  readonly dataset: Dataset;
  readonly columns: readonly Column[];
  readonly files: readonly FileEntry[];
  /** Bytes of each object as it was read; its notice may have said otherwise. */
  readonly readBytes: ReadonlyMap<FileId, number>;
  readonly gate: GateDocument;
  readonly transformed: TransformDocument;
  readonly snapshotId: string | null;
  readonly curatedBucket: string;
  readonly now: EpochMs;
};

/** The OpenLineage COMPLETE event of a published run: from which bytes, into which snapshot. */
export const lineageEvent = (input: LineageInput): object => {
  const { run, dataset, gate, transformed, snapshotId } = input;
  const references = Object.entries(transformed.references).map(([name, snapshot]) => ({
    namespace: `s3://${input.curatedBucket}`,
    name,
    facets: {
      version: facet('DatasetVersionDatasetFacet', '1-0-1', { datasetVersion: snapshot ?? 'none' }),
    },
  }));
  const landed = input.files
    .filter((file) => file.state === 'PUBLISHED' || file.state === 'CLAIMED')
    .map((file) => ({
      namespace: `s3://${file.bucket}`,
      name: file.key,
      facets: {
        version: facet('DatasetVersionDatasetFacet', '1-0-1', { datasetVersion: file.versionId }),
        ...sizeFacet(file, input.readBytes.get(file.fileId)),
      },
    }));
  return {
    eventType: 'COMPLETE',
    eventTime: isoTime(input.now),
    producer: PRODUCER,
    schemaURL: SPEC,
    run: { runId: uuidOf(run.runId), facets: { headgate: headgateFacet(run, gate) } },
    job: { namespace: 'headgate', name: dataset.name, facets: {} },
    inputs: [...landed, ...references],
    outputs: [
      {
        namespace: `s3://${input.curatedBucket}`,
        name: dataset.name,
        facets: {
          schema: facet('SchemaDatasetFacet', '1-1-1', {
            fields: input.columns.map(({ name, type }) => ({ name, type })),
          }),
          version: facet('DatasetVersionDatasetFacet', '1-0-1', {
            datasetVersion: snapshotId ?? 'none',
          }),
        },
        outputFacets: {
          outputStatistics: facet('OutputStatisticsOutputDatasetFacet', '1-0-2', {
            rowCount: gate.counts.published,
            fileCount: transformed.staged.length,
          }),
        },
      },
    ],
  };
};

/** Stands only where the object was not as large as its notice said: the object is right. */
const sizeFacet = ({ sizeBytes: announcedBytes }: FileEntry, bytes: number | undefined): object =>
  bytes === undefined || bytes === announcedBytes
    ? {}
    : { headgate: { ...ownFacet('file'), announcedBytes, bytes } };

const ownFacet = (kind: string): object => ({
  _producer: PRODUCER,
  _schemaURL: `${PRODUCER}:facets:${kind}:1`,
});

const headgateFacet = (run: RunEntry, gate: GateDocument): object => ({
  ...ownFacet('run'),
  runId: run.runId,
  contractVersion: run.contractVersion,
  counts: gate.counts,
  quality: gate.quality,
  ...(gate.drift === undefined ? {} : { drift: gate.drift }),
  ...(run.released === undefined ? {} : { released: run.released }),
  ...(run.replays === undefined ? {} : { replays: run.replays }),
});
