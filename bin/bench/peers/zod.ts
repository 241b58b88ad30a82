import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as z from 'zod';
import type { RowReason } from '../../../core/codes.ts';
import { sortedReasons } from '../../generate/expected.ts';
import { type Line, readLines } from './zod-lines.ts';
import { makeMonths } from './zod-months.ts';
import { OrderRow, RowCode } from './zod-row.ts';

/**
 * The row loop that a Lambda usually has: csv-parse, a zod schema per row, arrays per month,
 * Parquet at the end. It does what the engine does, so that the two can be compared; the rows it
 * refuses are kept with their reasons.
 */
const processOrders = async (input: string, out: string, productsPath: string): Promise<void> => {
  mkdirSync(out, { recursive: true });
  const months = makeMonths(readProducts(productsPath));
  const seen = new Set<string>();
  const reasons = new Map<string, number>();
  const rejects: string[] = [];
  const counts = { rowsIn: 0, published: 0, rejected: 0, deduplicated: 0 };

  const reject = (raw: unknown, why: readonly RowReason[]): void => {
    counts.rejected += 1;
    for (const { code, field } of why) {
      const key = `${code} ${field ?? ''}`;
      reasons.set(key, (reasons.get(key) ?? 0) + 1);
    }
    rejects.push(JSON.stringify({ raw, reasons: why }));
  };

  const publish = (row: OrderRow): void => {
    if (seen.has(row.order_id)) {
      counts.deduplicated += 1;
      return;
    }
    seen.add(row.order_id);
    counts.published += 1;
    months.add(row);
  };

  const take = (line: Line): void => {
    counts.rowsIn += 1;
    if (line.kind === 'broken') {
      reject(line.raw, [{ code: line.code, field: null }]);
      return;
    }
    const parsed = OrderRow.safeParse(line.cells);
    if (parsed.success) publish(parsed.data);
    else reject(line.cells, reasonsOf(parsed.error));
  };

  await readLines(input, take);
  writeFileSync(join(out, 'rejects.jsonl'), `${rejects.join('\n')}\n`);
  months.write(join(out, 'curated'));
  const summary = { ...counts, reasons: sortedReasons(reasons) };
  writeFileSync(join(out, 'metrics.json'), JSON.stringify(summary));
};

const reasonsOf = ({ issues }: z.ZodError): RowReason[] =>
  issues.map(({ message, path }) => ({ code: RowCode.parse(message), field: String(path[0]) }));

const readProducts = (path: string): Map<string, { name: string; category: string }> =>
  new Map(
    readFileSync(path, 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => {
        const [id = '', name = '', category = ''] = line.split(',');
        return [id, { name, category }];
      }),
  );

const [input = '', out = '', products = ''] = process.argv.slice(2);
await processOrders(input, out, products);
