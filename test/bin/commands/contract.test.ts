import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeOutput } from '../../../bin/console/output.ts';
import { runProgram } from '../../../bin/headgate.ts';
import { root } from '../../../bin/local/places.ts';

type Ended = { readonly code: number; readonly stdout: string; readonly stderr: string };

const run = (cwd: string, command: string, args: readonly string[]) =>
  new Promise<Ended>((resolve) => {
    const env = { PATH: process.env.PATH ?? '', HOME: '/nonexistent' };
    execFile(command, args, { cwd, env }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });

/** In this process: a start of its own takes seconds. */
const here = async (args: readonly string[]): Promise<Ended> => {
  const [stdout, stderr]: [string[], string[]] = [[], []];
  const into = (lines: string[]) => ({ write: (text: string) => lines.push(text) });
  const out = makeOutput(into(stdout), into(stderr), { NO_COLOR: '1' });
  const code = await runProgram({ out, env: {}, clock: () => 0 }, args);
  return { code, stdout: stdout.join(''), stderr: stderr.join('') };
};

const headgate = (args: readonly string[], folder?: string): Promise<Ended> =>
  folder === undefined
    ? here(args)
    : run(folder, process.execPath, [join(folder, 'bin/headgate.ts'), ...args]);

/** A copy of what the command line needs, whose datasets a test may spoil. */
let tree = '';
const git = (args: readonly string[]) =>
  run(tree, 'git', ['-c', 'user.name=test', '-c', 'user.email=test@example.com', ...args]);
const edit = (file: string, from: string, to: string): void => {
  const text = readFileSync(join(tree, file), 'utf8');
  if (!text.includes(from)) throw new Error(`${file} has no ${from}`);
  writeFileSync(join(tree, file), text.replace(from, to));
};

beforeAll(async () => {
  tree = mkdtempSync(join(tmpdir(), 'contract-'));
  for (const room of ['bin', 'core', 'adapters', 'datasets', 'lib', 'functions', 'package.json']) {
    cpSync(join(root, room), join(tree, room), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'));
  await git(['init', '-q']);
  await git(['add', 'datasets']);
  await git(['commit', '-qm', 'promised']);
});
afterAll(() => rmSync(tree, { recursive: true }));

describe('contract', () => {
  test.each(['json-schema', 'openapi', 'odcs', 'iceberg', 'glue'])(
    'show --as %s is JSON',
    async (form) => {
      const { code, stdout } = await headgate(['contract', 'show', 'orders', '--as', form]);
      expect(code).toBe(0);
      expect(() => JSON.parse(stdout)).not.toThrow();
    },
  );

  test.each([
    ['zod', /^import \* as z from 'zod';/],
    ['types', /export type OrdersRow = \{/],
    ['duckdb', /CREATE TABLE "orders"/],
    ['markdown', /^# orders/],
  ])('show --as %s is text', async (form, text) => {
    const { stdout } = await headgate(['contract', 'show', 'orders', '--as', form]);
    expect(stdout).toMatch(text);
  });

  test.each([
    ['an unknown dataset', ['contract', 'show', 'nix'], /no dataset 'nix'/],
    [
      'an unknown form',
      ['contract', 'show', 'orders', '--as', 'nix'],
      /json-schema, openapi, odcs/,
    ],
    [
      'an option in place of a ref',
      ['contract', 'diff', '--against', '-x'],
      /branch, tag or commit/,
    ],
  ])('%s ends with 2 and what is allowed', async (_name, args, message) => {
    const { code, stderr } = await headgate(args);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });

  test('a breaking change ends with 1 until the version is raised, and the lock waits for it', async () => {
    edit('datasets/orders.ts', "min: '0',", "min: '1',");
    const broken = await headgate(['contract', 'diff'], tree);
    expect(broken.code).toBe(1);
    expect(broken.stdout).toMatch(
      /unit_price: min of range raised from 0.00 to 1.00: rows that were/,
    );
    expect(broken.stderr).toMatch(/raise `version`/);
    expect((await headgate(['contract', 'lock'], tree)).code).toBe(1);
    edit('datasets/orders.ts', "name: 'orders',", "name: 'orders',\n  version: 2,");
    expect((await headgate(['contract', 'lock'], tree)).code).toBe(0);
    expect((await headgate(['contract', 'diff'], tree)).stdout).toBe('No dataset changed.\n');
    const since = await headgate(['contract', 'diff', '--against', 'HEAD', '--json'], tree);
    expect(JSON.parse(since.stdout)).toMatchObject([
      { dataset: 'orders', verdict: 'forward', versions: { before: 1, after: 2 } },
    ]);
    const nowhere = await headgate(['contract', 'diff', '--against', 'nix'], tree);
    expect(nowhere).toMatchObject({ code: 1, stdout: '' });
    expect(nowhere.stderr).toMatch(/git has no datasets\/contracts\.lock\.json at 'nix'/);
  });
});

describe('test', () => {
  test('the cases of the shipped datasets pass, also as JSON', async () => {
    const { code, stdout } = await headgate(['test', 'products', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      failed: 0,
      cases: [{ dataset: 'products' }, {}, {}, {}],
    });
  });

  test('a case that comes out otherwise is shown with both outcomes, and ends with 1', async () => {
    edit('datasets/products.cases.ts', "unit_cost: '0.00'", "unit_cost: '7'");
    const { code, stdout, stderr } = await headgate(['test', 'products'], tree);
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /✖ a product may cost nothing[\s\S]*row 1, unit_cost\n.*expected {2}"7.00"\n.*found {5}"0.00"/,
    );
    expect(stderr).toMatch(/1 of 4 cases/);
  });

  test('a dataset without cases says how to write some', async () => {
    rmSync(join(tree, 'datasets/customers.cases.ts'));
    const { code, stderr } = await headgate(['test', 'customers'], tree);
    expect(code).toBe(1);
    expect(stderr).toMatch(/Write datasets\/customers\.cases\.ts/);
  });
});

describe('infer', () => {
  test('a proposal that is written type-checks, loads, and takes all its samples', async () => {
    const out = join(tree, 'datasets/proposed.ts');
    const sample = join(root, 'datasets/samples/orders-2024.csv');
    const args = ['infer', sample, '--name', 'proposed', '--out', out, '--json'];
    const { code, stdout, stderr } = await headgate(args, tree);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const [file] = JSON.parse(stdout).files;
    expect(file).toMatchObject({ kind: 'judged', rows: 900, rejected: 3 });
    expect(file.reasons).toEqual([{ code: 'E_FIELD_COUNT', field: null, rows: 3 }]);
    expect(existsSync(out)).toBe(true);
    cpSync(join(root, 'tsconfig.json'), join(tree, 'tsconfig.json'));
    const typed = await run(tree, process.execPath, [
      join(root, 'node_modules/typescript/bin/tsc'),
      ...['--noEmit', '--strict', '--allowImportingTsExtensions', '--module', 'nodenext'],
      ...['--target', 'es2024', '--skipLibCheck', '--types', 'node', '--ignoreConfig', out],
    ]);
    expect(typed.stderr).toBe('');
    expect(typed.stdout.split('\n').filter((line) => line.includes('proposed.ts'))).toEqual([]);
    const formatted = await run(tree, join(root, 'node_modules/.bin/biome'), [
      ...['format', `--config-path=${join(root, 'biome.json')}`, out],
    ]);
    expect(formatted).toMatchObject({ code: 0 });
    const again = await headgate(args, tree);
    expect(again.code).toBe(1);
    expect(again.stderr).toMatch(/--force/);
  });

  test('a file that is no sample is told', async () => {
    const { code, stderr } = await headgate(['infer', '/nix.csv']);
    expect(stderr).toMatch(/cannot be read/);
    expect(code).toBe(1);
  });
});
