import { Command } from 'commander';
import * as z from 'zod';
import type { Dataset } from '../../core/dataset.ts';
import { typeText } from '../../core/iceberg-type.ts';
import type { Output } from '../console/output.ts';
import { jsonOption, type MakeCommand, parseOptions, withExamples } from './command.ts';
import { declared, loadDatasets } from './dataset-named.ts';
import { percent } from './words.ts';

const DatasetsOptions = z.object({ json: z.boolean().default(false) });

/** `headgate datasets`: what this clone declares, without asking any AWS. */
export const datasetsCommand: MakeCommand = ({ out }) => {
  const command = new Command('datasets')
    .description('describe the declared datasets: fields, keys, write modes, limits')
    .argument('[name]', 'only this one, with all its fields')
    .addOption(jsonOption())
    .action(async (name: string | undefined, raw: unknown) => {
      const { json } = parseOptions(DatasetsOptions, raw);
      const [all, { columnsOf, describe }] = await Promise.all([
        loadDatasets(),
        import('../../core/contract.ts'),
      ]);
      const chosen = name === undefined ? all : [declared(all, name)];
      const lookup = (other: string) => all.find((dataset) => dataset.name === other);
      if (json) {
        const documents = chosen.map((dataset) => ({
          ...describe(dataset),
          columns: columnsOf(dataset, lookup),
        }));
        out.json(name === undefined ? documents : documents[0]);
        return;
      }
      for (const dataset of chosen) {
        if (dataset !== chosen[0]) out.line();
        print(out, dataset, describe(dataset));
      }
    });
  return withExamples(command, ['datasets', 'datasets orders', 'datasets orders --json']);
};

/** The dataset with its contract version and each field's type and rules spelt out. */
type Description = ReturnType<typeof import('../../core/contract.ts').describe>;

const print = (out: Output, dataset: Dataset, description: Description): void => {
  const { name, owner, domain, key, write, files, rejects, partition } = dataset;
  out.line(`${out.styles.strong(name)}  ${dataset.description}`);
  out.line(`  owner      ${owner} (${domain}), contract ${description.contractVersion}`);
  out.line(`  write      ${modes[write.kind]}`);
  out.line(`  key        ${key.length === 0 ? 'none: rows are not deduplicated' : key.join(', ')}`);
  if (partition.length > 0)
    out.line(
      `  partition  ${partition.map(({ column, transform }) => `${transform} of ${column}`).join(', ')}`,
    );
  out.line(
    `  files      ${files.formats.join(', ')}; CSV separator ${JSON.stringify(files.delimiter)}`,
  );
  out.line(
    `  held       when more than ${percent(rejects.holdAbove)} of a run’s rows are rejected`,
  );
  out.table(
    [
      { title: '  field' },
      { title: 'kind' },
      { title: 'type' },
      { title: 'required' },
      { title: 'rules' },
    ],
    description.fields.map((field) => [
      `  ${field.name}`,
      field.kind,
      typeText(field.type),
      field.required ? 'yes' : '',
      [...choices(dataset, field.name), ...field.rules.map(ruleText)].join('; '),
    ]),
  );
};

const modes = {
  append: 'append: each run adds its rows',
  replace: 'replace: each file is the whole table',
} as const satisfies Record<Dataset['write']['kind'], string>;

/** The declared values of a field that has a list of them. */
const choices = ({ fields }: Dataset, name: string): string[] =>
  Object.values(fields[name]?.options ?? {}).flatMap((option) =>
    Array.isArray(option) ? [option.join(', ')] : [],
  );

/** `range min 1 max 100000`: a rule with what it was told, without its code. */
const ruleText = ({ kind, code: _code, ...told }: Readonly<Record<string, unknown>>): string =>
  [kind, ...Object.entries(told).map(([name, value]) => `${name} ${String(value)}`)].join(' ');
