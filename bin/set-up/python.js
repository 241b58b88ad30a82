import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findPython } from './checks.js';
import { root, stateDir } from './paths.js';
import { runLogged } from './run.js';

/** A virtual environment is bound to its place, so a moved clone makes it anew. */
const stampOf = (requirements) =>
  createHash('sha256').update(`${root}\n`).update(readFileSync(requirements)).digest('hex');

const environment = (name, id, requirementsPath) => {
  const requirements = join(root, requirementsPath);
  const home = join(stateDir, id);
  const stamp = join(home, 'headgate-stamp');
  return {
    name,
    isReady: () => existsSync(stamp) && readFileSync(stamp, 'utf8') === stampOf(requirements),
    make: async () => {
      const python = findPython();
      rmSync(home, { recursive: true, force: true });
      await runLogged(`venv-${id}`, python, ['-m', 'venv', home]);
      // Every package is pinned in the file, so pip has nothing to resolve and nothing to guess.
      const flags = ['--no-deps', '--no-input', '--disable-pip-version-check'];
      await runLogged(`pip-${id}`, join(home, 'bin', 'python'), [
        ...['-m', 'pip', 'install', ...flags, '--requirement', requirements],
      ]);
      writeFileSync(stamp, stampOf(requirements));
    },
  };
};

/** The local AWS. */
export const localAws = environment('local AWS', 'ministack', 'bin/local/requirements.txt');

/** Independent readers of the tables Headgate writes: for tests only. */
export const readers = environment('table readers', 'readers', 'test/readers/requirements.txt');
