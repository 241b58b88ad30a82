import { Command, Option } from 'commander';
import * as z from 'zod';
import type { Target } from '../../core/derive/index.ts';
import type { MakeCommand } from './command.ts';
import { parseOptions, withExamples } from './command.ts';
import { contractDiffCommand, contractLockCommand } from './contract-diff.ts';
import { declared, loadDatasets } from './dataset-named.ts';

/** Said here as well, so that `--help` loads no dataset; a test holds it to the real list. */
export const targetNames = [
  'zod',
  'types',
  'json-schema',
  'openapi',
  'odcs',
  'duckdb',
  'iceberg',
  'glue',
  'markdown',
] as const satisfies readonly Target[];

const ShowOptions = z.object({ as: z.enum(targetNames).default('json-schema') });

/** `headgate contract`: what a dataset promises, told to other tools and compared with before. */
export const contractCommand: MakeCommand = (shell) => {
  const command = new Command('contract')
    .description('print a dataset’s contract for other tools, or compare it with an earlier one')
    .addCommand(showCommand(shell))
    .addCommand(contractDiffCommand(shell))
    .addCommand(contractLockCommand(shell));
  return withExamples(command, [
    'contract show orders --as odcs',
    'contract diff',
    'contract diff --against origin/main --json',
    'contract lock',
  ]);
};

const showCommand: MakeCommand = ({ out }) => {
  const command = new Command('show')
    .description('print what follows from a dataset’s definition')
    .argument('<dataset>', 'one of datasets/')
    .addOption(
      new Option('--as <form>', 'what to print it as')
        .choices([...targetNames])
        .default('json-schema'),
    )
    .action(async (name: string, raw: unknown) => {
      const { as } = parseOptions(ShowOptions, raw);
      const datasets = await loadDatasets();
      const dataset = declared(datasets, name);
      const { targets } = await import('../../core/derive/index.ts');
      const lookup = (other: string) => datasets.find((each) => each.name === other);
      const derived = targets[as](dataset, lookup);
      if (derived.kind === 'document') out.json(derived.document);
      else out.line(derived.text.trimEnd());
    });
  return withExamples(command, [
    'contract show orders',
    'contract show orders --as odcs > orders.odcs.json',
    'contract show orders --as types > order-row.ts',
  ]);
};
