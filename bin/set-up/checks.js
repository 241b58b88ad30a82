import { spawnSync } from 'node:child_process';
import { statfsSync } from 'node:fs';
import { delimiter } from 'node:path';
import { SetUpError } from './fail.js';
import { binDir, root } from './paths.js';

/** What the launcher itself is written for; everything else runs on Node 24 from node_modules. */
const OLDEST_NODE = 20;

/** MiniStack's own floor. */
const OLDEST_PYTHON = [3, 10];

/** node_modules, two virtual environments, the DuckDB layer and room to work. */
const FREE_DISK_BYTES = 2 * 1024 ** 3;

/** Refuses what could only fail later, in words of its own. */
export const checkNode = () => {
  if (process.platform === 'win32') {
    throw new SetUpError(
      'Headgate runs on Linux and macOS. On Windows, run it inside WSL (https://aka.ms/wsl).',
    );
  }
  if (Number(process.versions.node.split('.')[0]) >= OLDEST_NODE) return;
  throw new SetUpError(
    `Headgate needs Node ${OLDEST_NODE} or newer to set itself up, and this is Node ` +
      `${process.versions.node}. Install a newer one from https://nodejs.org and try again.`,
  );
};

/** The local AWS runs the functions on this machine, with the engine that Lambda gets. */
export const checkLocalPlatform = () => {
  if (process.platform === 'linux') return;
  throw new SetUpError(
    'The local AWS runs the functions with the engine that Lambda gets, which is built for Linux; ' +
      `this is ${process.platform}. Run it in a Linux container or VM, or deploy to an AWS account: ` +
      'npx headgate deploy',
  );
};

/** Only asked when something is about to be installed. */
export const checkDisk = () => {
  const { bavail, bsize } = statfsSync(root);
  const free = bavail * bsize;
  const least = Number(process.env.HEADGATE_FREE_DISK_BYTES ?? FREE_DISK_BYTES);
  if (free >= least) return;
  const gigabytes = (bytes) => (bytes / 1024 ** 3).toFixed(1);
  throw new SetUpError(
    `Only ${gigabytes(free)} GB of disk are free at ${root}, and setting up takes up to ` +
      `${gigabytes(least)} GB. Free some space and try again.`,
  );
};

/** The PATH without this clone's own tools: what is about to be replaced must not do the replacing. */
export const outerPath = () =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .filter((entry) => entry !== binDir)
    .join(delimiter);

const answers = (command, args) =>
  spawnSync(command, args, { encoding: 'utf8', env: { ...process.env, PATH: outerPath() } });

/** A tool that is not on the PATH is named, with what to do about it. */
export const checkTool = (tool, advice) => {
  if (answers(tool, ['--version']).error?.code !== 'ENOENT') return;
  throw new SetUpError(`\`${tool}\` is not on the PATH. ${advice}`);
};

const PROBE = 'import sys; print("%d.%d" % sys.version_info[:2]); import venv, ensurepip';

/** The first Python that will do; HEADGATE_PYTHON names another one. */
export const findPython = () => {
  const asked = process.env.HEADGATE_PYTHON;
  const seen = [];
  for (const command of asked ? [asked] : ['python3', 'python']) {
    const probe = answers(command, ['-c', PROBE]);
    const version = /^\d+\.\d+/.exec(probe.stdout ?? '')?.[0];
    if (version === undefined) continue;
    if (!recentEnough(version)) seen.push(`${command} is ${version}`);
    else if (probe.status === 0) return command;
    else throw new SetUpError(withoutVenv(command, version));
  }
  const floor = OLDEST_PYTHON.join('.');
  const found = seen.length > 0 ? seen.join(', ') : `none found as ${asked ?? 'python3'}`;
  throw new SetUpError(
    `Headgate's local AWS needs Python ${floor} or newer (${found}). Install one, or set ` +
      'HEADGATE_PYTHON to the path of one, and try again.',
  );
};

const recentEnough = (version) => {
  const [major, minor] = version.split('.').map(Number);
  return major > OLDEST_PYTHON[0] || (major === OLDEST_PYTHON[0] && minor >= OLDEST_PYTHON[1]);
};

const withoutVenv = (command, version) =>
  `${command} (${version}) lacks the venv module, in which the local AWS is installed. ` +
  `Install it (Debian, Ubuntu: sudo apt install python${version}-venv) and try again.`;
