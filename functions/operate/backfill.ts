import * as z from 'zod';
import { contractVersion } from '../../core/contract.ts';
import { EpochMs, type RunId } from '../../core/ids.ts';
import type { FileEntry } from '../../core/ledger.ts';
import { limits } from '../../core/limits.ts';
import type { Replayed } from '../../core/operate/answers.ts';
import { placeOf } from '../../core/operate/pages.ts';
import { selectionWords } from '../../core/replay/selection.ts';
import type { Asked } from '../replay-run.ts';
import {
  type Answer,
  answered,
  datasetNamed,
  noDataset,
  type OperateDeps,
  refused,
} from './deps.ts';
import { replayOne } from './replay-one.ts';
import {
  asAnswer,
  type Call,
  Cursor,
  cursorOf,
  Place,
  pathPart,
  readBody,
  Time,
  wholeUpTo,
} from './request.ts';

const BackfillBody = z.strictObject({
  since: Time,
  until: Time,
  dry_run: z.boolean().default(false),
  again: z.boolean().default(false),
  limit: wholeUpTo(limits.backfillRunsMax, 10),
  /** The last file that was looked at, and when the first call began. */
  cursor: Cursor(z.tuple([Place, EpochMs])),
});

/** Files of these have ended in a way that a replay may change. */
const states = ['PUBLISHED', 'QUARANTINED'] as const;
const filesPerPage = 100;

/**
 * Replays the runs of what landed in a time, in the order in which it landed; nobody waits for
 * their ends. A call is bounded, and the next one goes on; the same words again do nothing twice.
 */
export const backfillDataset = async (deps: OperateDeps, call: Call): Promise<Answer> => {
  const dataset = datasetNamed(deps, pathPart(call, 'dataset'));
  if (dataset === undefined) return noDataset;
  const read = readBody(call, BackfillBody);
  if (read.kind === 'problem') return asAnswer(read);
  const { since, until, dry_run: isDry, again, limit, cursor } = read.value;
  if (since === null && until === null)
    return refused({ name: 'bad-request', detail: 'the body says neither since nor until' });
  const selection = selectionWords({ kind: 'landed', dataset: dataset.name, since, until });
  const asked = { selection, again, contractVersion: contractVersion(dataset), dataset };
  const [after, began] = cursor ?? [null, deps.now()];
  const found = await walk(deps, asked, { since, until, after, began, limit, isDry, by: call.by });
  const { runs, last } = found;
  const next = last === null ? null : cursorOf(last, began);
  return answered({ dry_run: isDry, selection, runs, next });
};

type Walk = {
  readonly since: EpochMs | null;
  readonly until: EpochMs | null;
  readonly after: string | null;
  readonly began: EpochMs;
  readonly limit: number;
  readonly isDry: boolean;
  readonly by: string;
};

/** `last`: the place of the last file that was looked at; null when that was all. */
const walk = async (deps: OperateDeps, asked: Asked, walked: Walk) => {
  const deadline = deps.now() + limits.backfillCallMs;
  const runs: Replayed[] = [];
  const seen = new Set<RunId>();
  let last = walked.after;
  for await (const { file, place } of landedFiles(deps, asked, walked)) {
    if (deps.now() > deadline && last !== walked.after) return { runs, last };
    const runId = file?.runId ?? null;
    if (runId !== null && !seen.has(runId) && !(await isOurs(deps, asked, runId, walked.began))) {
      if (runs.length === walked.limit) return { runs, last };
      seen.add(runId);
      const replayed = await replayOne(deps, runId, asked, walked);
      if (replayed !== undefined) runs.push(replayed);
    }
    last = place;
  }
  return { runs, last: null };
};

/** Files by when they landed, with their places; a page ends without a file. */
async function* landedFiles(
  { ledger }: OperateDeps,
  { dataset }: Asked,
  { since, until, after: from }: Walk,
): AsyncGenerator<{ readonly file: FileEntry | null; readonly place: string }> {
  for (let after = from; ; ) {
    const asked = { dataset: dataset.name, states, since, until, after, limit: filesPerPage };
    const { files, next } = await ledger.filesPage(asked);
    for (const file of files) yield { file, place: placeOf(file.landedAt, file.fileId) };
    if (next === null) return;
    yield { file: null, place: next };
    after = next;
  }
}

/** Whether this very backfill made the run: with `again`, nothing else would tell. */
const isOurs = async (
  { ledger }: OperateDeps,
  { again }: Asked,
  runId: RunId,
  began: EpochMs,
): Promise<boolean> => {
  if (!again) return false;
  const run = await ledger.run(runId);
  return run !== undefined && run.createdAt >= began;
};
