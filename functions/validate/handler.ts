import { join } from 'node:path';
import type { inflate } from '../../adapters/engine/inflate.ts';
import type { MendRequest, mendFile } from '../../adapters/engine/mend-file.ts';
import type { prepare, streamRows } from '../../adapters/engine/prepare/index.ts';
import type { validateFile } from '../../adapters/engine/validate.ts';
import { assert } from '../../core/assert.ts';
import type { Dataset } from '../../core/dataset.ts';
import {
  type EndedFile,
  PartPointer,
  type PlannedFile,
  type RunPointer,
  type ValidatedFile,
} from '../../core/documents.ts';
import type { ContentId } from '../../core/ids.ts';
import { cleanKeys, nameSuffix, quarantineKeys, s3Uri } from '../../core/layout.ts';
import type { Landing, Ledger, Random, Store } from '../../core/ports.ts';
import { asRecords } from '../../core/push/as-records.ts';
import { contentOf, isOfRecords, isOfStream } from '../../core/push/key.ts';
import { isMendable } from '../../core/replay/mend.ts';
import { mendsOf } from '../mends.ts';
import { definitionOf, ownedRun } from '../owned-run.ts';
import { assertFree, refusedAs, type SettleDeps, settleEnded, unreadable } from '../refuse.ts';
import { runDocuments } from '../run-documents.ts';

export type ValidateDeps = SettleDeps & {
  readonly ledger: Pick<Ledger, 'run' | 'file' | 'settleFile' | 'claimContent' | 'endRun'>;
  readonly store: Pick<Store, 'get' | 'put' | 'putOnce' | 'upload' | 'list'>;
  readonly landing: Pick<Landing, 'stream'>;
  readonly engine: {
    readonly inflate: typeof inflate;
    readonly prepare: typeof prepare;
    readonly streamRows: typeof streamRows;
    readonly mendFile: typeof mendFile;
    readonly validateFile: typeof validateFile;
  };
  readonly cleanBucket: string;
  readonly random: Random;
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
  const ended: EndedFile[] = [];
  for (const file of part.files) {
    const own = isOfRecords(file.key) ? asRecords(dataset) : dataset;
    const taken = await deps.withWorkDir((dir) => takeFile(deps, pointer, own, file, dir));
    if (taken === undefined) continue;
    if ('outcome' in taken) ended.push(taken);
    else files.push(taken);
  }
  const some = ended.length > 0 ? { ended } : {};
  const judged = await documents.decidePart({ part: pointer.part, files, ...some });
  await settleEnded(deps, pointer, judged.ended);
  return {
    ...{ part: pointer.part, files: judged.files.length },
    ...sums(deps, pointer, judged.files),
  };
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

/** One file to clean and rejected rows, or its end; undefined when it had ended before. */
const takeFile = async (
  deps: ValidateDeps,
  pointer: RunPointer,
  dataset: Dataset,
  file: PlannedFile,
  dir: string,
): Promise<ValidatedFile | EndedFile | undefined> => {
  const entry = await deps.ledger.file(file.fileId);
  if (entry?.state !== 'CLAIMED') return undefined;
  const ends = async (ended: EndedFile): Promise<EndedFile> => {
    await assertFree(deps, pointer, entry, ended.outcome);
    return ended;
  };
  const stream = await deps.landing.stream(file);
  if (typeof stream === 'string') return await ends(unreadable(landedOf(file), stream));
  const path = join(dir, 'rows');
  const inflated = await deps.engine.inflate(stream, file.compression, path, dataset.files);
  if (inflated.kind === 'refused') return await ends(refusedAs(landedOf(file), inflated));
  const content = await claimed(deps, dataset, file, inflated.contentId);
  if (content.kind === 'duplicate')
    return await ends({ file: landedOf(file), outcome: { state: 'DUPLICATE', of: content.of } });
  const format = inflated.format ?? file.format;
  // Before its first replay no file has mends: others need not ask for them.
  const mends = entry.was === undefined ? [] : await mendsOf(deps, pointer.dataset, file.fileId);
  const result = await judged(deps, pointer, dataset, { ...file, path, format, dir, mends });
  if (result.kind === 'refused') return await ends(refusedAs(landedOf(file), result));
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
    ...(isOfRecords(file.key) ? { records: true as const } : {}),
    reasons: [...counts.reasons],
    clean: await keptClean(deps, pointer, file, clean),
    rejects:
      rejects === null
        ? null
        : await keptAt(deps, rejects, s3Uri(quarantineBucket, rejectsKey(pointer, file))),
  };
};

/**
 * Binds the content to this file, where rows add up. Where each file is the whole table, the same
 * bytes may be the newest again after others: their rows are there once in any case.
 */
const claimed = async (
  { ledger, now }: ValidateDeps,
  { name, write }: Dataset,
  { fileId, key }: PlannedFile,
  contentId: ContentId,
): ReturnType<Ledger['claimContent']> =>
  write.kind === 'replace'
    ? { kind: 'mine' }
    : await ledger.claimContent(name, contentOf(key, contentId), fileId, now());

/** What the ledger knows of a file, without what planning found. */
const landedOf = ({ compression: _compression, format: _format, ...landed }: PlannedFile) => landed;

/** The rows of a plain file, which may have to be written anew first. */
const judged = async (
  { engine }: ValidateDeps,
  { runId }: RunPointer,
  dataset: Dataset,
  file: Pick<PlannedFile, 'fileId' | 'key' | 'format'> & {
    readonly path: string;
    readonly dir: string;
    readonly mends: MendRequest['mends'];
  },
) => {
  const { fileId, dir, path, format, mends } = file;
  const written = { path, dataset, outDir: join(dir, 'prepared') };
  const prepared = isOfStream(file.key)
    ? await engine.streamRows(written)
    : await engine.prepare({ ...written, format });
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
  { store, cleanBucket, random }: ValidateDeps,
  { dataset, runId, fence }: RunPointer,
  { fileId }: PlannedFile,
  paths: readonly string[],
): Promise<string[]> => {
  const suffix = nameSuffix(random);
  const uris: string[] = [];
  for (const [index, path] of paths.entries()) {
    const name = `${index}-${suffix}`;
    const uri = s3Uri(cleanBucket, cleanKeys.rows(dataset, runId, fence, fileId, name));
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
