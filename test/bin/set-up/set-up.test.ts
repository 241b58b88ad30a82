import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { root } from '../../../bin/local/places.ts';

/**
 * The set-up scripts, run as a user runs them: in a clone of their own, with an npm and a Python
 * that are scripts of ours.
 */
const clones: string[] = [];
afterEach(() => {
  for (const clone of clones.splice(0)) rmSync(clone, { recursive: true, force: true });
});

const LOCK = { packages: { '': {}, 'node_modules/zod': { version: '4.6.7' } } };

// What npm leaves behind; the count tells how often it ran.
const GOOD_NPM = `[ "$1" = --version ] && exit 0
echo run >> "$CLONE/npm-runs"
mkdir -p node_modules/.bin && cp package-lock.json node_modules/.package-lock.json`;

const GOOD_PYTHON = `if [ "$1" = -c ]; then echo 3.12; exit 0; fi
mkdir -p "$3/bin" && cp "$0" "$3/bin/python"
echo "$@" >> "$CLONE/python-runs"`;

type Tools = Readonly<Record<string, string>>;

const makeClone = (tools: Tools) => {
  const clone = mkdtempSync(join(tmpdir(), 'headgate-clone-'));
  clones.push(clone);
  cpSync(join(root, 'bin', 'set-up'), join(clone, 'bin', 'set-up'), { recursive: true });
  cpSync(join(root, 'bin', 'headgate.js'), join(clone, 'bin', 'headgate.js'));
  writeFileSync(join(clone, 'package.json'), '{"type":"module"}');
  writeFileSync(join(clone, 'package-lock.json'), JSON.stringify(LOCK));
  for (const path of ['bin/local/requirements.txt', 'test/readers/requirements.txt']) {
    mkdirSync(dirname(join(clone, path)), { recursive: true });
    writeFileSync(join(clone, path), 'ministack==1.5.33\n');
  }
  const path = join(clone, 'path');
  mkdirSync(path);
  for (const tool of ['sh', 'mkdir', 'cp']) symlinkSync(`/bin/${tool}`, join(path, tool));
  for (const [name, body] of Object.entries(tools)) {
    writeFileSync(join(path, name), `#!/bin/sh\n${body}\n`);
    chmodSync(join(path, name), 0o755);
  }
  return { clone, path };
};

type Options = { readonly env?: Tools; readonly preload?: string };

const setUp = (at: ReturnType<typeof makeClone>, parts: string[], options: Options = {}) => {
  const preload = options.preload ? ['--import', `data:text/javascript,${options.preload}`] : [];
  const main = join(at.clone, 'bin', 'set-up', 'main.js');
  const { status, stderr } = spawnSync(process.execPath, [...preload, main, ...parts], {
    encoding: 'utf8',
    env: { PATH: at.path, CLONE: at.clone, ...options.env },
  });
  return { status, stderr };
};

const runsOf = (at: ReturnType<typeof makeClone>, tool: string): number => {
  const file = join(at.clone, `${tool}-runs`);
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').length : 0;
};

describe('setting up a clone', () => {
  test('installs what is missing, and nothing the second time', () => {
    const at = makeClone({ npm: GOOD_NPM, python3: GOOD_PYTHON });
    const first = setUp(at, ['packages', 'local', 'readers']);
    expect(first).toMatchObject({ status: 0 });
    expect(first.stderr).toContain('npm packages, local AWS, table readers');
    const second = setUp(at, ['packages', 'local', 'readers']);
    expect(second).toEqual({ status: 0, stderr: '' });
    expect(runsOf(at, 'npm')).toBe(1);
    // One venv and one pip each.
    expect(runsOf(at, 'python')).toBe(4);
  });

  test('installs again when the lockfile names another version', () => {
    const at = makeClone({ npm: GOOD_NPM });
    setUp(at, ['packages']);
    const other = { packages: { 'node_modules/zod': { version: '4.6.8' } } };
    writeFileSync(join(at.clone, 'package-lock.json'), JSON.stringify(other));
    expect(setUp(at, ['packages']).status).toBe(0);
    expect(runsOf(at, 'npm')).toBe(2);
  });

  test('does not miss optional packages of other platforms, but our own Node', () => {
    const at = makeClone({ npm: GOOD_NPM });
    setUp(at, ['packages']);
    const foreign = { version: '1.0.0', optional: true };
    const lock = { packages: { ...LOCK.packages, 'node_modules/node-plan9-mips': foreign } };
    writeFileSync(join(at.clone, 'package-lock.json'), JSON.stringify(lock));
    setUp(at, ['packages']);
    expect(runsOf(at, 'npm')).toBe(1);
    const own = `node_modules/node-${process.platform}-${process.arch}`;
    writeFileSync(
      join(at.clone, 'package-lock.json'),
      JSON.stringify({ packages: { ...lock.packages, [own]: foreign } }),
    );
    setUp(at, ['packages']);
    expect(runsOf(at, 'npm')).toBe(2);
  });

  test('makes the virtual environment anew when its pins change', () => {
    const at = makeClone({ python3: GOOD_PYTHON });
    setUp(at, ['local']);
    writeFileSync(join(at.clone, 'bin/local/requirements.txt'), 'ministack==1.5.34\n');
    expect(setUp(at, ['local']).status).toBe(0);
    expect(runsOf(at, 'python')).toBe(4);
  });

  test('goes on after a set-up that died', () => {
    const at = makeClone({ npm: GOOD_NPM });
    mkdirSync(join(at.clone, '.headgate'));
    const dead = spawnSync(process.execPath, ['--eval', '0']).pid;
    writeFileSync(join(at.clone, '.headgate', 'set-up.lock'), String(dead));
    expect(setUp(at, ['packages']).status).toBe(0);
  });
});

describe('what stands in the way is said in a sentence, and the exit code is 1', () => {
  const oldNode = 'Object.defineProperty(process,"versions",{value:{node:"18.20.1"}})';
  const windows = 'Object.defineProperty(process,"platform",{value:"win32"})';
  const mac = 'Object.defineProperty(process,"platform",{value:"darwin"})';
  const offline = 'echo "npm error code ENOTFOUND" >&2; exit 1';
  const npmOffline = `[ "$1" = --version ] && exit 0\n${offline}`;
  const npmBroken =
    '[ "$1" = --version ] && exit 0\necho "npm error EBADLOCK the lock" >&2; exit 1';

  test.each<[string, string[], Tools, Options, string]>([
    [
      'an old Node',
      ['packages'],
      {},
      { preload: oldNode },
      'Node 20 or newer to set itself up, and this is Node 18.20.1',
    ],
    ['Windows', ['packages'], {}, { preload: windows }, 'inside WSL'],
    [
      'macOS, for the local AWS',
      ['local'],
      {},
      { preload: mac },
      'built for Linux; this is darwin',
    ],
    ['no npm', ['packages'], {}, {}, '`npm` is not on the PATH'],
    [
      'no network for npm',
      ['packages'],
      { npm: npmOffline },
      {},
      'npm-ci could not reach its registry',
    ],
    ['npm refuses', ['packages'], { npm: npmBroken }, {}, 'EBADLOCK the lock'],
    ['no Python', ['local'], {}, {}, 'needs Python 3.10 or newer (none found as python3)'],
    ['an old Python', ['local'], { python3: 'echo 3.9; exit 0' }, {}, 'python3 is 3.9'],
    [
      'a Python without venv',
      ['local'],
      { python3: 'echo 3.11; exit 1' },
      {},
      'apt install python3.11-venv',
    ],
    [
      'a Python that was asked for',
      ['local'],
      {},
      { env: { HEADGATE_PYTHON: '/no/python' } },
      'none found as /no/python',
    ],
    [
      'a full disk',
      ['packages'],
      { npm: GOOD_NPM },
      { env: { HEADGATE_FREE_DISK_BYTES: '9e18' } },
      'GB of disk are free',
    ],
  ])('%s', (_name, parts, tools, options, words) => {
    const { status, stderr } = setUp(makeClone(tools), parts, options);
    expect(status).toBe(1);
    expect(stderr).toContain(words);
    expect(stderr).not.toContain('    at ');
  });

  test('a full disk does not stop what needs nothing', () => {
    const at = makeClone({ npm: GOOD_NPM });
    setUp(at, ['packages']);
    expect(setUp(at, ['packages'], { env: { HEADGATE_FREE_DISK_BYTES: '9e18' } }).status).toBe(0);
  });
});
