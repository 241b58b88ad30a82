import { join } from 'node:path';
import * as z from 'zod';
import { processFile } from '../../adapters/engine/process.ts';
import { orders } from '../../datasets/orders.ts';
import { products } from '../../datasets/products.ts';
import { wholeNumber } from '../commands/command.ts';
import { UserError } from '../console/errors.ts';

/** Calls before the first one that counts: what a function has compiled and opened stays. */
const WARM_UP_CALLS = 5;

const lookup = (name: string) => [orders, products].find((dataset) => dataset.name === name);

/** What this script is given: the file, its products, an empty folder, how many calls count. */
const Given = z.tuple([z.string(), z.string(), z.string(), wholeNumber(1, 1000)]);

/**
 * One small file after another in one process, as a warm function gets them. Its products lie there
 * as published Parquet, as they do in the pipeline. Prints the milliseconds of each call.
 */
const processMany = async ([input, catalogue, out, calls]: z.infer<
  typeof Given
>): Promise<void> => {
  const timed = async (request: Parameters<typeof processFile>[0]): Promise<number> => {
    const started = performance.now();
    const processed = await processFile(request);
    if (processed.kind === 'refused')
      throw new UserError({ what: `${request.path} is refused: ${processed.detail}` });
    return performance.now() - started;
  };
  const outDir = join(out, 'products');
  await timed({ dataset: products, lookup, path: catalogue, outDir });
  const referenceFiles = { products: join(outDir, 'curated') };
  const eachMs: number[] = [];
  for (let call = -WARM_UP_CALLS; call < calls; call++) {
    const to = join(out, call < 0 ? `warm-up${call}` : String(call));
    const ms = await timed({ dataset: orders, lookup, path: input, referenceFiles, outDir: to });
    if (call >= 0) eachMs.push(ms);
  }
  process.stdout.write(JSON.stringify({ eachMs }));
};

await processMany(Given.parse(process.argv.slice(2)));
