import { headBytes } from '../../adapters/engine/recognise.ts';
import type { FileCode, Refusal } from '../../core/codes.ts';
import type { Dataset } from '../../core/dataset.ts';
import { type EndedFile, type PlannedFile, RunPointer } from '../../core/documents.ts';
import type { FileId } from '../../core/ids.ts';
import { newestOnly, packParts } from '../../core/landing/parts.ts';
import { limits } from '../../core/limits.ts';
import type { Landing, Ledger } from '../../core/ports.ts';
import { definitionOf, ownedRun } from '../owned-run.ts';
import { refusedAs, type SettleDeps, settleEnded, unreadable } from '../refuse.ts';
import { runDocuments } from '../run-documents.ts';

/** What a look at the first bytes of a file tells; see adapters/engine/recognise.ts. */
export type Recognised =
  | { readonly kind: 'recognised'; readonly file: Pick<PlannedFile, 'compression' | 'format'> }
  | ({ readonly kind: 'refused' } & Refusal<FileCode>);

export type PlanDeps = SettleDeps & {
  readonly ledger: Pick<Ledger, 'run' | 'file' | 'settleFile'>;
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
  const looks: Look[] = [];
  for (const fileId of run.files) looks.push(await planFile(deps, dataset, fileId));
  const readable = looks.flatMap(({ file }) => file ?? []);
  const { files, superseded } = withoutSuperseded(dataset, readable);
  const ended = [...looks.flatMap((look) => look.ended ?? []), ...superseded];
  const documents = runDocuments(deps.store, deps.cleanBucket, pointer);
  const planned = await documents.decidePlan({
    ...(ended.length > 0 ? { ended } : {}),
    parts: packParts(files, pointer.fence > 1).map(({ part, files: own }) => ({
      ...{ part, files: [...own] },
    })),
  });
  await settleEnded(deps, pointer, planned.ended);
  const items = planned.parts.map(({ part }) => ({ ...pointer, part }));
  const itemsKey = await documents.writeItems(items);
  const inline = items.length <= limits.inlinePartsMax;
  const left = planned.parts.reduce((sum, { files: own }) => sum + own.length, 0);
  return {
    mode: inline ? 'inline' : 'distributed',
    parts: items.length,
    files: left,
    refused: run.files.length - left,
    items: inline ? items : [],
    itemsKey,
  } as const;
};

/** The file as a stage may read it, or how it ends; neither when it ended in an earlier attempt. */
type Look = { readonly file?: PlannedFile; readonly ended?: EndedFile };

const planFile = async (deps: PlanDeps, dataset: Dataset, fileId: FileId): Promise<Look> => {
  const entry = await deps.ledger.file(fileId);
  if (entry?.state !== 'CLAIMED') return {};
  const { bucket, key, versionId, sequencer, landedAt } = entry;
  const landed = {
    fileId,
    bucket,
    key,
    versionId,
    sizeBytes: entry.sizeBytes,
    sequencer,
    landedAt,
  };
  const head = await deps.landing.head(entry);
  if (head.kind !== 'found') return { ended: unreadable(landed, head.kind) };
  const refusal = refusalOf(head, dataset);
  if (refusal !== undefined) return { ended: refusedAs(landed, refusal) };
  const bytes = await deps.landing.peek(entry, headBytes);
  if (typeof bytes === 'string') return { ended: unreadable(landed, bytes) };
  const recognised = deps.recognise(bytes, key, dataset);
  if (recognised.kind === 'refused') return { ended: refusedAs(landed, recognised) };
  const { compression, format } = recognised.file;
  // Its size is the object's own: its notice may say otherwise.
  return { file: { ...landed, sizeBytes: head.sizeBytes, compression, format } };
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
