import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command, Option } from 'commander';
import * as z from 'zod';
import type { Dataset } from '../../core/dataset.ts';
import { explainedReason } from '../../core/explained-reason.ts';
import { decideArrival } from '../../core/landing/arrival.ts';
import { fileIdOf } from '../../core/landing/file-id.ts';
import { limits } from '../../core/limits.ts';
import { UserError, usageError } from '../console/errors.ts';
import { makeProgress, type Progress } from '../console/progress.ts';
import { type DeployedStack, stackOption, withStack } from '../world.ts';
import {
  jsonOption,
  type MakeCommand,
  parseOptions,
  wholeNumber,
  withExamples,
} from './command.ts';
import { datasetOption, declared, loadDatasets } from './dataset-named.ts';
import { type Followed, follow } from './follow.ts';
import { countCells, counted, countTitles, reasonLines, size } from './words.ts';

/** One file on its way into landing. */
export type Landing = { readonly path: string; readonly key: string; readonly sizeBytes: number };

/**
 * What became of it; `state` is LANDED when nobody waited, and null when it was not seen in time.
 */
export type Landed = Landing & { readonly versionId: string; readonly fileId: string } & Followed;

const LandOptions = z.object({
  dataset: z.string(),
  prefix: z.string().default(''),
  wait: z.boolean().default(true),
  timeout: wholeNumber(1, 86_400),
  stack: z.string(),
  json: z.boolean().default(false),
});

/** `headgate land`: drops files as any sender would, and tells what became of them. */
export const landCommand: MakeCommand = ({ out, env, clock }) => {
  const command = new Command('land')
    .description('drop files into a dataset, and follow them until they are published or refused')
    .argument('<files...>', 'files on this machine')
    .addOption(datasetOption('dataset they belong to').makeOptionMandatory())
    .option('--prefix <path>', 'folder inside the dataset, e.g. 2026/11')
    .addOption(new Option('--wait', 'wait until every file has ended (the default)'))
    .addOption(new Option('--no-wait', 'return once the files are landed'))
    .addOption(new Option('--timeout <seconds>', 'how long to wait').default('600'))
    .addOption(stackOption())
    .addOption(jsonOption())
    .action(async (paths: string[], raw: unknown) => {
      const options = parseOptions(LandOptions, raw);
      const dataset = declared(await loadDatasets(), options.dataset);
      const landings = await planLandings(paths, dataset, options.prefix);
      const landed = await withStack({ out, env }, options.stack, (stack) =>
        landFiles({
          stack,
          landings,
          waitMs: options.wait ? options.timeout * 1000 : 0,
          progress: makeProgress(out, process.stderr, clock),
          clock,
          sleep: (ms) => sleep(ms),
        }),
      );
      if (options.json) out.json(landed.map(asJson));
      else print(out, landed);
      assertGood(landed);
    });
  return withExamples(command, [
    'land orders.csv --dataset orders',
    'land export/*.csv.gz --dataset orders --prefix 2026/11',
    'land orders.csv --dataset orders --no-wait --json',
  ]);
};

/** Checks everything before the first byte is sent: half a batch in landing helps nobody. */
export const planLandings = async (
  paths: readonly string[],
  dataset: Dataset,
  prefix: string,
): Promise<Landing[]> => {
  const folder = prefix.replaceAll(/^\/+|\/+$/g, '');
  const landings = await Promise.all(
    paths.map(async (path) => {
      const key = [dataset.name, folder, basename(path)].filter((part) => part !== '').join('/');
      return { path, key, sizeBytes: await sizeOf(path) };
    }),
  );
  for (const landing of landings) assertAccepted(landing, dataset);
  const keys = landings.map(({ key }) => key);
  const twice = keys.find((key, at) => keys.indexOf(key) !== at);
  if (twice !== undefined)
    throw usageError({
      what: `Two of the files would land under the same key, ${twice}.`,
      next: 'Land them in two calls with different --prefix.',
    });
  return landings;
};

const sizeOf = async (path: string): Promise<number> => {
  const found = await stat(path).catch((error: unknown) => {
    throw usageError({
      what: `The file ${path} cannot be read (${error instanceof Error && 'code' in error ? error.code : error}).`,
      next: 'Check the path; it is taken from the current directory.',
    });
  });
  if (found.isFile()) return found.size;
  throw usageError({
    what: `${path} is no file.`,
    next: `Name the files in it: headgate land ${path.replace(/\/$/, '')}/* --dataset NAME`,
  });
};

const assertAccepted = (landing: Landing, dataset: Dataset): void => {
  const arrival = decideArrival(landing, [dataset.name]);
  if (arrival.kind === 'ignored')
    throw usageError({
      what: `${landing.path} would be ignored: ${arrival.rule}.`,
      allowed: 'Names that begin with . or _, or end in .tmp or .crc, are taken for leftovers.',
      next: 'Rename the file.',
    });
  if (landing.sizeBytes > limits.fileBytesMax)
    throw usageError({
      what: `${landing.path} has ${size(landing.sizeBytes)}.`,
      allowed: `A file has at most ${size(limits.fileBytesMax)}.`,
      next: 'Split it and land the pieces.',
    });
};

export type LandRequest = {
  readonly stack: Pick<DeployedStack, 'drop' | 'ledger' | 'outputs'>;
  readonly landings: readonly Landing[];
  /** 0: do not wait. */
  readonly waitMs: number;
  readonly progress: Progress;
  readonly clock: () => number;
  readonly sleep: (ms: number) => Promise<void>;
};

/** Lands the files one by one, then follows all of them at once. */
export const landFiles = async (request: LandRequest): Promise<Landed[]> => {
  const { stack, landings, progress, waitMs, clock } = request;
  const bucket = stack.outputs.LandingBucket;
  const dropped: (Landing & { versionId: string; fileId: ReturnType<typeof fileIdOf> })[] = [];
  for (const landing of landings) {
    const title = `landing ${landing.path} (${size(landing.sizeBytes)})`;
    const versionId = await progress.step(title, (tell) =>
      stack.drop({
        bucket,
        key: landing.key,
        path: landing.path,
        onProgress: (sent) => tell(sent < landing.sizeBytes ? size(sent) : ''),
      }),
    );
    const fileId = fileIdOf({ bucket, key: landing.key, versionId });
    dropped.push({ ...landing, versionId, fileId });
  }
  if (waitMs === 0) return dropped.map((file) => ({ ...file, state: 'LANDED', ...unknown }));
  const title = `following ${counted(dropped.length, 'file')} through the pipeline`;
  return await progress.step(title, async (tell) => {
    const states = new Map<string, string>();
    const deadline = clock() + waitMs;
    return await Promise.all(
      dropped.map(async (file) => {
        const followed = await follow({ ...request, fileId: file.fileId, deadline }, (state) => {
          states.set(file.fileId, state);
          tell(summary(states.values()));
        });
        return { ...file, ...followed };
      }),
    );
  });
};

const unknown = { runId: null, counts: null, reason: null, snapshotId: null, of: null } as const;

/** `2 PUBLISHED, 1 validating`: what a line of progress has room for. */
const summary = (states: Iterable<string>): string =>
  [...Map.groupBy(states, (state) => state)]
    .map(([state, files]) => (files.length === 1 ? state : `${files.length} ${state}`))
    .join(', ');

const asJson = ({ path, sizeBytes, reason, ...rest }: Landed) => ({
  file: path,
  sizeBytes,
  ...rest,
  reason: explainedReason(reason),
});

const good: readonly (string | null)[] = ['PUBLISHED', 'DUPLICATE', 'LANDED'];

const print = (out: Parameters<MakeCommand>[0]['out'], landed: readonly Landed[]): void => {
  const columns = [{ title: 'file' }, { title: 'state' }, { title: 'run' }, ...countTitles];
  out.table(
    columns,
    landed.map((file) => [
      basename(file.path),
      file.state ?? 'NOT SEEN',
      file.runId ?? '',
      ...countCells(file.counts),
    ]),
  );
  for (const file of landed)
    for (const [at, line] of remarks(file).entries())
      out.line(at === 0 ? `\n${basename(file.path)}: ${line}` : `  ${line}`);
};

/** What a person should know of one file beyond its line in the table. */
const remarks = (file: Landed): string[] => {
  if (file.state === null)
    return [
      'no notice of it has reached the ledger in time.',
      'Next: npx headgate status shows the queues; wait longer with --timeout.',
    ];
  if (file.state === 'CLAIMED')
    return [
      `its run has not ended in time (${file.runId ?? 'no run'}).`,
      `Next: npx headgate run ${file.runId ?? 'RUN'}`,
    ];
  if (file.state === 'DUPLICATE')
    return [
      `the same bytes are in the ledger already, as ${file.of ?? 'another file'}. Nothing to do.`,
    ];
  if (file.state === 'PUBLISHED' && (file.counts?.rejected ?? 0) > 0)
    return [
      `${counted(file.counts?.rejected ?? 0, 'row')} rejected.`,
      `Next: npx headgate rejects --run ${file.runId ?? 'RUN'}`,
    ];
  return reasonLines(file.reason, file.runId);
};

const assertGood = (landed: readonly Landed[]): void => {
  const bad = landed.filter(({ state }) => !good.includes(state));
  if (bad.length === 0) return;
  throw new UserError({
    what: `${bad.length} of ${counted(landed.length, 'file')} not published.`,
    next: 'The landed bytes are kept in the landing bucket; nothing is lost.',
  });
};
