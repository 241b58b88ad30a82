import { fileURLToPath } from 'node:url';
import type { Run } from './runner.ts';

/** What a peer is given: the generated file, its products, and an empty folder for its output. */
export type Task = {
  readonly input: string;
  readonly products: string;
  readonly out: string;
};

/** One way to get from a file to Parquet, measured in the same run as the others. */
export type Peer = {
  readonly name: string;
  readonly is: string;
  /** True when it must find every planted row, and is checked for it. */
  readonly validates: boolean;
  readonly run: (task: Task) => Run;
};

const script = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const engine = script('../headgate.ts');

export const peers = {
  process: {
    name: 'headgate process',
    is: 'the whole engine: every rule, reasons, dedupe, join, clean and curated Parquet',
    validates: true,
    run: ({ input, products, out }) => {
      const options = ['--dataset', 'orders', '--out', out, '--reference', `products=${products}`];
      return { args: [engine, 'process', input, ...options] };
    },
  },
  raw: {
    name: 'raw limit',
    is: 'DuckDB, CSV to typed zstd Parquet by month, nothing checked',
    validates: false,
    run: ({ input, out }) => ({ args: [script('peers/raw.ts'), input, out] }),
  },
  zod: {
    name: 'csv-parse + zod',
    is: 'a loop over rows, as a Lambda is usually written',
    validates: true,
    run: ({ input, products, out }) => ({ args: [script('peers/zod.ts'), input, out, products] }),
  },
} as const satisfies Record<string, Peer>;
export type PeerId = keyof typeof peers;
