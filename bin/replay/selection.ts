import { type DatasetName, FileId, type RunId } from '../../core/ids.ts';
import type { FileEntry, RunEntry } from '../../core/ledger.ts';
import { isReplayable } from '../../core/replay/fields.ts';
import type { Selection } from '../../core/replay/selection.ts';
import { UserError } from '../console/errors.ts';
import type { DeployedStack } from '../world.ts';

type World = {
  readonly ledger: Pick<DeployedStack['ledger'], 'file' | 'listFiles' | 'listRuns'>;
  /** Whether a run has a rejected row with that code. */
  readonly hasReject: (run: RunEntry, code: string) => Promise<boolean>;
};

/** Entries of the ledger that one selection looks at. */
const entriesMax = 20_000;

/** The runs of a selection, in the order in which their files landed. */
export const selectRuns = async (world: World, selection: Selection): Promise<readonly RunId[]> => {
  switch (selection.kind) {
    case 'run':
      return [selection.runId];
    case 'file':
      return [await runOfFile(world, selection.file)];
    case 'landed':
      return await landedRuns(world, selection);
    case 'rejects':
      return await rejectingRuns(world, selection);
  }
};

const runOfFile = async ({ ledger }: World, name: string): Promise<RunId> => {
  const fileId = FileId.safeParse(name);
  const file = fileId.success ? await ledger.file(fileId.data) : await newestOf(ledger, name);
  if (file === undefined)
    throw new UserError({
      what: `There is no file ${name} in the ledger.`,
      allowed: 'A file is named by its id (32 hex digits), or by its key in landing.',
      next: 'npx headgate query "from ledger.files" lists them.',
    });
  if (file.runId !== null) return file.runId;
  throw new UserError({
    what: `${file.key} is ${file.state} and was never part of a run.`,
    next: 'Drop it again, under the prefix of a dataset.',
  });
};

const newestOf = async (ledger: World['ledger'], key: string): Promise<FileEntry | undefined> =>
  (await ledger.listFiles({ limit: entriesMax })).find((file) => file.key === key);

const landedRuns = async (
  { ledger }: World,
  { dataset, since, until }: Extract<Selection, { kind: 'landed' }>,
): Promise<RunId[]> => {
  const states = ['PUBLISHED', 'QUARANTINED'] as const;
  const files = await ledger.listFiles({ dataset, states, limit: entriesMax });
  assertAll(files.length, dataset);
  const landed = files
    .filter(({ landedAt }) => since === null || landedAt >= since)
    .filter(({ landedAt }) => until === null || landedAt < until)
    .filter(({ state }) => isReplayable(state))
    .toReversed();
  return [...new Set(landed.flatMap(({ runId }) => runId ?? []))];
};

const rejectingRuns = async (
  { ledger, hasReject }: World,
  { dataset, code }: Extract<Selection, { kind: 'rejects' }>,
): Promise<RunId[]> => {
  const runs = await ledger.listRuns({ dataset, limit: entriesMax });
  assertAll(runs.length, dataset);
  const rejecting = runs
    .filter(({ state, replacedBy }) => state === 'PUBLISHED' && replacedBy === undefined)
    .filter(({ counts }) => (counts?.rejected ?? 0) > 0)
    .toReversed();
  const found: RunId[] = [];
  for (const run of rejecting)
    if (code === null || (await hasReject(run, code))) found.push(run.runId);
  return found;
};

const assertAll = (found: number, dataset: DatasetName): void => {
  if (found < entriesMax) return;
  throw new UserError({
    what: `${dataset} has ${entriesMax} entries in the ledger or more, too many to choose from here.`,
    next: 'Name the runs one by one (--run RUN); npx headgate runs lists them.',
  });
};
