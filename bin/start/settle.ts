import { relative } from 'node:path';
import { FileId, type RunId } from '../../core/ids.ts';
import type { FileEntry, RunEntry } from '../../core/ledger.ts';
import { follow } from '../commands/follow.ts';
import { type LandRequest, landFiles } from '../commands/land.ts';
import { counted } from '../commands/words.ts';
import { UserError } from '../console/errors.ts';
import type { Sample } from './samples.ts';

/** A sample that has come to its end, and the run that brought it there. */
export type Settled = {
  readonly sample: Sample;
  readonly file: FileEntry;
  readonly run: RunEntry | null;
};

export type SettleRequest = Omit<LandRequest, 'landings'>;

/** Entries of a dataset that are looked through for samples landed before. */
const ENTRIES_MAX = 2_000;

/**
 * The entry of a sample that was landed before: same key, same bytes. A sample whose newer version
 * is a DUPLICATE of it was landed by hand once more; the first one is the one that counts.
 */
export const knownEntry = (
  sample: Sample,
  entries: readonly FileEntry[],
): FileEntry | undefined => {
  const same = entries.filter(
    (entry) =>
      entry.key === sample.key &&
      entry.sizeBytes === sample.sizeBytes &&
      (entry.contentId === null || entry.contentId === sample.contentId),
  );
  return same.find((entry) => entry.state === 'PUBLISHED') ?? same[0];
};

const findKnown = async (
  { stack }: Pick<SettleRequest, 'stack'>,
  samples: readonly Sample[],
): Promise<ReadonlyMap<Sample, FileEntry>> => {
  const names = new Set(samples.map(({ dataset }) => dataset.name));
  const lists = await Promise.all(
    [...names].map((dataset) => stack.ledger.listFiles({ dataset, limit: ENTRIES_MAX })),
  );
  const entries = lists.flat();
  return new Map(
    samples.flatMap((sample) => {
      const entry = knownEntry(sample, entries);
      return entry === undefined ? [] : [[sample, entry] as const];
    }),
  );
};

/** Lands those that were not landed before, and waits until all of them have ended. */
export const settle = async (
  request: SettleRequest,
  samples: readonly Sample[],
): Promise<readonly Settled[]> => {
  const known = await findKnown(request, samples);
  const missing = samples.filter((sample) => !known.has(sample));
  const landings = missing.map(({ path, key, sizeBytes }) => ({
    path: relative('', path),
    key,
    sizeBytes,
  }));
  const landed = landings.length === 0 ? [] : await landFiles({ ...request, landings });
  await waitFor(request, [...known.values()]);
  const ids = new Map([...known].map(([sample, entry]) => [sample, entry.fileId]));
  for (const [at, { fileId }] of landed.entries()) {
    const sample = missing[at];
    if (sample !== undefined) ids.set(sample, FileId.parse(fileId));
  }
  return await Promise.all([...ids].map(([sample, fileId]) => readBack(request, sample, fileId)));
};

/** Those of an earlier start may still be under way. */
const waitFor = async (request: SettleRequest, entries: readonly FileEntry[]): Promise<void> => {
  const underWay = entries.filter((entry) => entry.state === 'CLAIMED');
  if (underWay.length === 0) return;
  const title = `following ${counted(underWay.length, 'file')} of an earlier start`;
  const deadline = request.clock() + request.waitMs;
  await request.progress.step(title, (tell) =>
    Promise.all(underWay.map(({ fileId }) => follow({ ...request, fileId, deadline }, tell))),
  );
};

const readBack = async (
  { stack }: SettleRequest,
  sample: Sample,
  fileId: FileId,
): Promise<Settled> => {
  const file = await stack.ledger.file(fileId);
  if (file === undefined)
    throw new UserError({
      what: `${sample.key} is landed, but no notice of it has reached the ledger.`,
      next: 'Look at the queues (npx headgate status), or begin anew: npx headgate down, npm start.',
    });
  if (file.state === 'CLAIMED') throw notEnded(sample, file.runId);
  const run = file.runId === null ? undefined : await stack.ledger.run(file.runId);
  return { sample, file, run: run ?? null };
};

const notEnded = (sample: Sample, runId: RunId | null): UserError =>
  new UserError({
    what: `The run of ${sample.key} has not ended in the time a sample may take.`,
    next: `See what it does: npx headgate run ${runId ?? 'RUN'}`,
  });
