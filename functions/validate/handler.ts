import { join } from 'node:path';
import type { inflate } from '../../adapters/engine/inflate.ts';
import type { MendRequest, mendFile } from '../../adapters/engine/mend-file.ts';
import type { prepare } from '../../adapters/engine/prepare/index.ts';
import type { validateFile } from '../../adapters/engine/validate.ts';
import { assert } from '../../core/assert.ts';
import type { Dataset } from '../../core/dataset.ts';
import {
  PartPointer,
  type PlannedFile,
  type RunPointer,
  type ValidatedFile,
} from '../../core/documents.ts';
import { cleanKeys, quarantineKeys, s3Uri } from '../../core/layout.ts';
import type { Landing, Ledger, Store } from '../../core/ports.ts';
import { isMendable } from '../../core/replay/mend.ts';
import { mendsOf } from '../mends.ts';
import { definitionOf, ownedRun } from '../owned-run.ts';
import { refuse, type SettleDeps, settle, unreadable } from '../refuse.ts';
import { runDocuments } from '../run-documents.ts';

export type ValidateDeps = SettleDeps & {
  readonly ledger: Pick<Ledger, 'run' | 'file' | 'settleFile' | 'claimContent' | 'endRun'>;
  readonly store: Pick<Store, 'get' | 'put' | 'upload' | 'list'>;
  readonly landing: Pick<Landing, 'stream'>;
  readonly engine: {
    readonly inflate: typeof inflate;
    readonly prepare: typeof prepare;
    readonly mendFile: typeof mendFile;
    readonly validateFile: typeof validateFile;
  };
  readonly cleanBucket: string;
  readonly datasetNamed: (name: string) => Dataset | undefined;
  /** Runs with a directory of its own, removed afterwards. */
  readonly withWorkDir: <T>(work: (dir: string) => Promise<T>) => Promise<T>;
};

/** Judges every row of the files of one part; each file ends, or lies typed in the clean zone. */
export const validate = (deps: ValidateDeps) => async (event: unknown) => {
  const pointer = PartPointer.parse(event);
  const run = await ownedRun(deps.ledger, pointer);
  const dataset = definitionOf(deps.datasetNamed, run.dataset);
  const documents = runDocuments(deps.store, deps.cleanBucket, pointer);
  const part = (await documents.plan()).parts.find((each) => each.part === pointer.part);
  assert(part !== undefined, `part ${pointer.part} is in the plan of ${pointer.runId}`);
  const files: ValidatedFile[] = [];
  for (const file of part.files) {
    const validated = await deps.withWorkDir((dir) => takeFile(deps, pointer, dataset, file, dir));
    if (validated !== undefined) files.push(validated);
  }
  await documents.writePart({ part: pointer.part, files });
  return { part: pointer.part, files: files.length, ...sums(deps, pointer, files) };
};

const sums = (deps: ValidateDeps, pointer: RunPointer, files: readonly ValidatedFile[]) => {
  const sum = (of: (file: ValidatedFile) => number): number =>
    files.reduce((total, file) => total + of(file), 0);
  const counts = {
    rowsIn: sum((file) => file.rowsIn),
    valid: sum((file) => file.valid),
    rejected: sum((file) => file.rejected),
  };
  deps.count('RowsRead', counts.rowsIn, pointer.dataset);
  deps.count('RowsRejected', counts.rejected, pointer.dataset);
  deps.count(
    'ValuesSetAside',
    sum((file) => file.setAside ?? 0),
    pointer.dataset,
  );
  return counts;
};

/** One file from its landed bytes to clean and rejected rows; undefined when it ended otherwise. */
const takeFile = async (
  deps: ValidateDeps,
  pointer: RunPointer,
  dataset: Dataset,
  planned: PlannedFile,
  dir: string,
): Promise<ValidatedFile | undefined> => {
  const entry = await deps.ledger.file(planned.fileId);
  if (entry?.state !== 'CLAIMED') return undefined;
  const file = { ...planned, was: entry.was };
  const stream = await deps.landing.stream(file);
  if (typeof stream === 'string') return await unreadable(deps, pointer, file, stream);
  const path = join(dir, 'rows');
  const inflated = await deps.engine.inflate(stream, file.compression, path, dataset.files);
  if (inflated.kind === 'refused') {
    await refuse(deps, pointer, file, { code: inflated.code, detail: inflated.detail });
    return undefined;
  }
  const content = await deps.ledger.claimContent(
    pointer.dataset,
    inflated.contentId,
    file.fileId,
    deps.now(),
  );
  if (content.kind === 'duplicate') {
    await settle(deps, pointer, file, { state: 'DUPLICATE', of: content.of });
    return undefined;
  }
  const format = inflated.format ?? file.format;
  // Before its first replay no file has mends: others need not ask for them.
  const mends = entry.was === undefined ? [] : await mendsOf(deps, pointer.dataset, file.fileId);
  const result = await judged(deps, pointer, dataset, { ...file, path, format, dir, mends });
  if (result.kind === 'refused') {
    await refuse(deps, pointer, file, { code: result.code, detail: result.detail });
    return undefined;
  }
  const { kind: _kind, notes: _notes, clean, rejects, ...found } = result;
  const { evolved, setAside, values, drift, ...counts } = found;
  const { quarantineBucket } = deps;
  return {
    ...counts,
    ...(evolved.length > 0 ? { evolved: [...evolved] } : {}),
    ...(setAside > 0 ? { setAside } : {}),
    ...(drift.length > 0 ? { drift: [...drift] } : {}),
    ...(values === null
      ? {}
      : { values: await keptAt(deps, values, s3Uri(quarantineBucket, valuesKey(pointer, file))) }),
    fileId: file.fileId,
    contentId: inflated.contentId,
    reasons: [...counts.reasons],
    clean: await keptClean(deps, pointer, file, clean),
    rejects:
      rejects === null
        ? null
        : await keptAt(deps, rejects, s3Uri(quarantineBucket, rejectsKey(pointer, file))),
  };
};

/** The rows of a plain file, which may have to be written anew first. */
const judged = async (
  { engine }: ValidateDeps,
  { runId }: RunPointer,
  dataset: Dataset,
  file: Pick<PlannedFile, 'fileId' | 'format'> & {
    readonly path: string;
    readonly dir: string;
    readonly mends: MendRequest['mends'];
  },
) => {
  const { fileId, dir, path, format, mends } = file;
  const prepared = await engine.prepare({ path, format, dataset, outDir: join(dir, 'prepared') });
  if (prepared.kind === 'refused') return prepared;
  const rows = { path: prepared.path, format: prepared.format };
  const request = { dataset, ...rows, fileId, runId, outDir: join(dir, 'out') };
  if (mends.length === 0) return await engine.validateFile(request);
  assert(isMendable(format), `rows of ${format} files are not mended`);
  const outDir = join(dir, 'mended');
  const mended = await engine.mendFile({ path: prepared.path, format, dataset, mends, outDir });
  if (mended.kind === 'refused') return mended;
  return await engine.validateFile({ ...request, path: mended.path, mended: mended.ranges });
};

const keptClean = async (
  { store, cleanBucket }: ValidateDeps,
  { dataset, runId, fence }: RunPointer,
  { fileId }: PlannedFile,
  paths: readonly string[],
): Promise<string[]> => {
  const uris: string[] = [];
  for (const [index, path] of paths.entries()) {
    const uri = s3Uri(cleanBucket, cleanKeys.rows(dataset, runId, fence, fileId, index));
    await store.upload(uri, path);
    uris.push(uri);
  }
  return uris;
};

const rejectsKey = ({ dataset, runId, fence }: RunPointer, { fileId }: PlannedFile): string =>
  quarantineKeys.rejects(dataset, runId, fence, fileId);

const valuesKey = ({ dataset, runId, fence }: RunPointer, { fileId }: PlannedFile): string =>
  quarantineKeys.values(dataset, runId, fence, fileId);

const keptAt = async ({ store }: ValidateDeps, path: string, uri: string): Promise<string> => {
  await store.upload(uri, path);
  return uri;
};
