import { readdir, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Command, Option } from 'commander';
import * as z from 'zod';
import type { Processed, ProcessRequest } from '../../adapters/engine/process.ts';
import type { Dataset } from '../../core/dataset.ts';
import { PermanentError } from '../../core/errors.ts';
import { UserError, usageError } from '../console/errors.ts';
import { makeProgress } from '../console/progress.ts';
import {
  jsonOption,
  type MakeCommand,
  parseOptions,
  type Shell,
  wholeNumber,
  withExamples,
} from './command.ts';
import { datasetOption, declared, loadDatasets } from './dataset-named.ts';

const ProcessOptions = z.object({
  dataset: z.string(),
  out: z.string().min(1),
  reference: z
    .array(z.string().regex(/^[^=]+=./, 'must be dataset=file, as in products=products.csv'))
    .default([]),
  threads: wholeNumber(1, 256).optional(),
  memory: z
    .string()
    .regex(/^\d+(\.\d+)? ?[kMG]i?B$/i, 'must be a size, as in 600MB')
    .optional(),
  force: z.boolean().default(false),
  json: z.boolean().default(false),
});
type ProcessOptions = z.infer<typeof ProcessOptions>;

/** `headgate process`: what the pipeline would make of a file, on this machine and without AWS. */
export const processCommand: MakeCommand = (shell) => {
  const command = new Command('process')
    .description('dry run: judge and transform one file on this machine, without any AWS')
    .argument('<file>', 'a file as it would land: CSV, JSON Lines or Parquet, also compressed')
    .addOption(datasetOption('dataset it belongs to').makeOptionMandatory())
    .requiredOption('-o, --out <dir>', 'where clean, rejected and curated rows are written')
    .addOption(
      new Option(
        '--reference <dataset=file>',
        'file of a joined dataset, repeatable; without it the joined columns are null',
      ).argParser((text: string, all: readonly string[] = []) => [...all, text]),
    )
    .option('--threads <number>', 'threads of the engine (default: one per core)')
    .option('--memory <size>', 'memory of the engine’s buffers, as in 600MB')
    .option('--force', 'replace what an earlier dry run left in --out')
    .addOption(jsonOption())
    .addHelpText('after', exitHelp)
    .action((path: string, raw: unknown) => run(shell, path, parseOptions(ProcessOptions, raw)));
  return withExamples(command, [
    'process orders.csv --dataset orders --out dry-run',
    'process orders.csv.gz -d orders -o dry-run --reference products=products.csv --force',
    'process orders.jsonl -d orders -o dry-run --threads 2 --memory 600MB --json',
  ]);
};

const exitHelp = `
Ends with 0 when the rows were judged, also when some are rejected or the gate would hold the run
(which is told); with 1 when the file is refused as a whole.`;

const run = async ({ out, clock }: Shell, path: string, options: ProcessOptions) => {
  const datasets = await loadDatasets();
  const dataset = declared(datasets, options.dataset);
  const request = await requestOf(path, dataset, datasets, options);
  await clearOut(options);
  const [{ processFile }, { printReport, reportOf }] = await Promise.all([
    import('../../adapters/engine/process.ts'),
    import('./process-report.ts'),
  ]);
  const started = clock();
  const processed = await makeProgress(out, process.stderr, clock).step(path, (tell) =>
    processFile({ ...request, onProgress: tell }).catch(reworded),
  );
  const report = reportOf(dataset, processed, {
    outDir: resolve(options.out),
    elapsedMs: Math.round(clock() - started),
    missing: missingReferences(request),
  });
  if (options.json) out.json(report);
  else printReport(out, report);
  assertTaken(processed, path);
};

/** Checks all that can be checked before the engine is loaded. */
const requestOf = async (
  path: string,
  dataset: Dataset,
  datasets: readonly Dataset[],
  { out, reference, threads, memory }: ProcessOptions,
): Promise<ProcessRequest> => {
  await assertReadable(path, 'file');
  const referenceFiles = Object.fromEntries(
    reference.map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)]),
  );
  const joined = joinsOf(dataset).map((join) => join.dataset);
  for (const [name, file] of Object.entries(referenceFiles)) {
    if (!joined.includes(declared(datasets, name).name))
      throw usageError({
        what: `${dataset.name} is not joined with ${name}.`,
        allowed:
          joined.length === 0 ? 'It is joined with nothing.' : `Joined: ${joined.join(', ')}.`,
        next: 'Leave out that --reference.',
      });
    await assertReadable(file, 'any');
  }
  return {
    dataset,
    lookup: (name) => datasets.find((each) => each.name === name),
    path,
    referenceFiles,
    outDir: out,
    ...(threads === undefined ? {} : { threads }),
    ...(memory === undefined ? {} : { memoryLimit: memory }),
  };
};

const joinsOf = ({ transforms }: Dataset) => transforms.filter((use) => use.kind === 'join');

/** Joined datasets for which no file was given, with the columns that stay null for it. */
const missingReferences = ({ dataset, referenceFiles }: ProcessRequest) =>
  joinsOf(dataset)
    .filter((use) => referenceFiles?.[use.dataset] === undefined)
    .map((use) => ({ dataset: use.dataset, columns: use.take }));

const assertReadable = async (path: string, kind: 'file' | 'any'): Promise<void> => {
  const found = await stat(path).catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? error.code : error;
    throw usageError({
      what: `The file ${path} cannot be read (${code}).`,
      next: 'Check the path; it is taken from the current directory.',
    });
  });
  if (kind === 'any' || found.isFile()) return;
  throw usageError({ what: `${path} is no file.`, next: 'Process one file at a time.' });
};

/** All that a dry run leaves; a directory with anything else in it is not ours to empty. */
const ours = [
  /^clean(-plain-\d+)?\.parquet$/,
  /^(duplicates|rejects|barred-\w+)\.parquet$/,
  /^(rows|rejected|rest-\d+)\.csv$/,
  /^(curated|inflated|prepared|references|spill)$/,
  /^metrics\.json$/,
];

/** Sees to it that the output directory is empty, and empties only one that a dry run filled. */
const clearOut = async ({ out, force }: Pick<ProcessOptions, 'out' | 'force'>): Promise<void> => {
  const names = await readdir(out).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw usageError({ what: `${out} is no directory.`, next: 'Name another with --out.' });
  });
  if (names.length === 0) return;
  const strange = names.find((name) => !ours.some((each) => each.test(name)));
  if (strange !== undefined)
    throw usageError({
      what: `${out} holds ${strange}, which no dry run has written.`,
      allowed: 'The output directory is missing, empty, or (with --force) of an earlier dry run.',
      next: 'Name another with --out.',
    });
  if (!force)
    throw usageError({
      what: `${out} holds an earlier dry run.`,
      next: 'Replace it with --force, or name another with --out.',
    });
  for (const name of names) await rm(join(out, name), { recursive: true });
};

/** What the engine says of the user's files is for the user; anything else is a bug. */
const reworded = (error: unknown): never => {
  if (!(error instanceof PermanentError)) throw error;
  throw new UserError({ what: `${error.message}.` }, { cause: error });
};

const assertTaken = (processed: Processed, path: string): void => {
  if (processed.kind === 'refused')
    throw new UserError({ what: `${path} would be refused as a whole.` });
};
