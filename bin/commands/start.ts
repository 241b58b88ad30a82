import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import * as z from 'zod';
import { UserError } from '../console/errors.ts';
import { makeProgress, type Progress } from '../console/progress.ts';
import { profileNames } from '../local/profiles.ts';
import type { Arrived } from '../start/records.ts';
import type { Sample } from '../start/samples.ts';
import type { Settled } from '../start/settle.ts';
import type { Summary } from '../start/summary.ts';
import type { Look } from '../start/tour.ts';
import type { DeployedStack } from '../world.ts';
import {
  jsonOption,
  type MakeCommand,
  parseOptions,
  type Shell,
  wholeNumber,
  withExamples,
} from './command.ts';
import { loadDatasets } from './dataset-named.ts';
import { addLocalOptions } from './up.ts';
import { countCells, countTitles } from './words.ts';

/** Each wave of samples takes a few seconds; the rest is for a machine that is busy. */
const WAIT_MS = 120_000;

const StartOptions = z.object({
  profile: z.enum(profileNames),
  port: wholeNumber(1, 65_535).optional(),
  json: z.boolean().default(false),
});
type StartOptions = z.infer<typeof StartOptions>;

/** `headgate start`, which is `npm start`: from a fresh clone to published tables, checked. */
export const startCommand: MakeCommand = (shell) => {
  const command = new Command('start')
    .description('start the local AWS, deploy, land the sample files and check what they come to')
    .addOption(jsonOption())
    .action((raw: unknown) => start(shell, parseOptions(StartOptions, raw)));
  return withExamples(addLocalOptions(command), ['start', 'start --port 4700', 'start --json']);
};

const start = async (shell: Shell, options: StartOptions): Promise<void> => {
  const { out, env, clock } = shell;
  const progress = makeProgress(out, process.stderr, clock);
  const { bringUp } = await import('../local/bring-up.ts');
  const { profile, port } = options;
  const up = await progress.step('local AWS with the stack in it', async (tell) => {
    const result = await bringUp({ profile, env, tell, ...(port === undefined ? {} : { port }) });
    tell(result.changed ? result.target.label : `${result.target.label}, unchanged`);
    return result;
  });
  const { defaultStackName } = await import('../local/deploy.ts');
  const { withStack } = await import('../world.ts');
  const quiet = { env, out: { ...out, note: () => undefined } };
  await withStack(quiet, defaultStackName, async (stack) => {
    const datasets = await loadDatasets();
    const settled = await settleAll(stack, datasets, progress, clock);
    const arrived = await sendRecords(stack, progress, clock);
    await report(shell, { stack, datasets }, { settled, arrived }, { json: options.json });
  });
  if (!options.json) sayNext(shell, up.target.label);
};

const settleAll = async (
  stack: DeployedStack,
  datasets: Look['datasets'],
  progress: Progress,
  clock: () => number,
): Promise<readonly Settled[]> => {
  const [{ inWaves, readSamples, samplesDir }, { settle }] = await Promise.all([
    import('../start/samples.ts'),
    import('../start/settle.ts'),
  ]);
  const waves: readonly (readonly Sample[])[] = inWaves(await readSamples(samplesDir, datasets));
  const request = { stack, progress, clock, waitMs: WAIT_MS, sleep: (ms: number) => sleep(ms) };
  const settled: Settled[] = [];
  for (const wave of waves) settled.push(...(await settle(request, wave)));
  return settled;
};

/** Some records through each of the other two doors. */
const sendRecords = async (
  stack: DeployedStack,
  progress: Progress,
  clock: () => number,
): Promise<readonly Arrived[]> => {
  const { pushSome, streamSome } = await import('../start/records.ts');
  const request = { stack, progress, clock, waitMs: WAIT_MS, sleep: (ms: number) => sleep(ms) };
  return [await pushSome(request), await streamSome(request)];
};

/** Compares with what was planted, and shows; anything that differs ends the command with 1. */
const report = async (
  { out }: Shell,
  look: Look,
  {
    settled,
    arrived,
  }: { readonly settled: readonly Settled[]; readonly arrived: readonly Arrived[] },
  { json }: { readonly json: boolean },
): Promise<void> => {
  const [{ readExpected, samplesDir }, { differences, summarize }, tour, doors] = await Promise.all(
    [
      import('../start/samples.ts'),
      import('../start/summary.ts'),
      import('../start/tour.ts'),
      import('../start/records.ts'),
    ],
  );
  const expected = await readExpected(samplesDir);
  const summaries = summarize(settled);
  const wrong: string[] = arrived.flatMap(doors.wrongIn);
  for (const summary of summaries) {
    const planted = expected[summary.dataset];
    if (planted === undefined) continue;
    const landed = settled.filter(({ sample }) => sample.dataset.name === summary.dataset).length;
    const sums = await tour.sumsOf(look, summary, planted);
    wrong.push(...differences(summary, planted, landed, sums));
  }
  if (json)
    out.json({ ok: wrong.length === 0, datasets: summaries, records: arrived, differences: wrong });
  else {
    printSummaries(out, summaries);
    out.line();
    for (const each of arrived) out.line(doors.toldOf(each));
  }
  const orders = summaries.find(({ dataset }) => dataset === 'orders');
  if (!json && orders !== undefined && orders.runIds.length > 0) {
    await tour.showRows(out, look, orders);
    await tour.showRejects(out, look, orders, settled);
    await tour.showWindows(out, look);
  }
  if (wrong.length > 0)
    throw new UserError({
      what: `The samples did not come to what was planted in them:\n  ${wrong.join('\n  ')}`,
      next: 'See npx headgate runs. To begin anew: npx headgate down, then npm start.',
    });
};

const printSummaries = (out: Shell['out'], summaries: readonly Summary[]): void => {
  out.line();
  out.table(
    [
      { title: 'dataset' },
      { title: 'files', align: 'right' },
      ...countTitles,
      { title: 'quality', align: 'right' },
      { title: 'snapshot' },
    ],
    summaries.map(({ dataset, files, counts, score, snapshotId }) => [
      dataset,
      String(files),
      ...countCells(counts),
      score === null ? '' : score.toFixed(1),
      snapshotId ?? '',
    ]),
  );
};

const sayNext = ({ out }: Shell, where: string): void => {
  out.line(`\nAll counts are as planted. The stack stays up in ${where}. Next:`);
  const next = [
    ['npx headgate query "SELECT currency, sum(line_total) FROM orders GROUP BY 1"', 'ask a table'],
    ['npx headgate land FILE --dataset orders', 'drop a file of your own'],
    ['npx headgate api-key create NAME --dataset clickstream', 'let somebody send records'],
    ['npx headgate rejects --dataset orders', 'see what was refused, and why'],
    ['npx headgate status', 'queues, runs, datasets'],
    ['npx headgate down', 'end the local AWS'],
  ] as const;
  const width = Math.max(...next.map(([command]) => command.length));
  for (const [command, what] of next)
    out.line(`  ${command.padEnd(width)}  ${out.styles.faint(what)}`);
};
