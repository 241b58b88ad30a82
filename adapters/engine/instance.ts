import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { list, literal } from '../../core/sql.ts';
import { addNestedFunctions } from './nested-functions.ts';

/** A DuckDB that may touch one directory and the files it was told of, and nothing else. */
export type Engine = {
  run(sql: string): Promise<void>;
  /** Rows as JSON: longs and decimals are texts. Callers parse them. */
  rows(sql: string): Promise<readonly unknown[]>;
  /** Two columns of integers, block by block, for results that are too long to be objects. */
  pairs(sql: string): AsyncGenerator<readonly [first: number, second: number]>;
  close(): void;
};

export type EngineOptions = {
  /** Everything is written here, temporary files too. */
  readonly workDir: string;
  /** Files elsewhere that may be read. */
  readonly inputs?: readonly string[];
  /** @default one per core */
  readonly threads?: number | undefined;
  /** DuckDB's buffers; the process needs a few hundred MB beside them. @default see memoryBytes */
  readonly memoryLimit?: string | undefined;
  /** @default all; the row rules switch filter_pushdown off (see compileRow) */
  readonly optimizersOff?: readonly string[];
  /** Statements that run before the configuration is locked. */
  readonly setup?: readonly string[];
};

const MEMORY_SHARE = 0.4;
const MEMORY_MAX_BYTES = 1024 ** 3;
/** Rows a partition's writer holds before it writes: small, since many are open at a time. */
const FLUSH_ROWS = 131_072;

/** More would not make it faster: rows stream, and only keys and partitions are held. */
const memoryBytes = (): number => {
  const constrained = process.constrainedMemory();
  const available = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
  return Math.round(Math.min(available * MEMORY_SHARE, MEMORY_MAX_BYTES));
};

/**
 * Opens a locked-down instance. Data files may come from anyone, and DuckDB promises nothing about
 * crafted ones: so no other path, no network, no extension. The order matters: the temporary
 * directory before the access is closed, the lock last.
 */
export const openEngine = async (options: EngineOptions): Promise<Engine> => {
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(options.threads ?? availableParallelism()),
    memory_limit: options.memoryLimit ?? `${memoryBytes()}B`,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  const connection = await instance.connect();
  const paths = (all: readonly string[]): string => `[${list(all.map(literal))}]`;
  const settings = [
    `SET temp_directory = ${literal(join(options.workDir, 'spill'))}`,
    'SET preserve_insertion_order = false',
    // As a create option it is ignored.
    "SET TimeZone = 'UTC'",
    `SET partitioned_write_flush_threshold = ${FLUSH_ROWS}`,
    `SET disabled_optimizers = ${literal((options.optimizersOff ?? []).join(','))}`,
    `SET allowed_directories = ${paths([options.workDir])}`,
    `SET allowed_paths = ${paths(options.inputs ?? [])}`,
    'SET enable_external_access = false',
    ...(options.setup ?? []),
    'SET lock_configuration = true',
  ];
  await connection.run(settings.join('; '));
  addNestedFunctions(connection);
  return {
    run: async (sql) => {
      await connection.run(sql);
    },
    rows: async (sql) => (await connection.runAndReadAll(sql)).getRowObjectsJson(),
    async *pairs(sql) {
      const result = await connection.stream(sql);
      for (;;) {
        const chunk = await result.fetchChunk();
        if (chunk === null || chunk.rowCount === 0) return;
        const [first, second] = [chunk.getColumnValues(0), chunk.getColumnValues(1)];
        for (let row = 0; row < chunk.rowCount; row++) {
          yield [Number(first[row]), Number(second[row])];
        }
      }
    },
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
};
