import { Command, Option } from 'commander';
import * as z from 'zod';
import type { Dataset } from '../../core/dataset.ts';
import { historyRunsMin, medianOf } from '../../core/quality/anomaly.ts';
import { says } from '../../core/quality/index.ts';
import { historyRunsMax, type RunSummary } from '../../core/quality/summary.ts';
import type { Output } from '../console/output.ts';
import { sparkline } from '../console/sparkline.ts';
import { stackOption, withStack } from '../world.ts';
import {
  jsonOption,
  type MakeCommand,
  parseOptions,
  wholeNumber,
  withExamples,
} from './command.ts';
import { declared, loadDatasets } from './dataset-named.ts';
import { counted, percent, when, whole } from './words.ts';

const QualityOptions = z.object({
  limit: wholeNumber(1, historyRunsMax),
  stack: z.string(),
  json: z.boolean().default(false),
});

/** `headgate quality DATASET`: what it is checked for, and how its published runs went. */
export const qualityCommand: MakeCommand = ({ out, env }) => {
  const command = new Command('quality')
    .description('show the checks of a dataset and the history of its published runs')
    .argument('<dataset>', 'a dataset of datasets/')
    .addOption(new Option('--limit <number>', 'runs at most').default('20'))
    .addOption(stackOption())
    .addOption(jsonOption())
    .action(async (name: string, raw: unknown) => {
      const { limit, stack, json } = parseOptions(QualityOptions, raw);
      const dataset = declared(await loadDatasets(), name);
      const history = await withStack({ out, env }, stack, ({ ledger }) =>
        ledger.history(dataset.name, limit),
      );
      const checks = dataset.quality.map((check) => ({ ...check, says: says(check) }));
      if (json) out.json({ dataset: dataset.name, checks, history });
      else printQuality(out, dataset, history);
    });
  return withExamples(command, ['quality orders', 'quality orders --limit 60 --json']);
};

/** The newest run comes first in the table, and last in the lines that show the course of time. */
export const printQuality = (
  out: Output,
  dataset: Dataset,
  history: readonly RunSummary[],
): void => {
  out.line(out.styles.strong(`${dataset.name}: ${counted(dataset.quality.length, 'check')}`));
  for (const check of dataset.quality) out.line(`  ${says(check)}`);
  out.line();
  if (history.length === 0) {
    out.line('No run of it has been published yet.');
    return;
  }
  const inTime = [...history].reverse();
  const scores = inTime.map(({ score }) => score);
  const rows = inTime.map(({ rowsIn }) => rowsIn);
  out.line(`score  ${sparkline(scores)}  median ${medianOf(scores).toFixed(2)}`);
  out.line(`rows   ${sparkline(rows)}  median ${whole(Math.round(medianOf(rows)))}`);
  if (history.length < historyRunsMin)
    out.line(
      `${counted(history.length, 'run')} published; volume and drift judge from ${historyRunsMin} on.`,
    );
  out.line();
  out.table(columns, history.map(cells));
};

const columns = [
  { title: 'run' },
  { title: 'created' },
  { title: 'rows in', align: 'right' },
  { title: 'published', align: 'right' },
  { title: 'rejected', align: 'right' },
  { title: 'score', align: 'right' },
  { title: 'note' },
] as const;

const cells = (run: RunSummary): string[] => [
  run.runId,
  when(run.at),
  whole(run.rowsIn),
  whole(run.published),
  percent(run.rejectedShare),
  run.score.toFixed(2),
  run.released ? 'released' : '',
];
