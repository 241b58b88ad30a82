import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkDisk, findPython } from '../set-up/checks.js';
import { orExplain } from '../set-up/fail.js';
import { alone } from '../set-up/lock.js';
import { root, stateDir } from '../set-up/paths.js';
import { runLogged } from '../set-up/run.js';

/**
 * Makes the virtual environment of the Python peers, and prints the path of its Python. It is a
 * script of its own because only a benchmark that is asked for such a peer needs it.
 */
const home = join(stateDir, 'bench', 'venv');
const python = join(home, 'bin', 'python');
const stamp = join(home, 'headgate-stamp');
const requirements = join(root, 'bin', 'bench', 'requirements.txt');

const tell = (text) => process.stderr.write(`${text}\n`);

/** A virtual environment is bound to its place, so a moved clone makes it anew. */
const wanted = () =>
  createHash('sha256').update(`${root}\n`).update(readFileSync(requirements)).digest('hex');

const isReady = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted();

const make = async () => {
  const base = findPython();
  checkDisk();
  tell(`Installing the Python peers (once; they stay in ${home}) …`);
  rmSync(home, { recursive: true, force: true });
  mkdirSync(join(stateDir, 'bench'), { recursive: true });
  await runLogged('venv-bench', base, ['-m', 'venv', home]);
  const flags = ['--no-deps', '--no-input', '--disable-pip-version-check'];
  await runLogged('pip-bench', python, [
    ...['-m', 'pip', 'install', ...flags, '--requirement', requirements],
  ]);
  writeFileSync(stamp, wanted());
};

await orExplain(async () => {
  await alone(tell, async () => {
    if (!isReady()) await make();
  });
  process.stdout.write(python);
  return 0;
});
