import { assert } from '../../core/assert.ts';
import type { Dataset } from '../../core/dataset.ts';
import { type GateDocument, RunPointer, type TransformDocument } from '../../core/documents.ts';
import { TransientError } from '../../core/errors.ts';
import { replaceOrder } from '../../core/landing/parts.ts';
import type { LandedFile, RunEntry } from '../../core/ledger.ts';
import { limits } from '../../core/limits.ts';
import {
  appendChange,
  type Base,
  type Change,
  commitRun,
  replaceChange,
  type World,
} from '../../core/load/commit.ts';
import { dataFile } from '../../core/load/parquet.ts';
import {
  currentSnapshot,
  schemaById,
  specById,
  type TableMetadata,
} from '../../core/load/table.ts';
import type { Clock, Ledger, Store } from '../../core/ports.ts';
import { hasRows, type ReplayChange, replacesKey, replayChange } from '../../core/replay/change.ts';
import { changesRows } from '../../core/transforms/index.ts';
import { definitionOf, fenced, makesSnapshot, ownedRun, replayedBy } from '../owned-run.ts';
import { settle } from '../refuse.ts';
import { refuseReplay } from '../refuse-replay.ts';
import { runDocuments } from '../run-documents.ts';
import type { Telemetry } from '../telemetry.ts';

export type LoadDeps = {
  readonly ledger: Pick<
    Ledger,
    'run' | 'takeTurn' | 'endTurn' | 'markLoading' | 'settleFile' | 'endRun'
  >;
  readonly store: Pick<Store, 'get' | 'put' | 'putOnce'>;
  readonly world: World;
  readonly cleanBucket: string;
  readonly datasetNamed: (name: string) => Dataset | undefined;
  readonly now: Clock;
} & Telemetry;

/** The snapshot summary's key of how new a replaced table is; see `replaceOrder`. */
const replaceOrderKey = 'headgate.replace-order';

/** Publishes a run's staged files in one snapshot: the commit point of Headgate. */
export const load = (deps: LoadDeps) => async (event: unknown) => {
  const pointer = RunPointer.parse(event);
  const run = await ownedRun(deps.ledger, pointer);
  const dataset = definitionOf(deps.datasetNamed, run.dataset);
  const documents = runDocuments(deps.store, deps.cleanBucket, pointer);
  const [gate, transformed] = [await documents.gate(), await documents.transform()];
  assert(gate.decision === 'publish', `run ${run.runId} passed the gate`);
  const { runId, fence } = pointer;
  await awaitTurn(deps, pointer);
  try {
    if ((await deps.ledger.markLoading(runId, fence, deps.now())) === 'fenced') throw fenced(runId);
    const replayed = await replayedBy(deps.ledger, run);
    if (!makesSnapshot(dataset, transformed, replayed))
      return { snapshotId: null, tries: 0, already: false };
    const files = (await documents.plan()).parts.flatMap((part) => part.files);
    return await commit(deps, { pointer, dataset, transformed, gate, files, replayed });
  } finally {
    await deps.ledger.endTurn(run.dataset, runId);
  }
};

/** A load takes well under a second: most turns come long before the pipeline tries again. */
const awaitTurn = async (
  { ledger, world, now }: LoadDeps,
  { dataset, runId }: RunPointer,
): Promise<void> => {
  for (let tries = 0; tries < limits.turnTriesMax; tries += 1) {
    if (tries > 0) await world.sleep(limits.turnTriesMs * (0.5 + world.random()));
    if ((await ledger.takeTurn(dataset, runId, now())) === 'taken') return;
  }
  throw new TransientError(`another load of ${dataset} is in flight; this one is tried again`);
};

/** What is loaded. */
type Loading = {
  readonly pointer: RunPointer;
  readonly dataset: Dataset;
  readonly transformed: TransformDocument;
  readonly gate: GateDocument;
  readonly files: readonly LandedFile[];
  /** Of a replay: the run whose rows go out. */
  readonly replayed: RunEntry | undefined;
};

const commit = async (deps: LoadDeps, loading: Loading) => {
  const { pointer, dataset, gate, files } = loading;
  const { runId } = pointer;
  let refused: string | undefined;
  const decide = async (base: Base): Promise<Change | null> => {
    const decided = await decision(deps, loading, base);
    refused = decided.kind === 'refused' ? decided.detail : undefined;
    return decided.kind === 'change' ? decided.change : null;
  };
  const done = await commitRun(deps.world, dataset.name, runId, decide, {
    ...{ triesMax: limits.commitTriesMax, attempt: pointer.fence },
  });
  switch (done.kind) {
    case 'exhausted':
      throw new TransientError(
        `the commit of ${runId} lost ${done.tries} races; it is tried again`,
      );
    case 'nothing':
      if (refused !== undefined) return await refuseReplay(deps, pointer, refused);
      await supersede(deps, pointer, gate, files);
      return { snapshotId: null, tries: 1, already: false };
    case 'committed':
      deps.count('CommitTries', done.tries, dataset.name);
      return { snapshotId: String(done.snapshotId), tries: done.tries, already: done.already };
  }
};

/** How new the table's rows are; snapshots of others, and of given-up attempts, do not say it. */
const orderOf = (metadata: TableMetadata): string => {
  let snapshot = currentSnapshot(metadata);
  while (snapshot !== undefined) {
    const order = snapshot.summary[replaceOrderKey];
    if (order !== undefined) return order;
    const parent = snapshot['parent-snapshot-id'];
    snapshot = metadata.snapshots?.find((each) => each['snapshot-id'] === parent);
  }
  return '';
};

/** What to change, given the table as it is now; asked again after every lost race. */
const decision = async (
  deps: LoadDeps,
  { dataset, transformed, files, replayed }: Loading,
  base: Base,
): Promise<ReplayChange | { kind: 'superseded' }> => {
  const add = dataFiles(base.metadata, transformed);
  const references = Object.fromEntries(
    Object.entries(transformed.references).map(([name, id]) => [
      `headgate.reference.${name}`,
      id ?? 'none',
    ]),
  );
  const { specId } = transformed;
  const changing = (change: Change) => ({ kind: 'change', change: { ...change, specId } }) as const;
  if (dataset.write.kind === 'append' && replayed !== undefined) {
    const rows = changesRows(dataset.transforms) ? null : (replayed.counts?.published ?? null);
    const decided = await replayChange(base, add, replayed, rows, references);
    return decided.kind === 'change' ? changing(decided.change) : decided;
  }
  if (dataset.write.kind === 'append') return changing(appendChange(add, references));
  const order = files.map(replaceOrder).sort().at(-1) ?? '';
  const published = orderOf(base.metadata);
  if (replayed !== undefined && hasRows(replayed) && published !== order)
    return { kind: 'refused', detail: `the table no longer has the rows of ${replayed.runId}` };
  if (published > order) {
    deps.log.info('superseded', { dataset: dataset.name });
    return { kind: 'superseded' };
  }
  const replaces: Record<string, string> =
    replayed === undefined ? {} : { [replacesKey]: replayed.runId };
  const summary = { ...references, ...replaces, [replaceOrderKey]: order };
  return changing(await replaceChange(base, add, summary));
};

const dataFiles = (metadata: TableMetadata, { staged, schemaId, specId }: TransformDocument) =>
  staged.map((file) => dataFile(schemaById(metadata, schemaId), specById(metadata, specId), file));

/** A newer whole-table file was published first: this one ends without a trace in the table. */
const supersede = async (
  deps: LoadDeps,
  pointer: RunPointer,
  { counts, quality }: GateDocument,
  files: readonly LandedFile[],
): Promise<void> => {
  const by = 'a newer file that was published first';
  for (const file of files) await settle(deps, pointer, file, { state: 'SUPERSEDED', by });
  const end = { state: 'NOTHING', counts, quality, snapshotId: null, reason: null } as const;
  const { runId, fence } = pointer;
  if ((await deps.ledger.endRun(runId, fence, end, deps.now())) === 'fenced') throw fenced(runId);
};
