import { readFile, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command, Option } from 'commander';
import * as z from 'zod';
import type { Dataset } from '../../core/dataset.ts';
import { EpochMs } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import { usageError } from '../console/errors.ts';
import type { Output } from '../console/output.ts';
import { makeProgress } from '../console/progress.ts';
import type { RunMends } from '../mend/apply-mends.ts';
import { assertNoFaults, type MendedLine, parseMends } from '../mend/parse-mends.ts';
import { replayAll } from '../replay/replay-all.ts';
import { planLines, printReplayed, type Replayed } from '../replay/report.ts';
import { type DeployedStack, stackOption, withStack } from '../world.ts';
import {
  jsonOption,
  type MakeCommand,
  parseOptions,
  type Shell,
  wholeNumber,
  withExamples,
} from './command.ts';
import { declared, loadDatasets } from './dataset-named.ts';
import { assertGood } from './replay.ts';
import { counted, size } from './words.ts';

const ApplyOptions = z.object({
  dryRun: z.boolean().default(false),
  timeout: wholeNumber(1, 86_400),
  stack: z.string(),
  json: z.boolean().default(false),
});
type ApplyOptions = z.infer<typeof ApplyOptions>;

/** `headgate rejects apply FILE`: puts mended rows in the place of rejected ones. */
export const rejectsApplyCommand: MakeCommand = (shell) => {
  const { out, env } = shell;
  const command = new Command('apply')
    .description('put mended rows in the place of rejected ones, and replay their runs')
    .argument('<file>', 'what headgate rejects export wrote, with raw mended')
    .option('--dry-run', 'check every line, say what would change, and change nothing')
    .addOption(new Option('--timeout <seconds>', 'how long to wait for one run').default('3600'))
    .addOption(stackOption())
    .addOption(jsonOption())
    .action(async (path: string, raw: unknown) => {
      const options = parseOptions(ApplyOptions, raw);
      const { rows, faults } = parseMends(await textOf(path));
      assertNoFaults(faults, path);
      const dataset = await onlyDataset(rows);
      const replayed = await withStack({ out, env }, options.stack, (stack) =>
        applyMends({ shell, stack, dataset, rows, path }, options),
      );
      assertGood(replayed);
    });
  return withExamples(command, ['rejects apply mend.jsonl --dry-run', 'rejects apply mend.jsonl']);
};

const textOf = async (path: string): Promise<string> => {
  const found = await stat(path).catch((error: unknown) => {
    throw usageError({
      what: `The file ${path} cannot be read (${error instanceof Error && 'code' in error ? error.code : error}).`,
      next: 'Check the path; it is taken from the current directory.',
    });
  });
  if (found.size <= limits.mendBytesMax) return await readFile(path, 'utf8');
  throw usageError({
    what: `${path} has ${size(found.size)}.`,
    allowed: `At most ${size(limits.mendBytesMax)} are applied at once.`,
    next: 'Split it, and apply the pieces one after the other.',
  });
};

/** All rows of one call are of one dataset, whose definition says what a row is. */
const onlyDataset = async (rows: readonly MendedLine[]): Promise<Dataset> => {
  const names = [...new Set(rows.map(({ run }) => run.slice(0, run.indexOf('-'))))];
  const [name, ...others] = names;
  if (name !== undefined && others.length === 0) return declared(await loadDatasets(), name);
  throw usageError({
    what:
      name === undefined ? 'The file has no rows.' : `The file has rows of ${names.join(', ')}.`,
    allowed: 'Rows of one dataset.',
    next: 'npx headgate rejects export RUN writes such a file.',
  });
};

type Applying = {
  readonly shell: Shell;
  readonly stack: DeployedStack;
  readonly dataset: Dataset;
  readonly rows: readonly MendedLine[];
  readonly path: string;
};

const applyMends = async (
  { shell: { out, clock }, stack, dataset, rows, path }: Applying,
  { dryRun, timeout, json }: ApplyOptions,
): Promise<Replayed[]> => {
  const { planMends, writeMends } = await import('../mend/apply-mends.ts');
  const tell = (text: string) => out.note(out.styles.faint(text));
  const now = EpochMs.parse(clock());
  const { runs, faults } = await planMends(stack, dataset, rows, { tell, now });
  assertNoFaults(faults, path);
  if (dryRun) {
    if (json) out.json(runs);
    else for (const run of runs) printPlan(out, run);
    return [];
  }
  const replayed: Replayed[] = [];
  const progress = makeProgress(out, process.stderr, clock);
  for (const run of runs) {
    if (run.plan === null) {
      tell(`${run.runId}: nothing to apply.`);
      continue;
    }
    const written = await writeMends(stack, dataset, run, now);
    tell(`${run.runId}: ${counted(written, 'mended row')} written.`);
    const request = { stack, runIds: [run.runId], asked: run.asked, progress, clock };
    const waiting = { waitMs: timeout * 1000, sleep: (ms: number) => sleep(ms) };
    replayed.push(...(await replayAll({ ...request, ...waiting })));
  }
  if (json) out.json(replayed);
  else for (const each of replayed) printReplayed(out, each);
  return replayed;
};

const printPlan = (out: Output, { runId, changed, unchanged, plan, asked }: RunMends): void => {
  if (plan === null) {
    out.line(`${runId}: nothing to apply${unchanged > 0 ? ', no raw was changed' : ''}`);
    return;
  }
  for (const line of planLines(plan, asked.contractVersion)) out.line(line);
  for (const { mended, was } of changed)
    out.line(
      `  mended ${was.key ?? mended.file} row ${mended.row}, rejected for ${was.reasons.map(({ code }) => code).join(', ')}`,
    );
  if (unchanged > 0) out.line(`  ${counted(unchanged, 'row')} as exported: they stay rejected`);
};
