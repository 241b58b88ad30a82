import type { Dataset } from '../core/dataset.ts';
import type { RunPointer, TransformDocument } from '../core/documents.ts';
import { PermanentError } from '../core/errors.ts';
import { type RunEntry, terminalRunStates } from '../core/ledger.ts';
import type { Ledger } from '../core/ports.ts';
import { commits } from '../core/replay/change.ts';

/**
 * The run that a stage is about to work on. A stage that lost its run to a newer attempt stops
 * here; whatever it would still write would be refused by the fence anyway.
 */
export const ownedRun = async (
  ledger: Pick<Ledger, 'run'>,
  { runId, fence }: RunPointer,
): Promise<RunEntry> => {
  const run = await ledger.run(runId);
  if (run === undefined) throw new PermanentError(`run ${runId} is not in the ledger`);
  if (run.fence !== fence) throw fenced(runId);
  if (terminalRunStates.includes(run.state))
    throw new PermanentError(`run ${runId} has already ended as ${run.state}`);
  return run;
};

/** The run whose place a run would take; undefined when it is no replay. */
export const replayedBy = async (
  ledger: Pick<Ledger, 'run'>,
  { runId, replays }: RunEntry,
): Promise<RunEntry | undefined> => {
  if (replays === undefined) return undefined;
  const replayed = await ledger.run(replays.runId);
  if (replayed !== undefined) return replayed;
  // Without it the rows would be added to those that they replace.
  throw new PermanentError(`${replays.runId}, which ${runId} replays, is not in the ledger`);
};

/** What a stage throws when the ledger refused its write: the run belongs to a newer attempt. */
export const fenced = (runId: string): PermanentError =>
  new PermanentError(`a newer attempt owns run ${runId}; this one stops`);

/** The definition a run is judged by; it can only be missing when the dataset was removed. */
export const definitionOf = (
  datasetNamed: (name: string) => Dataset | undefined,
  name: string,
): Dataset => {
  const dataset = datasetNamed(name);
  if (dataset !== undefined) return dataset;
  throw new PermanentError(
    `dataset ${name} is no longer declared; declare it in datasets/ and deploy, then drop its files again`,
  );
};

/**
 * A run without a row changes nothing, unless it takes others out: those of the table that it
 * replaces, or of the run that it replays.
 */
export const makesSnapshot = (
  { write }: Pick<Dataset, 'write'>,
  transformed: Pick<TransformDocument, 'staged'>,
  replayed: RunEntry | undefined,
): boolean => write.kind === 'replace' || commits(transformed, replayed);
