import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ContractsLock } from '../../core/compatibility/contract-document.ts';
import { UserError } from '../console/errors.ts';

const root = join(import.meta.dirname, '../..');
/** Where the promises of the last release are kept; from the root of the repository. */
export const lockFile = 'datasets/contracts.lock.json';
export const lockPath = join(root, lockFile);

const run = promisify(execFile);

const parsed = (text: string, where: string): ContractsLock => {
  const lock = ContractsLock.safeParse(safeJson(text));
  if (lock.success) return lock.data;
  const [issue] = lock.error.issues;
  throw new UserError({
    what: `${where} is no list of contracts: ${issue?.message ?? 'not JSON'}.`,
    next: `Take the file of another commit, or write it anew: npx headgate contract lock --force`,
  });
};

const safeJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** The contracts as they were promised: in the work tree, or at a git ref. */
export const readLock = async (ref: string | undefined): Promise<ContractsLock> => {
  if (ref === undefined) {
    const text = await readFile(lockPath, 'utf8').catch(() => {
      throw new UserError({
        what: `${lockFile} is not there.`,
        next: 'npx headgate contract lock writes it; commit it with the datasets.',
      });
    });
    return parsed(text, lockFile);
  }
  const options = { cwd: root, maxBuffer: 64 * 1024 * 1024 };
  const shown = await run('git', ['show', `${ref}:${lockFile}`], options).catch(() => {
    throw new UserError({
      what: `git has no ${lockFile} at '${ref}'.`,
      allowed: 'A branch, tag or commit of this clone that has the file.',
      next: 'git fetch gets what the server has; git log -- datasets/contracts.lock.json lists it.',
    });
  });
  return parsed(shown.stdout, `${lockFile} at ${ref}`);
};
