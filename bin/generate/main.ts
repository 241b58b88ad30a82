import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import * as z from 'zod';
import { parseOptions, wholeNumber } from '../commands/command.ts';
import type { Output } from '../console/output.ts';
import { runTool } from '../tool.ts';
import { productsCsv } from './products.ts';
import { SAMPLES_DIR, writeSamples } from './samples.ts';
import { writeOrders } from './write-orders.ts';

/** Row ids have ten digits, and the sum of money must stay exact in cents. */
const ROWS_MAX = 1_000_000_000;

const OrdersOptions = z.object({
  rows: wholeNumber(1, ROWS_MAX),
  out: z.string(),
  format: z.enum(['csv', 'jsonl']),
  seed: wholeNumber(0, 2 ** 32 - 1),
  bad: z.coerce.number('must be a share from 0 to 1').min(0).max(1),
  newlines: z.boolean().default(false),
});

const generateOrders = (raw: unknown, out: Output): void => {
  const options = parseOptions(OrdersOptions, raw);
  mkdirSync(options.out, { recursive: true });
  const path = join(options.out, `orders.${options.format}`);
  out.note(`Writing ${options.rows} rows to ${path} …`);
  const expected = writeOrders(path, options, (rows) => out.note(`  ${rows} rows`));
  writeFileSync(`${path}.expected.json`, `${JSON.stringify(expected, null, 2)}\n`);
  writeFileSync(join(options.out, 'products.csv'), productsCsv());
  const { published, rejected, deduplicated, sums } = expected;
  out.line(`${path}: ${(expected.bytes / 1e6).toFixed(1)} MB`);
  out.line(`planted: ${published} to publish, ${rejected} to reject, ${deduplicated} duplicates`);
  out.line(`sum of line_total to find: ${sums.line_total}`);
  out.line(
    `all of it: ${path}.expected.json, and the products: ${join(options.out, 'products.csv')}`,
  );
};

const makeProgram = (out: Output): Command => {
  const program = new Command('generate').description(
    'Makes data with known faults: the same seed gives the same bytes on every machine.',
  );
  program
    .command('orders')
    .description('an orders file of any size, its products, and what must be found in it')
    .requiredOption('--out <folder>', 'where to write')
    .option('--rows <n>', 'rows, the bad ones included', '100000')
    .addOption(new Option('--format <format>').choices(['csv', 'jsonl']).default('csv'))
    .option('--seed <n>', 'another seed is another file', '42')
    .option('--bad <share>', 'share of bad rows, 0 to 1', '0.02')
    .option('--newlines', 'line breaks inside some quoted notes')
    .action((raw: unknown) => generateOrders(raw, out));
  program
    .command('samples')
    .description('the small files under datasets/samples, which are committed')
    .option('--out <folder>', 'where to write', SAMPLES_DIR)
    .action(async (raw: unknown) => {
      const { out: dir } = parseOptions(z.object({ out: z.string() }), raw);
      const { orders } = await writeSamples(dir);
      out.line(`${dir}: ${orders.files} orders files with ${orders.rowsIn} rows, …`);
      out.line(`what must be found in them: ${join(dir, 'expected.json')}`);
    });
  program.addHelpText(
    'after',
    [
      '\nExamples:',
      '  $ npm run generate -- orders --rows 1000000 --out data',
      '  $ npm run generate -- samples',
    ].join('\n'),
  );
  return program;
};

if (import.meta.main) process.exitCode = await runTool(makeProgram, process);
