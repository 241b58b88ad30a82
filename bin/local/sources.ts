import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from './cdk.ts';
import { root } from './places.ts';

/** Everything a stack is built from. What is not named here must not change what is deployed. */
const built = [
  'adapters',
  'bin/app.ts',
  'cdk.json',
  'core',
  'datasets',
  'functions',
  'layers',
  'lib',
  'package-lock.json',
  'package.json',
  'tsconfig.json',
] as const;

/** Made from sources, or never built in. */
const leftOut = /(^|\/)(node_modules|\.build|samples)(\/|$)/;

/**
 * Identity of the sources and settings of a stack. Reading them takes milliseconds and synthesising
 * takes seconds, so an unchanged clone is known by this. It may change without need (a comment);
 * the digest of the assembly then tells that there is nothing to deploy.
 */
export const sourcesDigest = async (context: Context, dir: string = root): Promise<string> => {
  const hash = createHash('sha256').update(JSON.stringify(Object.entries(context).sort()));
  for (const path of await filesOf(dir)) {
    hash.update(`\n${path}\n`).update(await readFile(join(dir, path)));
  }
  return hash.digest('hex');
};

const filesOf = async (dir: string): Promise<string[]> => {
  const lists = await Promise.all(
    built.map(async (path) => {
      if (/\.\w+$/.test(path)) return [path];
      const below = await readdir(join(dir, path), { recursive: true, withFileTypes: true });
      return below
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(dir.length + 1));
    }),
  );
  return lists
    .flat()
    .filter((path) => !leftOut.test(path))
    .sort();
};
