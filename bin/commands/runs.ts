import { Command, Option } from 'commander';
import * as z from 'zod';
import { explainedReason } from '../../core/explained-reason.ts';
import { DatasetName } from '../../core/ids.ts';
import { type RunEntry, runStates } from '../../core/ledger.ts';
import { type DeployedStack, stackOption, withStack } from '../world.ts';
import {
  jsonOption,
  type MakeCommand,
  parseOptions,
  wholeNumber,
  withExamples,
} from './command.ts';
import { datasetOption, declared, loadDatasets } from './dataset-named.ts';
import { countCells, countTitles, when } from './words.ts';

const limitMax = 10_000;

const RunsOptions = z.object({
  dataset: z.string().optional(),
  state: z
    .string()
    .transform((text) => text.toUpperCase())
    .pipe(z.enum(runStates, { error: `must be one of ${runStates.join(', ')}` }))
    .optional(),
  limit: wholeNumber(1, limitMax),
  stack: z.string(),
  json: z.boolean().default(false),
});

/** `headgate runs`: the newest runs with what they came to. */
export const runsCommand: MakeCommand = ({ out, env }) => {
  const command = new Command('runs')
    .description('list runs, newest first')
    .addOption(datasetOption('only runs of this dataset'))
    .addOption(new Option('--state <state>', `only runs in this state: ${runStates.join(', ')}`))
    .addOption(new Option('--limit <number>', 'how many at most').default('20'))
    .addOption(stackOption())
    .addOption(jsonOption())
    .action(async (raw: unknown) => {
      const { dataset, state, limit, stack, json } = parseOptions(RunsOptions, raw);
      if (dataset !== undefined) declared(await loadDatasets(), dataset);
      const query = {
        limit,
        ...(dataset === undefined ? {} : { dataset: DatasetName.parse(dataset) }),
        ...(state === undefined ? {} : { state }),
      };
      const runs = await withStack({ out, env }, stack, ({ ledger }) => newestRuns(ledger, query));
      if (json) out.json(runs.map((run) => ({ ...run, reason: explainedReason(run.reason) })));
      else if (runs.length > 0) out.table(columns, runs.map(cells));
      else out.line('No runs yet. Start one: npx headgate land FILE --dataset NAME');
    });
  return withExamples(command, [
    'runs',
    'runs --dataset orders --state HELD',
    'runs --limit 100 --json',
  ]);
};

const columns = [
  { title: 'run' },
  { title: 'state' },
  { title: 'created' },
  { title: 'files', align: 'right' },
  ...countTitles,
  { title: 'score', align: 'right' },
  { title: 'note' },
] as const;

const cells = (run: RunEntry): string[] => [
  run.runId,
  run.state,
  when(run.createdAt),
  String(run.files.length),
  ...countCells(run.counts),
  run.quality === null || run.counts?.rowsIn === 0 ? '' : run.quality.score.toFixed(2),
  noteOf(run),
];

const noteOf = ({ reason, replays, replacedBy }: RunEntry): string =>
  [
    ...(reason === null ? [] : [reason.code]),
    ...(replays === undefined ? [] : [`replays ${replays.runId}`]),
    ...(replacedBy === undefined ? [] : [`replaced by ${replacedBy}`]),
  ].join(', ');

type RunsQuery = {
  readonly dataset?: DatasetName;
  readonly state?: RunEntry['state'];
  readonly limit: number;
};

/**
 * The ledger lists runs of all states together; those of one rare state may lie behind many
 * others, so it is asked for more until there are enough or no more.
 */
export const newestRuns = async (
  ledger: Pick<DeployedStack['ledger'], 'listRuns'>,
  { state, limit, ...query }: RunsQuery,
): Promise<RunEntry[]> => {
  let asked = state === undefined ? limit : Math.max(limit, 100);
  for (;;) {
    const runs = await ledger.listRuns({ ...query, limit: asked });
    const found = runs.filter((run) => state === undefined || run.state === state);
    if (found.length >= limit || runs.length < asked || asked >= limitMax)
      return found.slice(0, limit);
    asked = Math.min(asked * 4, limitMax);
  }
};
