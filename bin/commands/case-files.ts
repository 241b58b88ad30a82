import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as z from 'zod';
import type { DatasetCases } from '../../core/cases/case.ts';

const directory = join(import.meta.dirname, '../../datasets');

const isCases = (value: unknown): value is DatasetCases =>
  z.object({ kind: z.literal('cases') }).safeParse(value).success;

/** Every `datasets/<name>.cases.ts`: a file is found by its name, so that none is forgotten. */
export const loadCases = async (): Promise<readonly DatasetCases[]> => {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.cases.ts')).sort();
  const loaded: DatasetCases[] = [];
  for (const name of names) {
    const module: unknown = await import(pathToFileURL(join(directory, name)).href);
    const found = Object.values(z.record(z.string(), z.unknown()).parse(module)).filter(isCases);
    if (found.length === 0) {
      throw new Error(`datasets/${name} exports no cases; write export const … = cases(…)`);
    }
    loaded.push(...found);
  }
  return loaded;
};
