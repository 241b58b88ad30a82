import { fileURLToPath } from 'node:url';
import type { Run } from './runner.ts';

/** What a peer is given: the generated file, its products, and an empty folder for its output. */
export type Task = {
  readonly input: string;
  readonly products: string;
  readonly out: string;
  /** The Python of the peers that are written in it. */
  readonly python: string;
};

/** One way to get from a file to Parquet, measured in the same run as the others. */
export type Peer = {
  readonly name: string;
  readonly is: string;
  /** True when it must find every planted row, and is checked for it. */
  readonly validates: boolean;
  readonly needsPython: boolean;
  /** A large file takes it minutes; one repetition is enough to see by how much. */
  readonly isSlow: boolean;
  readonly run: (task: Task) => Run;
};

const script = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const engine = script('../headgate.ts');

const ours = (name: string, is: string, threads?: number): Peer => ({
  name,
  is,
  validates: true,
  needsPython: false,
  isSlow: false,
  run: ({ input, products, out }) => {
    const options = ['--dataset', 'orders', '--out', out, '--reference', `products=${products}`];
    const pinned = threads === undefined ? [] : ['--threads', String(threads)];
    return { args: [engine, 'process', input, ...options, ...pinned] };
  },
});

const inPython = (name: string, is: string, isSlow: boolean): Peer => ({
  name,
  is,
  validates: true,
  needsPython: true,
  isSlow,
  run: ({ input, products, out, python }) => ({
    args: [script(`peers/with_${name}.py`), input, out, products],
    python,
    // Python would leave its cache among the sources.
    env: { PYTHONDONTWRITEBYTECODE: '1' },
  }),
});

/** Who can be asked for by name, in the order of the tables. */
export const peerNames = ['process', 'raw', 'zod', 'polars', 'pandas', 'dlt'] as const;
export type PeerName = (typeof peerNames)[number];
export type PeerId = PeerName | 'oneThread' | 'twoThreads';

export const peers: Readonly<Record<PeerId, Peer>> = {
  process: ours(
    'headgate process',
    'the whole engine: every rule, reasons, dedupe, join, clean and curated Parquet',
  ),
  oneThread: ours('headgate, 1 thread', 'the same with one thread on both cores', 1),
  twoThreads: ours('headgate, 2 threads', 'the same with two threads on both cores', 2),
  raw: {
    name: 'raw limit',
    is: 'DuckDB, the file to typed zstd Parquet by month, nothing checked',
    validates: false,
    needsPython: false,
    isSlow: false,
    run: ({ input, out }) => ({ args: [script('peers/raw.ts'), input, out] }),
  },
  zod: {
    name: 'csv-parse + zod',
    is: 'a loop over rows, as a Lambda is usually written',
    validates: true,
    needsPython: false,
    isSlow: true,
    run: ({ input, products, out }) => ({ args: [script('peers/zod.ts'), input, out, products] }),
  },
  polars: inPython('polars', 'Polars, the whole file as one frame, prices as doubles', false),
  pandas: inPython('pandas', 'pandas, the whole file as one frame, prices as doubles', true),
  dlt: inPython('dlt', 'dlt, rows judged by pydantic, one table per month', true),
};
