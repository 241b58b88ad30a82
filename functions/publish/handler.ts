import { columnsOf } from '../../core/contract.ts';
import type { Dataset } from '../../core/dataset.ts';
import { type GateDocument, RunPointer, type TransformDocument } from '../../core/documents.ts';
import { PermanentError } from '../../core/errors.ts';
import { withEvolved } from '../../core/evolution/evolved.ts';
import { lineageEvent } from '../../core/govern/lineage.ts';
import type { FileId } from '../../core/ids.ts';
import { curatedKeys, s3Uri } from '../../core/layout.ts';
import type { FileEntry, RunEntry } from '../../core/ledger.ts';
import { snapshotIdOf } from '../../core/load/snapshot.ts';
import type { Announcer, Clock, Ledger, Store } from '../../core/ports.ts';
import { countsOf } from '../../core/validate/quality.ts';
import { summaryOfRun } from '../../core/validate/run-summary.ts';
import { definitionOf, fenced, makesSnapshot, replayedBy } from '../owned-run.ts';
import { settle } from '../refuse.ts';
import { runDocuments } from '../run-documents.ts';
import type { Telemetry } from '../telemetry.ts';

export type PublishDeps = {
  readonly ledger: Pick<Ledger, 'run' | 'file' | 'settleFile' | 'remember' | 'endRun'>;
  readonly store: Pick<Store, 'get' | 'put' | 'putOnce'>;
  readonly announcer: Pick<Announcer, 'announce'>;
  readonly cleanBucket: string;
  readonly curatedBucket: string;
  readonly datasetNamed: (name: string) => Dataset | undefined;
  readonly now: Clock;
} & Telemetry;

/**
 * After the commit everything only rolls forward: the ledger, the lineage event, the announcement.
 * Each is written again with the same content when this stage is repeated.
 */
export const publish = (deps: PublishDeps) => async (event: unknown) => {
  const pointer = RunPointer.parse(event);
  const run = await deps.ledger.run(pointer.runId);
  if (run === undefined) throw new PermanentError(`run ${pointer.runId} is not in the ledger`);
  const dataset = definitionOf(deps.datasetNamed, run.dataset);
  const documents = runDocuments(deps.store, deps.cleanBucket, pointer);
  const [gate, transformed] = [await documents.gate(), await documents.transform()];
  if (run.state === 'NOTHING') return { snapshotId: null, ...gate.counts };
  const replayed = await replayedBy(deps.ledger, run);
  const isCommitted = makesSnapshot(dataset, transformed, replayed);
  const snapshotId = isCommitted ? String(snapshotIdOf(run.runId)) : null;
  const validated = await documents.validated();
  const files: FileEntry[] = [];
  for (const [fileId, counts] of countsOf(validated, transformed.files)) {
    const file = await deps.ledger.file(fileId);
    if (file === undefined) throw new PermanentError(`file ${fileId} is not in the ledger`);
    await settle(deps, pointer, file, { state: 'PUBLISHED', counts });
    files.push(file);
  }
  const planned = (await documents.plan()).parts.flatMap((part) => part.files);
  const readBytes = new Map(planned.map(({ fileId, sizeBytes }) => [fileId, sizeBytes]));
  await tell(deps, run, dataset, { gate, transformed, snapshotId, files, readBytes });
  await deps.ledger.remember(summaryOfRun(run, gate, transformed));
  const { counts, quality } = gate;
  const end = { state: 'PUBLISHED', counts, quality, snapshotId, reason: null } as const;
  const ended = await deps.ledger.endRun(run.runId, pointer.fence, end, deps.now());
  if (ended === 'fenced') throw fenced(run.runId);
  deps.count('RowsPublished', counts.published, run.dataset);
  return { snapshotId, ...counts };
};

type Told = {
  readonly gate: GateDocument;
  readonly transformed: TransformDocument;
  readonly snapshotId: string | null;
  readonly files: readonly FileEntry[];
  readonly readBytes: ReadonlyMap<FileId, number>;
};

/** Lineage and announcement come before the run's end, so that a crash between repeats them. */
const tell = async (
  deps: PublishDeps,
  run: RunEntry,
  dataset: Dataset,
  told: Told,
): Promise<void> => {
  const { gate, transformed, snapshotId } = told;
  const lookup = (name: string): Dataset => definitionOf(deps.datasetNamed, name);
  const columns = columnsOf(withEvolved(dataset, transformed.evolved ?? []), lookup);
  const { curatedBucket } = deps;
  const now = deps.now();
  const event = lineageEvent({ ...told, run, dataset, columns, curatedBucket, now });
  const key = curatedKeys.lineage(run.dataset, run.runId);
  await deps.store.put(s3Uri(curatedBucket, key), JSON.stringify(event));
  await deps.announcer.announce({
    type: 'Dataset Updated',
    source: 'headgate',
    detail: {
      dataset: run.dataset,
      runId: run.runId,
      snapshotId,
      ...gate.counts,
      qualityScore: gate.quality.score,
      ...(gate.drift === undefined ? {} : { drift: gate.drift }),
      ...(run.replays === undefined ? {} : { replaces: run.replays.runId }),
      lineage: s3Uri(curatedBucket, key),
    },
    at: now,
  });
};
