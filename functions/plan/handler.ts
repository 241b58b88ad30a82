import { headBytes } from '../../adapters/engine/recognise.ts';
import type { FileCode, Refusal } from '../../core/codes.ts';
import { contractVersion } from '../../core/contract.ts';
import type { Dataset } from '../../core/dataset.ts';
import { type PlannedFile, RunPointer } from '../../core/documents.ts';
import type { FileId } from '../../core/ids.ts';
import { newestOnly, packParts } from '../../core/landing/parts.ts';
import type { FileEntry, RunEntry } from '../../core/ledger.ts';
import { limits } from '../../core/limits.ts';
import type { Landing, Ledger } from '../../core/ports.ts';
import { definitionOf, ownedRun } from '../owned-run.ts';
import { refuse, type SettleDeps, settle, unreadable } from '../refuse.ts';
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
  const planned: PlannedFile[] = [];
  for (const fileId of run.files) {
    const file = await planFile(deps, pointer, dataset, fileId);
    if (file !== undefined) planned.push(file);
  }
  const files = await withoutSuperseded(deps, pointer, dataset, planned);
  const parts = packParts(files, pointer.fence > 1);
  const items = parts.map(({ part }) => ({ ...pointer, part }));
  const documents = runDocuments(deps.store, deps.cleanBucket, pointer);
  await documents.writePlan({
    parts: parts.map(({ part, files: own }) => ({ part, files: [...own] })),
  });
  const itemsKey = await documents.writeItems(items);
  const inline = parts.length <= limits.inlinePartsMax;
  return {
    mode: inline ? 'inline' : 'distributed',
    parts: parts.length,
    files: files.length,
    refused: run.files.length - files.length,
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

/**
 * The file as a stage may read it, or undefined when it has ended (now or in an earlier attempt).
 */
const planFile = async (
  deps: PlanDeps,
  pointer: RunPointer,
  dataset: Dataset,
  fileId: FileId,
): Promise<PlannedFile | undefined> => {
  const entry = await deps.ledger.file(fileId);
  if (entry?.state !== 'CLAIMED') return undefined;
  const head = await deps.landing.head(entry);
  if (head.kind !== 'found') return await unreadable(deps, pointer, entry, head.kind);
  const refusal = refusalOf(head, dataset);
  if (refusal !== undefined) return await refused(deps, pointer, entry, refusal);
  const bytes = await deps.landing.peek(entry, headBytes);
  if (typeof bytes === 'string') return await unreadable(deps, pointer, entry, bytes);
  const recognised = deps.recognise(bytes, entry.key, dataset);
  if (recognised.kind === 'refused') return await refused(deps, pointer, entry, recognised);
  const { compression, format } = recognised.file;
  const { bucket, key, versionId, sequencer, landedAt } = entry;
  // Of the object itself: its notice may say otherwise.
  const { sizeBytes } = head;
  return { fileId, bucket, key, versionId, sizeBytes, sequencer, landedAt, compression, format };
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

const refused = async (
  deps: PlanDeps,
  pointer: RunPointer,
  file: FileEntry,
  reason: Refusal<FileCode>,
): Promise<undefined> => {
  await refuse(deps, pointer, file, { code: reason.code, detail: reason.detail });
};

/** Where each file is the whole table, all but the newest of a run are ended here. */
const withoutSuperseded = async (
  deps: PlanDeps,
  pointer: RunPointer,
  dataset: Dataset,
  files: readonly PlannedFile[],
): Promise<readonly PlannedFile[]> => {
  if (dataset.write.kind !== 'replace') return files;
  const { newest, superseded } = newestOnly(files);
  if (newest === undefined) return [];
  const by = `${newest.key} (version ${newest.versionId})`;
  for (const file of superseded) {
    const was = (await deps.ledger.file(file.fileId))?.was;
    await settle(deps, pointer, { ...file, was }, { state: 'SUPERSEDED', by });
  }
  return [newest];
};
