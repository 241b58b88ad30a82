import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { checkTool } from './checks.js';
import { binDir, root } from './paths.js';
import { runLogged } from './run.js';

const packagesOf = (path) => {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages ?? {};
  } catch {
    return {};
  }
};

/**
 * Npm writes what it installed beside the packages, last of all: so an install that was cut off
 * does not count, and one that was made by hand does.
 */
const installed = () => {
  const wanted = packagesOf(join(root, 'package-lock.json'));
  const present = packagesOf(join(root, 'node_modules', '.package-lock.json'));
  const pinnedNode = `node_modules/node-${process.platform}-${process.arch}`;
  return Object.entries(wanted).every(([path, { version, optional }]) => {
    if (path === '') return true;
    if (path in present) return present[path].version === version;
    // Optional packages are mostly for other platforms; our own Node is not.
    return optional === true && path !== pinnedNode;
  });
};

/** `npx headgate` runs this link at once; without it, npm would link the clone into its cache. */
const linkCommand = () => {
  const link = join(binDir, 'headgate');
  mkdirSync(binDir, { recursive: true });
  rmSync(link, { force: true });
  symlinkSync(join('..', '..', 'bin', 'headgate.js'), link);
};

/** The npm packages, exactly as package-lock.json names them; no install scripts are run. */
export const packages = {
  name: 'npm packages',
  isReady: () => installed() && existsSync(join(binDir, 'headgate')),
  make: async () => {
    if (!installed()) {
      checkTool('npm', 'It comes with Node: install Node from https://nodejs.org and try again.');
      const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];
      await runLogged('npm-ci', 'npm', ['ci', ...flags]);
    }
    linkCommand();
  },
};
