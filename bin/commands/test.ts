import { Command } from 'commander';
import * as z from 'zod';
import { exitCodes, UserError } from '../console/errors.ts';
import type { Output } from '../console/output.ts';
import { oneLine } from '../console/table.ts';
import { jsonOption, type MakeCommand, parseOptions, withExamples } from './command.ts';
import { declared, loadDatasets } from './dataset-named.ts';
import { counted } from './words.ts';

const TestOptions = z.object({ json: z.boolean().default(false) });

/** `headgate test`: the examples beside the datasets, run on this machine in milliseconds. */
export const testCommand: MakeCommand = ({ out }) => {
  const command = new Command('test')
    .description('run the cases of the datasets (datasets/*.cases.ts), without any AWS')
    .argument('[dataset]', 'only the cases of this one')
    .addOption(jsonOption())
    .addHelpText('after', '\nEnds with 0 when every case came out as it says, else with 1.')
    .action(async (name: string | undefined, raw: unknown) => {
      const { json } = parseOptions(TestOptions, raw);
      const results = await runAll(name);
      const failed = results.filter(({ differences }) => differences.length > 0);
      if (json) {
        out.json({
          passed: results.length - failed.length,
          failed: failed.length,
          cases: results.map((each) => ({ ...each, passed: each.differences.length === 0 })),
        });
      } else {
        print(out, results);
      }
      if (failed.length === 0) return;
      throw new UserError({
        what: `${failed.length} of ${counted(results.length, 'case')} came out otherwise.`,
        next: 'Change the dataset, or the case when the new outcome is the right one.',
        exitCode: exitCodes.failed,
      });
    });
  return withExamples(command, ['test', 'test orders', 'test orders --json']);
};

type Result = Awaited<ReturnType<typeof runAll>>[number];

const runAll = async (name: string | undefined) => {
  const [datasets, { loadCases }, { runCase }, { differencesOf }] = await Promise.all([
    loadDatasets(),
    import('./case-files.ts'),
    import('../../core/cases/run-case.ts'),
    import('../../core/cases/compare.ts'),
  ]);
  if (name !== undefined) declared(datasets, name);
  const lookup = (other: string) => datasets.find((dataset) => dataset.name === other);
  const chosen = (await loadCases()).filter(
    ({ dataset }) => name === undefined || dataset.name === name,
  );
  if (chosen.length === 0) {
    throw new UserError({
      what: name === undefined ? 'There are no cases.' : `There are no cases of ${name}.`,
      next: `Write datasets/${name ?? 'NAME'}.cases.ts; docs/reference.md shows one.`,
    });
  }
  return chosen.flatMap(({ dataset, cases }) =>
    cases.map((each) => ({
      dataset: dataset.name,
      name: each.name,
      rows: each.rows.length,
      differences: differencesOf(dataset, lookup, each, runCase(dataset, lookup, each)),
    })),
  );
};

const print = (out: Output, results: readonly Result[]): void => {
  const { good, bad, strong } = out.styles;
  let dataset = '';
  for (const each of results) {
    if (each.dataset !== dataset) out.line(strong(each.dataset));
    dataset = each.dataset;
    out.line(`  ${each.differences.length === 0 ? good('✔') : bad('✖')} ${each.name}`);
    for (const { row, column, expected, found } of each.differences) {
      const where = [row === null ? 'all rows' : `row ${row}`, column].filter(Boolean).join(', ');
      out.line(`      ${where}`);
      out.line(good(`        + expected  ${oneLine(expected)}`));
      out.line(bad(`        - found     ${oneLine(found)}`));
    }
  }
  const rows = results.reduce((sum, each) => sum + each.rows, 0);
  out.line(`${counted(results.length, 'case')}, ${counted(rows, 'row')}`);
};
