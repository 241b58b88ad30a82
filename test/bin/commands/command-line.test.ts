import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from '../../../bin/local/places.ts';

/** Runs the command line as a user does, with no AWS in reach. */
const headgate = (args: readonly string[], more: Record<string, string> = {}) =>
  new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    const env = {
      PATH: process.env.PATH ?? '',
      HEADGATE_TARGET: 'aws',
      HOME: '/nonexistent',
      ...more,
    };
    const script = join(root, 'bin', 'headgate.ts');
    execFile(process.execPath, [script, ...args], { env }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });

describe('the data commands', () => {
  test.each(['land', 'runs', 'run', 'rejects', 'query', 'datasets', 'process'])(
    '%s --help tells what it does, with examples',
    async (name) => {
      const { code, stdout } = await headgate([name, '--help']);
      expect(code).toBe(0);
      expect(stdout).toMatch(new RegExp(`Usage: headgate ${name}`));
      expect(stdout).toMatch(/Examples:\n {2}\$ npx headgate/);
      expect(stdout).toContain('--json');
    },
  );

  test.each([
    ['no dataset', ['land', 'a.csv'], /--dataset/],
    ['an unknown dataset', ['land', 'a.csv', '-d', 'nix'], /no dataset 'nix'[\s\S]*orders/],
    ['a missing file', ['land', '/nix.csv', '-d', 'orders'], /\/nix\.csv cannot be read/],
    ['a state that is none', ['runs', '--state', 'nix'], /--state: must be one of CREATED/],
    ['a limit of nothing', ['runs', '--limit', '0'], /--limit: must be at least 1/],
    ['a run id that is none', ['run', 'nix'], /no run id/],
    ['no subject', ['rejects'], /--dataset NAME or --run RUN/],
    ['two subjects', ['rejects', '-d', 'orders', '--run', 'x'], /cannot be used with/],
    ['an unknown format', ['query', 'FROM orders', '--format', 'xml'], /table, csv, json/],
    ['a size that is none', ['query', 'FROM orders', '--max-bytes', 'much'], /500MB/],
    ['an unknown description', ['datasets', 'nix'], /no dataset 'nix'/],
  ])('%s ends with exit code 2 and what is allowed', async (_name, args, message) => {
    const { code, stdout, stderr } = await headgate(args);
    expect(stderr).toMatch(message);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });

  test('without an AWS in reach a command says how to get one, and ends with 1', async () => {
    const { code, stderr } = await headgate(['runs']);
    expect(stderr).toMatch(/region[\s\S]*npx headgate up/);
    expect(code).toBe(1);
  });

  test('an endpoint at which nothing answers is named', async () => {
    const nobody = { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' };
    const { code, stderr } = await headgate(['runs'], nobody);
    expect(stderr).toMatch(/Nothing answers at http:\/\/127\.0\.0\.1:1[\s\S]*headgate up/);
    expect(code).toBe(1);
  });

  test('datasets and the list of tables need no AWS', async () => {
    const { stdout } = await headgate(['datasets', 'orders', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ name: 'orders', write: { kind: 'append' } });
    const tables = await headgate(['query', '--json']);
    expect(JSON.parse(tables.stdout)).toContain('quarantine.orders');
  });
});
