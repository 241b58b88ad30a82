import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { Command } from 'commander';
import * as z from 'zod';
import { DatasetName } from '../../core/ids.ts';
import { UserError } from '../console/errors.ts';
import type { Output } from '../console/output.ts';
import {
  jsonOption,
  type MakeCommand,
  parseOptions,
  wholeNumber,
  withExamples,
} from './command.ts';
import { counted, percent, whole } from './words.ts';

const InferOptions = z.object({
  name: DatasetName.optional(),
  out: z.string().regex(/\.ts$/, 'must be a .ts file').optional(),
  rows: wholeNumber(1, 1_000_000).default(20_000),
  tolerate: z.coerce
    .number({ error: 'must be a share from 0 to 0.5' })
    .min(0, 'must be a share from 0 to 0.5')
    .max(0.5, 'must be a share from 0 to 0.5')
    .default(0),
  record: z.string().min(1).optional(),
  path: z.string().min(1).optional(),
  keyedBy: z.string().min(1).optional(),
  sheet: z.string().min(1).optional(),
  force: z.boolean().default(false),
  json: z.boolean().default(false),
});
type InferOptions = z.infer<typeof InferOptions>;

/** `headgate infer`: a first draft of a dataset from the files that it will get. */
export const inferCommand: MakeCommand = ({ out }) => {
  const command = new Command('infer')
    .description('propose a dataset from sample files, and judge the samples by it')
    .argument('<file...>', 'CSV, JSON, Parquet, Avro, Excel or XML, also in gzip, zstd or zip')
    .option('--name <name>', 'name of the dataset (default: from the first file)')
    .option('-o, --out <file>', 'write it there, as in datasets/x.ts, instead of printing it')
    .option('--rows <number>', 'rows read of each file (default: 20000)')
    .option('--tolerate <share>', 'share of wrong values that a column may have (default: 0)')
    .option('--record <element>', 'XML: the element that is a row')
    .option('--path <names>', 'JSON: the names that lead to the rows, as in data/items')
    .option('--keyed-by <field>', 'JSON: the rows are an object’s values; this field is its keys')
    .option('--sheet <name>', 'Excel: the sheet (default: the first)')
    .option('--force', 'replace the file of --out')
    .addOption(jsonOption())
    .addHelpText('after', '\nEnds with 0 when the samples were read, also when rows are rejected.')
    .action((paths: string[], raw: unknown) => run(out, paths, parseOptions(InferOptions, raw)));
  return withExamples(command, [
    'infer orders.csv',
    'infer orders-*.csv --name orders --out datasets/orders.ts',
    'infer export.csv --tolerate 0.02 --json',
    'infer feed.xml --record order',
  ]);
};

/** orders-2025-h1.csv.gz is orders: what stands before the first number. */
const nameOf = (path: string): string => {
  const parts = (basename(path).split('.')[0] ?? '').toLowerCase().split(/[^a-z0-9]+/);
  const end = parts.findIndex((part) => /\d/.test(part));
  const name = (end < 0 ? parts : parts.slice(0, end)).filter((part) => part !== '').join('_');
  return name === '' ? 'samples' : name.slice(0, 40);
};

const askedOf = ({ record, path, keyedBy, sheet }: InferOptions) => ({
  ...(record === undefined ? {} : { record }),
  ...(path === undefined ? {} : { path: path.split('/') }),
  ...(keyedBy === undefined ? {} : { keyedBy }),
  ...(sheet === undefined ? {} : { sheet }),
});

const run = async (out: Output, paths: readonly string[], options: InferOptions) => {
  const { infer } = await import('../infer/infer.ts');
  const name = options.name ?? DatasetName.parse(nameOf(paths[0] ?? ''));
  const { source, proposal, judged } = await infer(paths, {
    name,
    rows: options.rows,
    tolerance: options.tolerate,
    asked: askedOf(options),
  });
  if (options.out !== undefined) await write(options.out, source, options.force);
  if (options.json) {
    const fields = proposal.fields.map(({ name: field, column, call, notes }) => ({
      name: field,
      header: column.header,
      kind: call.builder,
      notes,
    }));
    out.json({
      name,
      key: proposal.key,
      partition: proposal.partition,
      fields,
      source,
      files: judged.map((each) => (each.kind === 'judged' ? { ...each, odd: undefined } : each)),
    });
    return;
  }
  if (options.out === undefined) out.line(source.trimEnd());
  for (const each of judged) {
    const file = basename(each.path);
    if (each.kind === 'refused') out.note(`${file}: refused, ${each.code}: ${each.detail}`);
    else {
      out.note(
        `${file}: ${counted(each.rows, 'row')}, ${whole(each.valid)} valid, ` +
          `${whole(each.rejected)} rejected (${percent(each.rejected / Math.max(1, each.rows))})`,
      );
      for (const { code, field, rows } of each.reasons) {
        out.note(`  ${code} ${field ?? ''}: ${counted(rows, 'row')}`);
      }
    }
  }
  const where = options.out ?? `datasets/${name}.ts`;
  out.note(`Next: read ${where}, name its owner, and list it in datasets/index.ts.`);
};

const write = async (path: string, source: string, force: boolean): Promise<void> => {
  await writeFile(path, source, { flag: force ? 'w' : 'wx' }).catch((cause: unknown) => {
    throw new UserError(
      {
        what: `${path} was not written.`,
        allowed: 'A new file in a folder that is there.',
        next: 'Name another one, or replace it with --force.',
      },
      { cause },
    );
  });
};
