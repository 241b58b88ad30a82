import { Command } from 'commander';
import * as z from 'zod';
import { executionName, publishNames } from '../../core/execution-name.ts';
import { RunId } from '../../core/ids.ts';
import type { RunEntry } from '../../core/ledger.ts';
import { runFacts } from '../../functions/run-facts.ts';
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
  const facts = await runFacts(
    {
      ledger: stack.ledger,
      store: stack.store,
      cleanBucket: outputs.CleanBucket,
      quarantineBucket: outputs.QuarantineBucket,
      curatedBucket: outputs.CuratedBucket,
    },
    run,
  );
  const name = executionName({ runId, fence: run.fence });
  const { executionArn } = await import('../../adapters/executions.ts');
  const execution = await stack.execution(name);
  const { events = [], ...described } = execution ?? {
    arn: executionArn(outputs.PipelineArn, name),
    status: null,
  };
  return {
    run,
    ...facts,
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
