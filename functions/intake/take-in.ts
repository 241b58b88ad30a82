import { PermanentError, TransientError } from '../../core/errors.ts';
import type { DatasetName, FileId, RunId } from '../../core/ids.ts';
import { type Arrival, decideArrival } from '../../core/landing/arrival.ts';
import { groupIntoRuns } from '../../core/landing/grouping.ts';
import { decideKnown, needsStart } from '../../core/landing/known.ts';
import { runIdOf } from '../../core/landing/run-id.ts';
import type { LandedFile, RunEntry } from '../../core/ledger.ts';
import type { Clock, Ledger, Pipeline, Store } from '../../core/ports.ts';
import { putRefusedFile } from '../refused-file.ts';
import type { Telemetry } from '../telemetry.ts';

export type TakeInDeps = Telemetry & {
  readonly ledger: Pick<Ledger, 'file' | 'run' | 'claim' | 'settleArrival' | 'markStarted'>;
  readonly pipeline: Pipeline;
  readonly store: Pick<Store, 'put'>;
  readonly now: Clock;
  readonly quarantineBucket: string;
  /** Every declared dataset with the version of its contract. */
  readonly contracts: ReadonlyMap<DatasetName, string>;
  /** Those whose files each replace the whole table. */
  readonly wholeTables: ReadonlySet<DatasetName>;
};

/** What is left to do for a file after a look into the ledger and at its key. */
type Next =
  | { readonly kind: 'done' }
  | { readonly kind: 'claimed'; readonly runId: RunId }
  | { readonly kind: 'new'; readonly dataset: DatasetName };

/** A lost race is looked at again; more often than this is no race, and the notices come again. */
const roundsMax = 3;

/**
 * Brings every file to a started run or to its end. Returns the failures by file: a throttled
 * call fails the files it was for and no other.
 */
export const takeIn = async (
  deps: TakeInDeps,
  files: readonly LandedFile[],
): Promise<ReadonlyMap<FileId, unknown>> => {
  const failures = new Map<FileId, unknown>();
  let pending = files;
  for (let round = 0; round < roundsMax && pending.length > 0; round += 1)
    pending = await takeRound(deps, pending, failures);
  for (const { fileId } of pending)
    failures.set(fileId, new TransientError(`file ${fileId} lost ${roundsMax} claims in a row`));
  return failures;
};

/** One look at each file and what follows of it; returns the files whose claim was lost. */
const takeRound = async (
  deps: TakeInDeps,
  files: readonly LandedFile[],
  failures: Map<FileId, unknown>,
): Promise<readonly LandedFile[]> => {
  const fresh = new Map<DatasetName, LandedFile[]>();
  const claimed = new Map<RunId, LandedFile[]>();
  const looks = await Promise.allSettled(files.map((file) => look(deps, file)));
  for (const [index, file] of files.entries()) {
    const result = looks[index];
    if (result?.status !== 'fulfilled') failures.set(file.fileId, result?.reason);
    else if (result.value.kind === 'new') add(fresh, result.value.dataset, file);
    else if (result.value.kind === 'claimed') add(claimed, result.value.runId, file);
  }
  const failing = async <T>(of: readonly LandedFile[], work: () => Promise<T>) => {
    try {
      return await work();
    } catch (error) {
      for (const { fileId } of of) failures.set(fileId, error);
      return undefined;
    }
  };
  for (const [runId, own] of claimed) await failing(own, () => resume(deps, runId));
  const lost: LandedFile[] = [];
  for (const [dataset, own] of fresh)
    for (const run of groupIntoRuns(own, { isWholeTable: deps.wholeTables.has(dataset) })) {
      const outcome = await failing(run, () => claimAndStart(deps, dataset, run));
      if (outcome === 'taken') lost.push(...run);
    }
  return lost;
};

const look = async (deps: TakeInDeps, file: LandedFile): Promise<Next> => {
  const known = decideKnown(await deps.ledger.file(file.fileId));
  if (known.kind === 'claimed') return known;
  if (known.kind === 'ended') return { kind: 'done' };
  const arrival = decideArrival(file, [...deps.contracts.keys()]);
  if (arrival.kind === 'dataset') return { kind: 'new', dataset: arrival.dataset };
  await endArrival(deps, file, arrival);
  return { kind: 'done' };
};

/** Ends a file that joins no run. The reason is an object before it is a state. */
const endArrival = async (
  { ledger, store, quarantineBucket, now, log, count }: TakeInDeps,
  file: LandedFile,
  arrival: Exclude<Arrival, { kind: 'dataset' }>,
): Promise<void> => {
  const { fileId } = file;
  if (arrival.kind === 'ignored') {
    const reason = { code: 'IGNORED', detail: arrival.rule };
    await ledger.settleArrival(file, null, { state: 'IGNORED', reason }, now());
    log.info('file ignored', { fileId, rule: arrival.rule });
    count('FilesIgnored', 1);
    return;
  }
  const { dataset, code, detail } = arrival;
  await putRefusedFile(store, quarantineBucket, { file, dataset, code, detail, at: now() });
  const end = { state: 'QUARANTINED', reason: { code, detail } } as const;
  await ledger.settleArrival(file, dataset, end, now());
  log.warn('file quarantined', { fileId, code });
  count('FilesQuarantined', 1, dataset ?? undefined);
};

/** Claim before start: a run that nobody claimed must never work on a file. */
const claimAndStart = async (
  deps: TakeInDeps,
  dataset: DatasetName,
  files: readonly LandedFile[],
): Promise<'started' | 'taken'> => {
  const contractVersion = deps.contracts.get(dataset);
  if (contractVersion === undefined) throw new PermanentError(`dataset ${dataset} has no contract`);
  const ids = files.map(({ fileId }) => fileId);
  const runId = runIdOf(dataset, deps.now(), ids);
  const claim = await deps.ledger.claim({ runId, dataset, contractVersion }, files, deps.now());
  if (claim === 'taken') return 'taken';
  deps.log.info('run claimed', { runId, files: files.length });
  deps.count('FilesClaimed', files.length, dataset);
  await resume(deps, runId);
  return 'started';
};

/** Starts a claimed run unless someone has; the twin of a start is a no-op. */
const resume = async ({ ledger, pipeline, now, log }: TakeInDeps, runId: RunId): Promise<void> => {
  const run: RunEntry | undefined = await ledger.run(runId);
  if (run === undefined) throw new PermanentError(`run ${runId} claimed files, but is not there`);
  if (!needsStart(run)) return;
  await pipeline.start({ runId, dataset: run.dataset, fence: run.fence });
  await ledger.markStarted(runId, now());
  log.info('run started', { runId });
};

const add = <K>(groups: Map<K, LandedFile[]>, key: K, file: LandedFile): void => {
  const group = groups.get(key);
  if (group === undefined) groups.set(key, [file]);
  else group.push(file);
};
