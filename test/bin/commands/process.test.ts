import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { root } from '../../../bin/local/places.ts';
import { Counts } from '../../../core/ledger.ts';
import { temporaryDir } from '../fake-stack.ts';

let dir = '';
beforeEach(async () => {
  dir = await temporaryDir();
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const samples = join(root, 'datasets', 'samples');
const products = `products=${join(samples, 'products.csv')}`;

/** Runs a dry run as a user does; there is no AWS, and no key to any, in its environment. */
const dryRun = (file: string, ...options: string[]) =>
  new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    const script = join(root, 'bin', 'headgate.ts');
    const out = join(dir, 'out');
    const args = [script, 'process', file, '-d', 'orders', '-o', out, ...options];
    const env = { PATH: process.env.PATH ?? '' };
    execFile(process.execPath, args, { env }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });

const Expected = z.object({ orders: z.object({ byFile: z.record(z.string(), Counts) }) });

describe('a dry run', () => {
  test('counts what the sample was made with, and ends with 0 although rows are rejected', async () => {
    const expected = Expected.parse(
      JSON.parse(await readFile(join(samples, 'expected.json'), 'utf8')),
    );
    const name = 'orders-2025-h1.csv.gz';
    const { code, stdout } = await dryRun(join(samples, name), '--reference', products, '--json');
    expect(code).toBe(0);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ ...expected.orders.byFile[name], decision: 'publish' });
    expect(report.missing).toEqual([]);
    expect(await readdir(join(dir, 'out'))).toContain('rejects.parquet');
  });

  test('says which columns stay null without a reference', async () => {
    const { code, stdout } = await dryRun(join(samples, 'orders-2024.csv'));
    expect(stdout).toMatch(/No products given: product_name, category stay null/);
    expect(stdout).toMatch(/900 rows in = 867 published \+ 25 rejected \+ 8 deduplicated/);
    expect(code).toBe(0);
  });

  test('tells that the gate would hold the run, and ends with 0', async () => {
    const [header = ''] = (await readFile(join(samples, 'orders-2024.csv'), 'utf8')).split('\n');
    await writeFile(join(dir, 'bad.csv'), `${header}\na,b\nc,d\n`);
    const { code, stdout } = await dryRun(join(dir, 'bad.csv'));
    expect(stdout).toMatch(/gate would hold this run\. E_TOO_MANY_REJECTS[\s\S]*2 of 2 rows/);
    expect(stdout).toMatch(/E_FIELD_COUNT: the row has more or fewer fields/);
    expect(code).toBe(0);
  });

  test('says how the file differs, what is set aside, and that the gate would hold it', async () => {
    const declared = { review_id: 'R1', product_id: 'P1', stars: 4, written_on: '2025-01-01' };
    const row = { ...declared, helpful: 'very', mood: 'glad' };
    await writeFile(join(dir, 'r.jsonl'), JSON.stringify(row));
    const { code, stdout } = await dryRun(join(dir, 'r.jsonl'), '-d', 'reviews');
    expect(stdout).toContain('0 deduplicated\n1 value of valid rows set aside\n');
    expect(stdout).toContain('values.parquet  every value that is not published, and its row');
    expect(stdout).toContain('The file differs: new column "mood" in 1 row (evolve).');
    expect(stdout).toMatch(
      /gate would hold this run\. E_EVOLUTION[\s\S]*missing column "reviewer"/,
    );
    expect(stdout).toContain('missing column "body"');
    expect(await readdir(join(dir, 'out'))).toContain('values.parquet');
    expect(code).toBe(0);
  });

  test('of a file that is refused as a whole ends with 1 and the reason', async () => {
    await writeFile(join(dir, 'bad.csv'), 'nonsense\n1\n');
    const { code, stdout, stderr } = await dryRun(join(dir, 'bad.csv'));
    expect(stdout).toMatch(/E_HEADER: the header is missing/);
    expect(stderr).toMatch(/refused as a whole/);
    expect(code).toBe(1);
  });

  test('replaces an earlier one only with --force', async () => {
    expect(await dryRun(join(samples, 'orders-2024.csv'))).toMatchObject({ code: 0 });
    const kept = await dryRun(join(samples, 'orders-2024.csv'));
    expect(kept).toMatchObject({ code: 2, stdout: '' });
    expect(kept.stderr).toMatch(/earlier dry run[\s\S]*--force/);
    expect(await dryRun(join(samples, 'orders-2024.csv'), '--force')).toMatchObject({ code: 0 });
  });

  test('never empties a directory that holds anything else', async () => {
    await mkdir(join(dir, 'out'));
    await writeFile(join(dir, 'out', 'thesis.doc'), 'years of work');
    const { code, stderr } = await dryRun(join(samples, 'orders-2024.csv'), '--force');
    expect(stderr).toMatch(/holds thesis\.doc, which no dry run has written/);
    expect(code).toBe(2);
    expect(await readdir(join(dir, 'out'))).toEqual(['thesis.doc']);
  });

  test.each([
    ['a missing file', '/nix.csv', [], /nix\.csv cannot be read \(ENOENT\)/],
    [
      'a dataset it is not joined with',
      'x',
      ['--reference', 'customers=x'],
      /not joined with customers/,
    ],
    ['a missing reference', 'x', ['--reference', 'products=/nix'], /\/nix cannot be read/],
    ['a reference without a name', 'x', ['--reference', 'x.csv'], /dataset=file/],
    ['a memory that is no size', 'x', ['--memory', 'lots'], /600MB/],
    ['no threads', 'x', ['--threads', '0'], /--threads: must be at least 1/],
  ])('%s ends with 2 before anything is written', async (_name, file, options, message) => {
    await writeFile(join(dir, 'x'), '');
    const { code, stderr } = await dryRun(file === 'x' ? join(dir, 'x') : file, ...options);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
    expect(await readdir(dir)).toEqual(['x']);
  });
});
