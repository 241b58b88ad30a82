import { Command } from 'commander';
import * as z from 'zod';
import { GateDocument } from '../../core/documents.ts';
import { executionName, publishNames } from '../../core/execution-name.ts';
import { RunId } from '../../core/ids.ts';
import { cleanKeys, curatedKeys, s3Uri } from '../../core/layout.ts';
import type { RunEntry } from '../../core/ledger.ts';
import { UserError, usageError } from '../console/errors.ts';
import { type DeployedStack, stackOption, withStack } from '../world.ts';
import { jsonOption, type MakeCommand, parseOptions, withExamples } from './command.ts';
import { printRun, type RunReport } from './run-report.ts';
import { stagesOf } from './stages.ts';

const RunOptions = z.object({ stack: z.string(), json: z.boolean().default(false) });

/** `headgate run ID`: one run, from its files to the stages of its execution. */
export const runCommand: MakeCommand = ({ out, env }) => {
  const command = new Command('run')
    .description('show one run: files, counts, reasons, stages, and where everything lies')
    .argument('<run-id>', 'as headgate runs lists it')
    .addOption(stackOption())
    .addOption(jsonOption())
    .action(async (id: string, raw: unknown) => {
      const { stack, json } = parseOptions(RunOptions, raw);
      const runId = parseRunId(id);
      const report = await withStack({ out, env }, stack, (opened) => reportOf(opened, runId));
      if (json) out.json(report);
      else printRun(out, report);
    });
  return withExamples(command, [
    'run orders-20261121T050000Z-0123456789',
    'run orders-20261121T050000Z-0123456789 --json',
  ]);
};

/** A run id as it was typed; the message says what one looks like. */
export const parseRunId = (text: string): RunId => {
  const parsed = RunId.safeParse(text);
  if (parsed.success) return parsed.data;
  throw usageError({
    what: `'${text}' is no run id.`,
    allowed:
      'A run id is <dataset>-<time>-<10 hex digits>, as in orders-20261121T050000Z-0123456789.',
    next: 'npx headgate runs lists them.',
  });
};

/** The run of that id, or the message that says where to look. */
export const existingRun = async (
  { ledger, name, where }: Pick<DeployedStack, 'ledger' | 'name' | 'where'>,
  runId: RunId,
): Promise<RunEntry> => {
  const run = await ledger.run(runId);
  if (run !== undefined) return run;
  throw new UserError({
    what: `There is no run ${runId} in the ledger of ${name} at ${where}.`,
    next: 'npx headgate runs lists the runs there are; --stack names another stack.',
  });
};

/** Collects the report; what no longer exists (an old execution) is left out, not an error. */
export const reportOf = async (stack: DeployedStack, runId: RunId): Promise<RunReport> => {
  const run = await existingRun(stack, runId);
  const { outputs } = stack;
  const { dataset, fence } = run;
  // A released attempt publishes the work of the one that was held.
  const work = run.released?.work ?? fence;
  const found = await Promise.all(run.files.map((fileId) => stack.ledger.file(fileId)));
  const name = executionName({ runId, fence });
  const { executionArn } = await import('../../adapters/executions.ts');
  const execution = await stack.execution(name);
  const { events = [], ...described } = execution ?? {
    arn: executionArn(outputs.PipelineArn, name),
    status: null,
  };
  const lineage = s3Uri(outputs.CuratedBucket, curatedKeys.lineage(dataset, runId));
  return {
    run,
    files: found.filter((file) => file !== undefined),
    ...(await reasonsOf(stack, run)),
    lies: {
      clean: s3Uri(outputs.CleanBucket, `${dataset}/${runId}/a${work}/`),
      quarantine: s3Uri(outputs.QuarantineBucket, `${dataset}/${runId}/a${work}/`),
      table: s3Uri(outputs.CuratedBucket, curatedKeys.table(dataset)),
      lineage: run.state === 'PUBLISHED' ? lineage : null,
    },
    execution: described,
    stages: stagesOf(events, described.status !== 'RUNNING'),
    published: isEnough(described.status) ? null : await publishedBy(stack, run),
  };
};

const isEnough = (status: string | null): boolean => status === 'SUCCEEDED' || status === 'RUNNING';

/** The last execution that only published, where reconcile has started any. */
const publishedBy = async (
  { execution }: DeployedStack,
  run: RunEntry,
): Promise<RunReport['published']> => {
  let last: RunReport['published'] = null;
  for (const name of publishNames(run)) {
    const found = await execution(name);
    if (found === undefined) break;
    const { events: _events, ...described } = found;
    last = described;
  }
  return last;
};

const reasonsOf = async (
  { store, outputs }: Pick<DeployedStack, 'store' | 'outputs'>,
  { dataset, runId, fence }: RunEntry,
): Promise<Pick<RunReport, 'reasons' | 'warnings' | 'drift'>> => {
  const uri = s3Uri(outputs.CleanBucket, cleanKeys.gate(dataset, runId, fence));
  // Listed first: a get of what is not there yet cannot be told from one that is not allowed.
  const listed = await store.list(uri);
  if (!listed.some((object) => object.uri === uri))
    return { reasons: null, warnings: [], drift: [] };
  const parsed = GateDocument.safeParse(JSON.parse((await store.get(uri)).toString('utf8')));
  const { reasons = null, warnings = [], drift = [] } = parsed.data ?? {};
  return { reasons, warnings, drift };
};
