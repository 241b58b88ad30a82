import { Command } from 'commander';
import * as z from 'zod';
import type { Output } from '../console/output.ts';
import type { Status } from '../status/collect.ts';
import { stackOption, withStack } from '../world.ts';
import { jsonOption, type MakeCommand, parseOptions, withExamples } from './command.ts';
import { loadDatasets } from './dataset-named.ts';
import { countCells, counted, countTitles, when } from './words.ts';

const StatusOptions = z.object({ stack: z.string().min(1), json: z.boolean().default(false) });

/** Runs named one by one; more are a matter for `headgate runs`. */
const LISTED_MAX = 10;

/** `headgate status`: is it up, does it move, does anything need a look. */
export const statusCommand: MakeCommand = (shell) => {
  const { out, env } = shell;
  const command = new Command('status')
    .description('where the stack is, the last run of each dataset, queues, runs that need a look')
    .addOption(stackOption())
    .addOption(jsonOption())
    .action(async (raw: unknown) => {
      const options = parseOptions(StatusOptions, raw);
      const [{ SQSClient }, { queueDepth }, { collectStatus }] = await Promise.all([
        import('@aws-sdk/client-sqs'),
        import('../../adapters/queue-depth.ts'),
        import('../status/collect.ts'),
      ]);
      const datasets = await loadDatasets();
      const quiet = { env, out: { ...out, note: () => undefined } };
      const status = await withStack(quiet, options.stack, (stack) => {
        // An emulator may know itself by another name than the endpoint we were given.
        const sqs = new SQSClient({ useQueueUrlAsEndpoint: false });
        return collectStatus({ stack, datasets, depthOf: (url) => queueDepth(sqs, url) });
      });
      if (options.json) out.json(status);
      else print(out, status);
    });
  return withExamples(command, ['status', 'status --json', 'status --stack HeadgateStaging']);
};

const print = (out: Output, status: Status): void => {
  const { styles } = out;
  out.line(`${styles.strong(status.stack)} in ${status.where}`);
  out.line(`Drop files into s3://${status.outputs.LandingBucket}/<dataset>/\n`);
  out.table(
    [{ title: 'dataset' }, { title: 'last run' }, { title: 'state' }, ...countTitles],
    status.datasets.map(({ name, lastRun }) =>
      lastRun === null
        ? [name, 'none yet']
        : [name, when(lastRun.createdAt), lastRun.state, ...countCells(lastRun.counts)],
    ),
  );
  const { queue, deadLetters, openLetters, underWay, needLook } = status;
  out.line(
    `\nNotices: ${queue.waiting} waiting, ${queue.inFlight} in work; ` +
      `${counted(underWay.length, 'run')} under way.`,
  );
  if (deadLetters > 0) {
    const told = counted(deadLetters, 'dead letter waits', 'dead letters wait');
    out.line(styles.warn(`${told} to be written down.`));
  }
  if (openLetters > 0) {
    const told = counted(openLetters, 'notice was', 'notices were');
    out.line(styles.bad(`${told} given up on.`));
    out.line('Next: npx headgate redrive lists them, and sends them again.');
  }
  if (needLook.length === 0 && deadLetters + openLetters === 0) {
    out.line(styles.good('Nothing needs a look.'));
    return;
  }
  for (const { runId, state, reason } of needLook.slice(0, LISTED_MAX))
    out.line(`${styles.warn(state)} ${runId}${reason === null ? '' : `: ${reason.code}`}`);
  if (needLook.length > 0) out.line('Next: npx headgate run RUN');
};
