import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Output } from '../console/output.ts';
import { Expected } from '../generate/expected.ts';
import { productsCsv } from '../generate/products.ts';
import { type TextOrderOptions, writeOrders } from '../generate/write-orders.ts';

export type BenchFormat = TextOrderOptions['format'];

/** A generated file, where its products lie, and what must be found in it. */
export type BenchData = {
  readonly rows: number;
  readonly input: string;
  readonly products: string;
  readonly expected: Expected;
};

/** Makes the file once; the summary is written last, so half a file is never taken for a whole. */
export const benchData = (
  folder: string,
  { rows, format }: { readonly rows: number; readonly format: BenchFormat },
  out: Output,
): BenchData => {
  const dir = join(folder, `orders-${rows}`);
  const input = join(dir, `orders.${format}`);
  const products = join(dir, 'products.csv');
  const summary = `${input}.expected.json`;
  if (!existsSync(summary)) {
    out.note(`Generating ${rows} rows of ${format} (once; they stay in ${dir}) …`);
    mkdirSync(dir, { recursive: true });
    writeFileSync(products, productsCsv());
    const expected = writeOrders(input, { rows, format });
    writeFileSync(summary, `${JSON.stringify(expected, null, 2)}\n`);
  }
  const expected = Expected.parse(JSON.parse(readFileSync(summary, 'utf8')));
  return { rows, input, products, expected };
};
