import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, join } from 'node:path';
import { outerPath } from './checks.js';
import { SetUpError } from './fail.js';
import { binDir, root } from './paths.js';

const NEEDED = 24;

/** The pinned Node that npm installed; elsewhere, the Node we run on, if it is new enough. */
const findNode = () => {
  const pinned = join(binDir, 'node');
  if (existsSync(pinned)) return pinned;
  if (Number(process.versions.node.split('.')[0]) >= NEEDED) return process.execPath;
  throw new SetUpError(
    `Headgate runs on Node ${NEEDED}, and npm has none for ${process.platform}-${process.arch} ` +
      `that it could install (this is Node ${process.versions.node}). Install Node ${NEEDED} from ` +
      'https://nodejs.org and try again.',
  );
};

const FORWARDED = ['SIGTERM', 'SIGHUP'];

/** Runs a TypeScript file of this clone in the terminal's foreground; resolves to its exit code. */
export const runOnNode24 = (script, args) =>
  new Promise((resolve, reject) => {
    const env = {
      // Compiling what a command imports takes longer than many a command itself.
      NODE_COMPILE_CACHE: join(root, '.headgate', 'compile-cache'),
      ...process.env,
      PATH: `${binDir}${delimiter}${outerPath()}`,
    };
    const child = spawn(findNode(), [join(root, script), ...args], { stdio: 'inherit', env });
    // Ctrl-C reaches the child by itself; we only must not die before it.
    process.on('SIGINT', () => undefined);
    for (const signal of FORWARDED) process.on(signal, () => child.kill(signal));
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
  });
