import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The clone: commands work from any current directory. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export const toolsDir = join(root, 'node_modules', '.bin');

/** Where instances of the local AWS keep their files; git and lint ignore it. */
export const localDir = join(root, '.headgate', 'local');

/** The virtual environment that set-up makes for MiniStack. */
export const ministackPython = join(root, '.headgate', 'ministack', 'bin', 'python');
