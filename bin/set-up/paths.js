import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The clone this file lies in: set-up works from any current directory. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Everything set-up makes, apart from node_modules; `rm -rf .headgate` is always safe. */
export const stateDir = join(root, '.headgate');
export const logDir = join(stateDir, 'logs');
export const binDir = join(root, 'node_modules', '.bin');
