import { headBytes } from '../../adapters/engine/recognise.ts';
import type { FileCode, Refusal } from '../../core/codes.ts';
import { contractVersion } from '../../core/contract.ts';
import type { Dataset } from '../../core/dataset.ts';
import { type EndedFile, type PlannedFile, RunPointer } from '../../core/documents.ts';
import type { FileId } from '../../core/ids.ts';
import { newestOnly, packParts } from '../../core/landing/parts.ts';
import { type PartItem, workerFor } from '../../core/landing/worker.ts';
import { type FileEntry, LandedFile, type RunEntry } from '../../core/ledger.ts';
import { limits } from '../../core/limits.ts';
import type { Landing, Ledger } from '../../core/ports.ts';
import { isOfRecords } from '../../core/push/key.ts';
import { definitionOf, ownedRun } from '../owned-run.ts';
import { assertFree, refusedAs, type SettleDeps, settleEnded, unreadable } from '../refuse.ts';
import { refuseReplay } from '../refuse-replay.ts';
import { runDocuments } from '../run-documents.ts';

/** What a look at the first bytes of a file tells; see adapters/engine/recognise.ts. */
export type Recognised =
  | { readonly kind: 'recognised'; readonly file: Pick<PlannedFile, 'compression' | 'format'> }
  | ({ readonly kind: 'refused' } & Refusal<FileCode>);

export type PlanDeps = SettleDeps & {
  readonly ledger: Pick<Ledger, 'run' | 'file' | 'settleFile' | 'endRun'>;
  readonly store: Parameters<typeof runDocuments>[0];
  readonly landing: Landing;
  readonly recognise: (head: Buffer, key: string, dataset: Dataset) => Recognised;
  readonly cleanBucket: string;
  readonly datasetNamed: (name: string) => Dataset | undefined;
};

/** Looks at each file of a run, ends those that cannot be read, and packs the rest into parts. */
export const plan = (deps: PlanDeps) => async (event: unknown) => {
  const pointer = RunPointer.parse(event);
  const run = await ownedRun(deps.ledger, pointer);
  const dataset = definitionOf(deps.datasetNamed, run.dataset);
  await assertDefinition(deps, pointer, run, dataset);
  const looks: Look[] = [];
  for (const fileId of run.files) looks.push(await planFile(deps, dataset, fileId));
  const readable = looks.flatMap(({ file }) => file ?? []);
  const { files, superseded } = withoutSuperseded(dataset, readable);
  const ended = [...looks.flatMap((look) => look.ended ?? []), ...superseded];
  const was = new Map(looks.map((look) => [look.fileId, look.was]));
  for (const { file, outcome } of ended)
    await assertFree(deps, pointer, { fileId: file.fileId, was: was.get(file.fileId) }, outcome);
  const documents = runDocuments(deps.store, deps.cleanBucket, pointer);
  const planned = await documents.decidePlan({
    ...(ended.length > 0 ? { ended } : {}),
    parts: packParts(files, pointer.fence > 1).map(({ part, files: own }) => ({
      ...{ part, files: [...own] },
    })),
  });
  await settleEnded(deps, pointer, planned.ended);
  const items = planned.parts.map(
    ({ part, files: own }): PartItem => ({ ...pointer, part, worker: workerFor(own) }),
  );
  const itemsKey = await documents.writeItems(items);
  const inline = items.length <= limits.inlinePartsMax;
  const left = planned.parts.reduce((sum, { files: own }) => sum + own.length, 0);
  return {
    mode: inline ? 'inline' : 'distributed',
    parts: items.length,
    files: left,
    refused: run.files.length - left,
    worker: workerFor(planned.parts.flatMap(({ files: own }) => own)),
    items: inline ? items : [],
    itemsKey,
  } as const;
};

/** Whoever asked for a replay has seen one definition; another one here would be a surprise. */
const assertDefinition = async (
  deps: PlanDeps,
  pointer: RunPointer,
  { replays, contractVersion: asked }: RunEntry,
  dataset: Dataset,
): Promise<void> => {
  const deployed = contractVersion(dataset);
  if (replays === undefined || asked === deployed) return;
  const detail = `it was asked for with contract ${asked} of ${dataset.name}, and ${deployed} is deployed; deploy the definition first`;
  await refuseReplay(deps, pointer, detail);
};

/** The file as a stage may read it, or how it ends; neither when it ended in an earlier attempt. */
type Look = {
  readonly fileId: FileId;
  /** What it was before a replay claimed it. */
  readonly was?: FileEntry['was'];
  readonly file?: PlannedFile;
  readonly ended?: EndedFile;
};

const planFile = async (deps: PlanDeps, dataset: Dataset, fileId: FileId): Promise<Look> => {
  const entry = await deps.ledger.file(fileId);
  if (entry?.state !== 'CLAIMED') return { fileId };
  const { was } = entry;
  const file = LandedFile.parse(entry);
  const head = await deps.landing.head(entry);
  if (head.kind !== 'found') return { fileId, was, ended: unreadable(file, head.kind) };
  const refusal = refusalOf(head, dataset);
  if (refusal !== undefined) return { fileId, was, ended: refusedAs(file, refusal) };
  const bytes = await deps.landing.peek(entry, headBytes);
  if (typeof bytes === 'string') return { fileId, was, ended: unreadable(file, bytes) };
  const recognised = isOfRecords(entry.key)
    ? recordLines
    : deps.recognise(bytes, entry.key, dataset);
  if (recognised.kind === 'refused') return { fileId, was, ended: refusedAs(file, recognised) };
  const { compression, format } = recognised.file;
  // Its size is the object's own: its notice may say otherwise.
  const { sizeBytes } = head;
  return { fileId, was, file: { ...file, sizeBytes, compression, format } };
};

/** What a front door wrote needs no guess: its first line may look like anything. */
const recordLines: Recognised = {
  kind: 'recognised',
  file: { compression: 'none', format: 'jsonl' },
};

const refusalOf = (
  head: { readonly sizeBytes: number },
  { files }: Dataset,
): Refusal<FileCode> | undefined => {
  if (head.sizeBytes === 0 && !files.allowEmpty)
    return { code: 'E_EMPTY', detail: 'the object has 0 bytes' };
  if (head.sizeBytes > limits.fileBytesMax)
    return {
      code: 'E_SIZE',
      detail: `the object has ${head.sizeBytes} bytes; ${limits.fileBytesMax} are allowed`,
    };
  return undefined;
};

/** Where each file is the whole table, all but the newest of a run end here. */
const withoutSuperseded = (
  dataset: Dataset,
  files: readonly PlannedFile[],
): { readonly files: readonly PlannedFile[]; readonly superseded: readonly EndedFile[] } => {
  if (dataset.write.kind !== 'replace') return { files, superseded: [] };
  const { newest, superseded } = newestOnly(files);
  if (newest === undefined) return { files: [], superseded: [] };
  const by = `${newest.key} (version ${newest.versionId})`;
  return {
    files: [newest],
    superseded: superseded.map((file) => ({ file, outcome: { state: 'SUPERSEDED', by } })),
  };
};
