import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { MendWorld } from '../../bin/mend/rejected.ts';
import { startReplay } from '../../bin/replay/replay-run.ts';
import { contractVersion } from '../../core/contract.ts';
import type { Dataset } from '../../core/dataset.ts';
import { append, defineDataset, replace } from '../../core/define-dataset.ts';
import { integer, text } from '../../core/fields/index.ts';
import type { RunId } from '../../core/ids.ts';
import type { RunEntry } from '../../core/ledger.ts';
import { baseOf, runIdKey, scanFiles } from '../../core/load/commit.ts';
import { landingBucket } from './events.ts';
import { memoryStack } from './memory-stack.ts';

/** A dataset whose definition a test may change between two runs. */
export const sales = (
  more: {
    max?: number;
    holdAbove?: number;
    replaces?: boolean;
    evolves?: boolean;
    header?: boolean;
  } = {},
) =>
  defineDataset({
    ...{ name: 'sales', domain: 'test', owner: 'test', description: 'For this test.' },
    fields: { id: integer(), amount: integer({ max: more.max ?? 100 }), note: text() },
    key: ['id'],
    files: { formats: ['csv', 'jsonl'], header: more.header ?? true },
    write: more.replaces === true ? replace() : append(),
    rejects: { holdAbove: more.holdAbove ?? 0.9 },
    ...(more.evolves === true ? { evolution: { newColumns: 'evolve' } } : {}),
  });

export const me = 'arn:aws:sts::000000000000:assumed-role/shop/ana';

/** A file of sales, from amounts: row n has the id `first` + n and the n-th amount. */
export const salesFile = (first: number, ...amounts: readonly (number | string)[]): string =>
  [
    'id,amount,note',
    ...amounts.map((amount, n) => `${first + n},${amount},n${first + n}`),
    '',
  ].join('\n');

type Options = NonNullable<Parameters<typeof memoryStack>[0]>;

/** A whole stack in memory, as the command line reaches it, with a definition that can change. */
export const replayStack = (first: Dataset = sales(), options: Omit<Options, 'datasets'> = {}) => {
  const datasets: Dataset[] = [first];
  const stack = memoryStack({ ...options, datasets });
  const { ledger, landing, catalog, store } = stack;
  const world: MendWorld = {
    ...{ ledger, landing, catalog, store, outputs, start: stack.pipeline.start },
    ...{ caller: async () => me, name: 'Headgate', where: 'memory' },
  };
  let clock = 1_795_300_000_000;
  const tick = () => {
    clock += 1000;
    return clock;
  };
  const deploy = (dataset: Dataset): void => void datasets.splice(0, 1, dataset);
  const now = (): Dataset => datasets[0] ?? first;
  const start = (runId: RunId, more: { again?: boolean; selection?: string } = {}) => {
    const selection = more.selection ?? `run ${runId}`;
    const contract = contractVersion(now());
    const asked = { selection, again: more.again ?? false, contractVersion: contract };
    return startReplay(world, runId, { ...asked, dataset: now() }, tick);
  };
  const runs = async (): Promise<readonly RunEntry[]> =>
    [...(await ledger.listRuns({ limit: 100 }))].reverse();
  return {
    ...stack,
    world,
    tick,
    deploy,
    dataset: now,
    start,
    /** Starts a replay and runs it. */
    replay: async (runId: RunId, more: Parameters<typeof start>[1] = {}) => {
      const started = await start(runId, more);
      await stack.execute();
      return started;
    },
    runs,
    run: async (index: number): Promise<RunEntry> => {
      const run = (await runs()).at(index);
      if (run === undefined) throw new Error(`there is no run ${index}`);
      return run;
    },
    files: async () =>
      Object.fromEntries(
        (await ledger.listFiles({ limit: 100 })).map((file) => [file.key, file] as const),
      ),
    /** Those of runs: an attempt that was given up leaves one without a change. */
    snapshots: () =>
      (stack.tables.get('sales')?.snapshots ?? []).filter(
        ({ summary }) => summary[runIdKey] !== undefined,
      ),
    /** What a reader of the table sees, in the order of the ids. */
    rows: async (columns = 'id, amount, _file, _row'): Promise<readonly unknown[]> => {
      const table = stack.tables.get('sales');
      if (table === undefined) return [];
      const live = await scanFiles(await baseOf({ store }, table));
      const files = live.map(({ data_file: file }) => stack.objects.get(file.file_path));
      return await rowsOf(files, columns);
    },
  };
};

const outputs = {
  ...{ LandingBucket: landingBucket, CleanBucket: 'clean', CuratedBucket: 'curated' },
  ...{ QuarantineBucket: 'quarantine', LedgerTable: 'ledger', PipelineArn: 'arn' },
  ...{ NoticeQueueUrl: 'q', DeadLetterQueueUrl: 'd', CatalogDatabase: 'headgate' },
  ...{ ApiId: 'a', ApiUrl: 'https://api.example/v1/', UsagePlanId: 'p' },
};

const rowsOf = async (files: readonly (Buffer | undefined)[], columns: string) => {
  if (files.length === 0) return [];
  const dir = mkdtempSync(join(tmpdir(), 'replay-'));
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  try {
    for (const [index, bytes] of files.entries())
      writeFileSync(join(dir, `${index}.parquet`), bytes ?? '');
    const from = `read_parquet('${dir}/*.parquet')`;
    const found = await connection.runAndReadAll(`SELECT ${columns} FROM ${from} ORDER BY ALL`);
    return found.getRowObjectsJson();
  } finally {
    connection.closeSync();
    rmSync(dir, { recursive: true });
  }
};
