import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import * as z from 'zod';
import type { Machine } from './report.ts';

const Versions = z.record(z.string(), z.string());
const Package = z.object({ dependencies: Versions, devDependencies: Versions });

const NODE_PACKAGES = ['@duckdb/node-api', 'zod', 'csv-parse', 'hyparquet-writer'] as const;
const PYTHON_PACKAGES = ['polars', 'pandas', 'pyarrow', 'dlt', 'pydantic'] as const;

const textOf = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

/** Everything is pinned, so what the files say is what runs. */
const versionsOf = (withPython: boolean): Record<string, string> => {
  const { dependencies, devDependencies } = Package.parse(JSON.parse(textOf('../../package.json')));
  const all: Record<string, string> = { ...dependencies, ...devDependencies };
  if (withPython)
    for (const [, name = '', version = ''] of textOf('requirements.txt').matchAll(
      /^(\S+)==(\S+)/gm,
    ))
      all[name] ??= version;
  const named = [...NODE_PACKAGES, ...(withPython ? PYTHON_PACKAGES : [])];
  return {
    node: process.versions.node,
    ...Object.fromEntries(named.map((name) => [name, all[name] ?? 'unknown'])),
  };
};

/** The machine as a reader of the figures needs it. */
export const machineOf = (load: number, withPython: boolean): Machine => ({
  cpu: cpus()[0]?.model.trim() ?? 'unknown processor',
  cores: cpus().length,
  load,
  versions: versionsOf(withPython),
});
