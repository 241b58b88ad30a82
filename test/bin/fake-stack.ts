import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { Drop } from '../../adapters/drop.ts';
import { makeOutput } from '../../bin/console/output.ts';
import type { DeployedStack } from '../../bin/world.ts';
import type { RunPointer } from '../../core/documents.ts';
import { EpochMs, Fence, FileId, RunId } from '../../core/ids.ts';
import type { FileEntry, RunEntry } from '../../core/ledger.ts';
import type { ListedVersion } from '../../core/ports.ts';
import type { RunSummary } from '../../core/quality/summary.ts';
import { literal } from '../../core/sql.ts';
import { memoryEntities } from '../support/memory-entities.ts';
import { ledgerState, memoryLedger } from '../support/memory-ledger.ts';
import { memorySenders } from '../support/memory-senders.ts';
import { simulatedWorld } from '../support/simulated-world.ts';

export const runIdOf = (dataset: string, minute: number, hash = '0123456789'): RunId =>
  RunId.parse(`${dataset}-20261121T05${String(minute).padStart(2, '0')}00Z-${hash}`);

export const fileIdOf = (digit: string): FileId => FileId.parse(digit.repeat(32));

const at = EpochMs.parse(Date.UTC(2026, 10, 21, 5));

export const aRun = (run: Partial<RunEntry> & Pick<RunEntry, 'runId' | 'dataset'>): RunEntry => ({
  state: 'PUBLISHED',
  fence: Fence.parse(1),
  contractVersion: '0123456789ab',
  files: [fileIdOf('a')],
  counts: null,
  quality: null,
  snapshotId: null,
  reason: null,
  createdAt: at,
  updatedAt: at,
  ...run,
});

export const aFile = (file: Partial<FileEntry> & Pick<FileEntry, 'fileId'>): FileEntry => ({
  bucket: 'landing',
  key: `orders/${file.fileId.slice(0, 4)}.csv`,
  versionId: 'v1',
  sizeBytes: 1_234,
  sequencer: '01',
  landedAt: at,
  dataset: null,
  state: 'PUBLISHED',
  runId: null,
  fence: null,
  contentId: null,
  counts: null,
  reason: null,
  updatedAt: at,
  ...file,
});

/** A stack in memory, with the simulator's catalogue and store; tests fill the ledger. */
export const fakeStack = () => {
  const { world, objects, tables } = simulatedWorld();
  const ledger = ledgerState();
  const downloads: string[] = [];
  const drops: Drop[] = [];
  const started: RunPointer[] = [];
  const landing: ListedVersion[] = [];
  const sent: string[] = [];
  const { catalog } = world;
  const who = memorySenders();
  const { entities } = memoryEntities();
  const stack: DeployedStack = {
    name: 'Headgate',
    where: 'memory',
    outputs: {
      LandingBucket: 'landing',
      CleanBucket: 'clean',
      CuratedBucket: 'curated',
      QuarantineBucket: 'quarantine',
      LedgerTable: 'ledger',
      PipelineArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:pipeline',
      NoticeQueueUrl: 'http://queue',
      DeadLetterQueueUrl: 'http://dead',
      CatalogDatabase: 'headgate',
      ApiId: 'a',
      ApiUrl: 'https://api.example/v1/',
      UsagePlanId: 'p',
    },
    ledger: memoryLedger(ledger),
    store: {
      get: async (uri) => world.store.get(uri),
      putOnce: async () => 'written',
      put: (uri, bytes) => world.store.put(uri, bytes),
      download: async (uri, path) => {
        downloads.push(uri);
        await writeFile(path, await world.store.get(uri));
      },
      list: async (prefix) =>
        [...objects]
          .filter(([uri]) => uri.startsWith(prefix))
          .map(([uri, bytes]) => ({ uri, sizeBytes: bytes.length, at })),
    },
    landing: {
      head: async ({ sizeBytes, landedAt }) => ({ kind: 'found', sizeBytes, landedAt }),
      peek: async () => 'gone',
    },
    catalog,
    entities,
    drop: async (file) => {
      drops.push(file);
      return `v${drops.length}`;
    },
    execution: async () => undefined,
    start: async (pointer) => void started.push(pointer),
    landed: { versions: async () => ({ versions: landing, next: null }) },
    executions: { status: async () => 'unknown' },
    notices: { send: async (body) => void sent.push(body) },
    apiKeys: who.apiKeys,
    senders: who.senders,
    putRecords: async () => undefined,
    endpoint: undefined,
    caller: async () => 'arn:aws:sts::000000000000:assumed-role/shop/ana',
  };
  return {
    stack,
    world,
    objects,
    tables,
    drops,
    downloads,
    started,
    /** What lies in landing, and what was sent to intake. */
    landing,
    sent,
    letters: ledger.letters,
    remember: (summary: RunSummary) => ledger.summaries.set(summary.runId, summary),
    addRun: (run: RunEntry) => ledger.runs.set(run.runId, run),
    addFile: (file: FileEntry) => ledger.files.set(file.fileId, file),
  };
};

/** Bytes of a Parquet file that holds what the SELECT gives. */
export const parquetOf = async (select: string, options = ''): Promise<Buffer> => {
  const dir = await temporaryDir();
  const path = join(dir, 'made.parquet');
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run(`COPY (${select}) TO ${literal(path)} (FORMAT parquet${options})`);
  connection.closeSync();
  const bytes = await readFile(path);
  await rm(dir, { recursive: true });
  return bytes;
};

export const temporaryDir = (): Promise<string> => mkdtemp(join(tmpdir(), 'headgate-test-'));

/** A shell's output into two lists of lines. */
export const heardOutput = () => {
  const stdout: string[] = [];
  const stderr: string[] = [];
  const out = makeOutput(
    { write: (text) => stdout.push(text) },
    { write: (text) => stderr.push(text) },
    {},
  );
  return { out, stdout, stderr };
};
