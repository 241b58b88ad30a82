import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { FileCode, Refusal } from '../../core/codes.ts';
import { columnsOf, type Lookup } from '../../core/contract.ts';
import type { Dataset } from '../../core/dataset.ts';
import { PermanentError } from '../../core/errors.ts';
import { withEvolved } from '../../core/evolution/evolved.ts';
import { sha256 } from '../../core/hash.ts';
import { FileId } from '../../core/ids.ts';
import type { Compression } from '../../core/landing/sniff.ts';
import { tableRequest } from '../../core/load/table.ts';
import { inflate } from './inflate.ts';
import { type Metrics, metricsOf, namePartitions, type ValidFile } from './metrics.ts';
import { prepare } from './prepare/index.ts';
import { headBytes, recognise } from './recognise.ts';
import { type Transformed, transformRun } from './transform.ts';
import type { Framing } from './types.ts';
import { validateFile } from './validate.ts';

/** A local file, and what to do with it; nothing of AWS is needed. */
export type ProcessRequest = {
  readonly dataset: Dataset;
  readonly lookup: Lookup;
  readonly path: string;
  /** Raw files (or directories of Parquet) of the datasets that this one is joined with. */
  readonly referenceFiles?: Readonly<Record<string, string>>;
  /** Must be missing or empty. */
  readonly outDir: string;
  readonly threads?: number;
  readonly memoryLimit?: string;
  /** Of hashed and tokenised columns. @default a text of this machine's: not the stack's hashes */
  readonly salt?: string;
  readonly framing?: Framing;
  /** See TransformRequest. */
  readonly isMeasured?: boolean;
  readonly onProgress?: (step: ProcessStep) => void;
};

export type ProcessStep = 'recognise' | 'inflate' | 'validate' | 'transform';

export type Processed =
  | { readonly kind: 'processed'; readonly metrics: Metrics }
  | ({ readonly kind: 'refused' } & Refusal<FileCode>);

/** The whole way of one file, from its landed bytes to the files of its table, on this machine. */
export const processFile = async (request: ProcessRequest): Promise<Processed> => {
  const { dataset, outDir } = request;
  await mkdir(outDir, { recursive: true });
  if ((await readdir(outDir)).length > 0) {
    throw new PermanentError(`${outDir} is not empty. Nothing was written; name another directory`);
  }
  const say = request.onProgress ?? (() => {});
  say('recognise');
  const found = recognise(await headOf(request.path), basename(request.path), dataset);
  if (found.kind === 'refused') return found;
  const { compression } = found.file;
  if (compression !== 'none') say('inflate');
  const plain = await plainFile(request, compression);
  if (plain.kind === 'refused') return plain;
  const format = plain.format ?? found.file.format;
  const preparedDir = join(outDir, 'prepared');
  const given = { path: plain.path, format, dataset, outDir: preparedDir };
  const prepared = await prepare(given);
  if (prepared.kind === 'refused') return prepared;
  say('validate');
  const fileId = FileId.parse(sha256(resolve(request.path)).slice(0, 32));
  const runId = `${dataset.name}-local-${fileId.slice(0, 10)}`;
  const { path } = prepared;
  const judging = validateFile({ ...request, path, format: prepared.format, fileId, runId });
  const [validated, references] = await allOf(judging, referencePaths(request));
  if (compression !== 'none') await rm(plain.path);
  await rm(preparedDir, { recursive: true, force: true });
  if (validated.kind === 'refused') return validated;
  say('transform');
  const transformed = await transform(request, validated, { fileId, runId, references });
  const files = await namePartitions(dataset, outDir, transformed.files);
  const metrics = metricsOf(dataset, validated, transformed, files, {
    fileId,
    format,
    compression,
  });
  await rm(join(outDir, 'spill'), { recursive: true, force: true });
  await writeFile(join(outDir, 'metrics.json'), `${JSON.stringify(metrics, null, 2)}\n`);
  return { kind: 'processed', metrics };
};

/** Both, or what the first that failed says, when nothing goes on any more. */
const allOf = async <A, B>(one: Promise<A>, other: Promise<B>): Promise<[A, B]> => {
  await Promise.allSettled([one, other]);
  return await Promise.all([one, other]);
};

const headOf = async (path: string): Promise<Buffer> => {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
};

const plainFile = async (request: ProcessRequest, compression: Compression) => {
  const { path, outDir, dataset } = request;
  if (compression === 'none') return { kind: 'file', path, format: null } as const;
  const to = join(outDir, 'inflated');
  return await inflate(createReadStream(path), compression, to, dataset.files);
};

/** The published rows of each joined dataset: its raw file goes the same way first. */
const referencePaths = async (request: ProcessRequest): Promise<Record<string, string[]>> => {
  const found: Record<string, string[]> = {};
  for (const [name, path] of Object.entries(request.referenceFiles ?? {})) {
    found[name] = (await stat(path)).isDirectory()
      ? await parquetIn(path)
      : await processReference(request, name, path);
  }
  return found;
};

const parquetIn = async (directory: string): Promise<string[]> => {
  const entries = await readdir(directory, { recursive: true });
  return entries.filter((name) => name.endsWith('.parquet')).map((name) => join(directory, name));
};

const processReference = async (
  request: ProcessRequest,
  name: string,
  path: string,
): Promise<string[]> => {
  const { lookup, threads, memoryLimit } = request;
  const dataset = lookup(name);
  if (dataset === undefined) throw new PermanentError(`there is no dataset '${name}' to join with`);
  const outDir = join(request.outDir, 'references', name);
  const options = { ...(threads && { threads }), ...(memoryLimit && { memoryLimit }) };
  const whole = { dataset, lookup, path, outDir, isMeasured: false, ...options };
  const processed = await processFile(whole);
  if (processed.kind === 'refused') {
    throw new PermanentError(`${path} is refused: ${processed.code}, ${processed.detail}`);
  }
  return processed.metrics.files.map((file) => join(outDir, file.path));
};

const LOCAL_SALT = 'local';

type Identity = {
  readonly fileId: FileId;
  readonly runId: string;
  readonly references: Readonly<Record<string, string[]>>;
};

const transform = async (
  request: ProcessRequest,
  { clean, evolved }: ValidFile,
  { fileId, runId, references }: Identity,
): Promise<Transformed> => {
  const { dataset, lookup, outDir } = request;
  const table = tableRequest(dataset, columnsOf(withEvolved(dataset, evolved), lookup), outDir);
  return await transformRun({
    salt: LOCAL_SALT,
    ...request,
    clean: clean.length === 0 ? [] : [{ paths: clean, fileId, evolved }],
    references,
    tableSchema: table.schema,
    tableSpec: table['partition-spec'],
    name: dataset.name,
    runId,
  });
};
