import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';

/** What `npm ci --cpu` calls the two processors that Lambda has. */
export type EngineArchitecture = 'arm64' | 'x64';

/** What a processor's number is in the head of an ELF file. */
const elfMachines: Readonly<Record<EngineArchitecture, number>> = { arm64: 0xb7, x64: 0x3e };
const elfMagic = 0x464c457f;

/** Lambda refuses a function whose code and layers have more, unzipped. */
const unzippedBytesMax = 250 * 1024 * 1024;

const home = import.meta.dirname;
const manifests = ['package.json', 'package-lock.json'] as const;

type BuiltEngine = {
  /** A directory with `nodejs/node_modules`, as Lambda wants a layer. */
  readonly directory: string;
  /** Changes with the lockfile and the processor, and with nothing else. */
  readonly hash: string;
};

/**
 * Installs the engine for a processor, which need not be this machine's: nothing is compiled and
 * no install script runs. What was built from the same lockfile before is used again.
 */
export const buildEngine = (architecture: EngineArchitecture): BuiltEngine => {
  const hash = engineHash(architecture);
  const root = join(home, '.build');
  const directory = join(root, `${architecture}-${hash.slice(0, 12)}`);
  if (existsSync(directory)) return { directory, hash };
  mkdirSync(root, { recursive: true });
  // Built beside and then renamed, so that two synths at once never see half an engine.
  const draft = mkdtempSync(join(root, 'draft-'));
  try {
    install(join(draft, 'nodejs'), architecture);
    checkEngine(draft, architecture);
    if (!existsSync(directory)) renameSync(draft, directory);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return { directory, hash };
};

/** The layer's identity, known without building it. */
export const engineHash = (architecture: EngineArchitecture): string => {
  const hash = createHash('sha256').update(architecture);
  for (const name of manifests) hash.update(readFileSync(join(home, name)));
  return hash.digest('hex');
};

const install = (directory: string, architecture: EngineArchitecture): void => {
  mkdirSync(directory);
  for (const name of manifests) copyFileSync(join(home, name), join(directory, name));
  const target = [`--cpu=${architecture}`, '--os=linux', '--libc=glibc'];
  const quiet = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'];
  const { status, stderr, error } = spawnSync('npm', ['ci', ...target, ...quiet], {
    cwd: directory,
    encoding: 'utf8',
  });
  if (status === 0) return;
  throw new Error(
    `The DuckDB layer for ${architecture} could not be installed (npm ci ended with ${status}). ` +
      `It needs the npm registry once per lockfile.\n${error?.message ?? stderr.slice(-2_000)}`,
    { cause: error },
  );
};

/**
 * npm leaves an optional binary out without a word when the registry does not have it, and the
 * function would then fail only on AWS. So what was installed is looked at.
 */
export const checkEngine = (directory: string, architecture: EngineArchitecture): void => {
  const files = filesBelow(directory);
  const binaries = files.filter((path) => /\.(node|so)$/.test(path));
  if (binaries.length === 0) {
    throw new Error(
      `The DuckDB layer for ${architecture} has no binary; see npm's optional dependencies.`,
    );
  }
  const wrong = binaries.filter((path) => elfMachine(path) !== elfMachines[architecture]);
  if (wrong.length > 0) {
    throw new Error(`The DuckDB layer for ${architecture} has binaries of another kind: ${wrong}.`);
  }
  const bytes = files.reduce((sum, path) => sum + statSync(path).size, 0);
  if (bytes > unzippedBytesMax) {
    throw new Error(`The DuckDB layer has ${bytes} bytes; Lambda allows ${unzippedBytesMax}.`);
  }
};

const filesBelow = (directory: string): string[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

/** The machine an ELF file is for; undefined when it is no ELF file. */
const elfMachine = (path: string): number | undefined => {
  const head = Buffer.alloc(20);
  const file = openSync(path, 'r');
  try {
    readSync(file, head, 0, head.length, 0);
  } finally {
    closeSync(file);
  }
  return head.readUInt32LE(0) === elfMagic ? head.readUInt16LE(18) : undefined;
};
