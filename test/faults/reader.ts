import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import * as z from 'zod';
import { catalogEndpoint } from '../../adapters/iceberg-catalog.ts';

/** Made by set-up; a developer may name another. */
const python = process.env.HEADGATE_READERS_PYTHON ?? '.headgate/readers/bin/python';

export type Row = Readonly<Record<string, string | null>>;

const Text = z.union([z.string(), z.null()]);
const Rows = z.array(z.record(z.string(), Text));
const TableRows = z.object({
  rows: Rows,
  /** What gives a commit up is a snapshot of no run. */
  runs: z
    .array(z.string().nullable())
    .transform((runs) => runs.flatMap((runId) => (runId === null ? [] : [runId]))),
  total: z.number(),
});
const ParquetRows = z.object({ rows: Rows });
export type TableRows = z.infer<typeof TableRows>;

/** PyIceberg, which shares no code with Headgate, in a process that stays. */
export type Reader = {
  /** The rows of some landed files, or of all; the runs of all snapshots, and how many rows. */
  table(table: string, columns: readonly string[], files?: readonly string[]): Promise<TableRows>;
  parquet(uri: string, columns: readonly string[]): Promise<readonly Row[]>;
  close(): void;
};

/** Reads the database through the AWS that this process talks to. */
export const startReader = (database: string): Reader => {
  const region = process.env.AWS_REGION ?? 'us-east-1';
  const endpoint = process.env.AWS_ENDPOINT_URL ?? '';
  const child = spawn(
    python,
    [
      'test/readers/serve_rows.py',
      ...['--uri', catalogEndpoint(region, endpoint), '--catalog-id', '000000000000'],
      ...['--database', database, '--region', region, '--s3-endpoint', endpoint],
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let last: Promise<unknown> = Promise.resolve();
  const ask = async (question: object): Promise<unknown> => {
    child.stdin.write(`${JSON.stringify(question)}\n`);
    const { value, done } = await lines.next();
    if (done === true) throw new Error('the reader has ended');
    const answer: unknown = JSON.parse(value);
    const failed = z.object({ error: z.string() }).safeParse(answer);
    if (failed.success) throw new Error(`the reader: ${failed.data.error}`);
    return answer;
  };
  /** One question at a time: answers carry no name. */
  const inTurn = (question: object): Promise<unknown> => {
    const answer = last.catch(() => undefined).then(() => ask(question));
    last = answer;
    return answer;
  };
  return {
    table: async (table, columns, files) =>
      TableRows.parse(await inTurn({ table, columns, files })),
    parquet: async (uri, columns) =>
      ParquetRows.parse(await inTurn({ parquet: uri, columns })).rows,
    close: () => void child.stdin.end(),
  };
};
