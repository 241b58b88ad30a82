import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A file of the repository: its path from the root, and its text (empty for binary files). */
export type SourceFile = { readonly path: string; readonly text: string; readonly bytes: number };

/** What no version of the repository holds, for a copy that has no git beside it. */
const NEVER_TRACKED = new Set([
  '.git',
  'node_modules',
  'cdk.out',
  '.headgate',
  '.build',
  'coverage',
]);

const walk = (root: string, folder = ''): string[] =>
  readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (NEVER_TRACKED.has(entry.name)) return [];
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    return entry.isDirectory() ? walk(root, path) : [path];
  });

/** New files count before they are added: a check that comes after the commit comes too late. */
const listed = (root: string): string[] =>
  execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
    .split('\0')
    .filter((path) => path !== '' && existsSync(join(root, path)));

/** Every file that is, or is about to be, in the repository. */
export const readTree = (root: string): SourceFile[] =>
  (existsSync(join(root, '.git')) ? listed(root) : walk(root)).sort().map((path) => {
    const bytes = readFileSync(join(root, path));
    return { path, text: bytes.includes(0) ? '' : bytes.toString('utf8'), bytes: bytes.length };
  });

/** The folder of a path, '' for the root. */
export const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/** The last part of a path. */
export const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

const IMPORT = /\b(?:from|import)\s*\(?\s*['"](\.{1,2}\/[^'"]+)['"]/g;

/** The files of the tree that a file imports, types and `import()` included. */
export const importsOf = (file: SourceFile): string[] =>
  [...file.text.matchAll(IMPORT)].map(([, target = '']) => {
    const parts = folderOf(file.path).split('/').filter(Boolean);
    for (const part of target.split('/')) {
      if (part === '..') parts.pop();
      else if (part !== '.') parts.push(part);
    }
    return parts.join('/');
  });
