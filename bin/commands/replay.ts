import { setTimeout as sleep } from 'node:timers/promises';
import { Command, Option } from 'commander';
import * as z from 'zod';
import { contractVersion } from '../../core/contract.ts';
import type { Dataset } from '../../core/dataset.ts';
import { DatasetName, EpochMs, type RunId } from '../../core/ids.ts';
import { type Selection, selectionWords } from '../../core/replay/selection.ts';
import { UserError, usageError } from '../console/errors.ts';
import { makeProgress } from '../console/progress.ts';
import { replayAll } from '../replay/replay-all.ts';
import { type Asked, type Planned, planReplay } from '../replay/replay-run.ts';
import { planLines, printReplayed, type Replayed } from '../replay/report.ts';
import { selectRuns } from '../replay/selection.ts';
import { type DeployedStack, stackOption, withStack } from '../world.ts';
import {
  jsonOption,
  type MakeCommand,
  parseOptions,
  type Shell,
  wholeNumber,
  withExamples,
} from './command.ts';
import { datasetOption, declared, loadDatasets } from './dataset-named.ts';
import { momentOf } from './moment.ts';
import { parseRunId } from './run.ts';
import { counted } from './words.ts';

const ReplayOptions = z.object({
  run: z.string().optional(),
  file: z.string().optional(),
  dataset: z.string().optional(),
  since: z.string().optional(),
  until: z.string().optional(),
  rejects: z.union([z.string(), z.literal(true)]).optional(),
  dryRun: z.boolean().default(false),
  yes: z.boolean().default(false),
  again: z.boolean().default(false),
  wait: z.boolean().default(true),
  timeout: wholeNumber(1, 86_400),
  stack: z.string(),
  json: z.boolean().default(false),
});
type ReplayOptions = z.infer<typeof ReplayOptions>;

/** `headgate replay`: judges files that have ended anew, and replaces what they published. */
export const replayCommand: MakeCommand = ({ out, env, clock }) => {
  const command = new Command('replay')
    .description('judge the files of runs anew, by today’s definition, and replace their rows')
    .addOption(new Option('--run <run-id>', 'this run'))
    .addOption(new Option('--file <file>', 'the run of this file: its id, or its key in landing'))
    .addOption(datasetOption('runs of this dataset; with --since, --until or --rejects'))
    .addOption(
      new Option('--since <time>', 'runs with a file that landed then or later (ISO 8601)'),
    )
    .addOption(new Option('--until <time>', '… and before this time'))
    .addOption(new Option('--rejects [code]', 'runs with rejected rows, or with this code'))
    .option('--dry-run', 'say what would change, and change nothing')
    .option('--yes', 'do it')
    .option('--again', 'also what the same words have replayed under this contract')
    .addOption(new Option('--wait', 'wait for the end of each before the next (the default)'))
    .addOption(new Option('--no-wait', 'start all of them and return'))
    .addOption(new Option('--timeout <seconds>', 'how long to wait for one').default('3600'))
    .addOption(stackOption())
    .addOption(jsonOption())
    .action(async (raw: unknown) => {
      const options = parseOptions(ReplayOptions, raw);
      const selection = selectionOf(options);
      const datasets = await loadDatasets();
      await withStack({ out, env }, options.stack, async (stack) => {
        const runIds = await selectRuns(selecting(stack), selection);
        const asked = askedFor(options, selectionWords(selection), runIds, datasets);
        if (asked === undefined) out.line(`No run: ${selectionWords(selection)}.`);
        else if (options.dryRun || !options.yes)
          await tellPlans({ out, clock, stack, runIds, asked }, options);
        else await replayThem({ out, clock, stack, runIds, asked }, options);
      });
    });
  return withExamples(command, [
    'replay --run orders-20261121T050000Z-0123456789 --dry-run',
    'replay --file orders/2026/11/21.csv --yes',
    'replay --dataset orders --since 2026-11-01 --until 2026-12-01 --yes',
    'replay --dataset orders --rejects E_RANGE --yes',
  ]);
};

/** What is asked of each run; undefined when there is none. */
const askedFor = (
  { again }: ReplayOptions,
  selection: string,
  [first]: readonly RunId[],
  datasets: readonly Dataset[],
): Asked | undefined => {
  if (first === undefined) return undefined;
  const dataset = declared(datasets, first.slice(0, first.indexOf('-')));
  return { selection, again, contractVersion: contractVersion(dataset), dataset };
};

type Asking = Pick<Shell, 'out' | 'clock'> & {
  readonly stack: DeployedStack;
  readonly runIds: readonly RunId[];
  readonly asked: Asked;
};

const tellPlans = async (
  { out, clock, stack, runIds, asked }: Asking,
  { json, dryRun }: ReplayOptions,
): Promise<void> => {
  const by = await stack.caller();
  const plans: Planned[] = [];
  for (const runId of runIds)
    plans.push(await planReplay(stack, runId, asked, { by, now: EpochMs.parse(clock()) }));
  if (json) out.json(plans);
  else
    for (const line of plans.flatMap((plan) => planLines(plan, asked.contractVersion)))
      out.line(line);
  if (!dryRun) throw unconfirmed(runIds.length);
};

const replayThem = async (
  { out, clock, stack, runIds, asked }: Asking,
  { wait, timeout, json }: ReplayOptions,
): Promise<void> => {
  const replayed = await replayAll({
    ...{ stack, runIds, asked, clock, sleep: (ms) => sleep(ms) },
    waitMs: wait ? timeout * 1000 : 0,
    progress: makeProgress(out, process.stderr, clock),
  });
  if (json) out.json(replayed);
  else for (const each of replayed) printReplayed(out, each);
  assertGood(replayed);
};

const unconfirmed = (runs: number): UserError =>
  usageError({
    what: `Nothing was changed: replay asks for --yes (${counted(runs, 'run')}).`,
    next: 'The same command with --yes does it; with --dry-run it only says what it would do.',
  });

/** Exactly one way to say which runs. */
export const selectionOf = (options: Partial<ReplayOptions>): Selection => {
  const { run, file, dataset, since, until, rejects } = options;
  const byTime = since !== undefined || until !== undefined;
  const ways = [run !== undefined, file !== undefined, byTime, rejects !== undefined];
  const needsDataset = byTime || rejects !== undefined;
  if (ways.filter((way) => way).length !== 1 || needsDataset !== (dataset !== undefined))
    throw usageError({
      what: 'Replay what?',
      allowed:
        'One of --run RUN, --file FILE, --dataset NAME with --since and --until, or --dataset NAME with --rejects.',
      next: 'npx headgate replay --help shows examples.',
    });
  if (run !== undefined) return { kind: 'run', runId: parseRunId(run) };
  if (file !== undefined) return { kind: 'file', file };
  const name = DatasetName.parse(dataset);
  if (rejects !== undefined)
    return { kind: 'rejects', dataset: name, code: rejects === true ? null : rejects };
  return {
    kind: 'landed',
    dataset: name,
    since: momentOf('since', since),
    until: momentOf('until', until),
  };
};

const selecting = (stack: DeployedStack) => ({
  ledger: stack.ledger,
  hasReject: async ({ runId }: { readonly runId: RunId }, code: string) => {
    const { readReasons } = await import('../query/rejects.ts');
    return (await readReasons(stack, runId)).includes(code);
  },
});

/** A run that did not come through makes the command fail, once all were tried. */
export const assertGood = (replayed: readonly Replayed[]): void => {
  const bad = replayed.filter(
    (each) =>
      each.kind === 'refused' ||
      (each.kind === 'replayed' && ['HELD', 'FAILED'].includes(each.run.state)),
  );
  if (bad.length > 0)
    throw new UserError({
      what: `${counted(bad.length, 'run')} of ${replayed.length} did not come through; what they published before still is.`,
      next: 'Their lines above say why. The same command again passes over those that did.',
    });
};
