import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Engine, openEngine } from '../../../adapters/engine/instance.ts';

let dir = '';
let engine: Engine;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'instance-'));
  writeFileSync(join(dir, '..', 'headgate-instance-input.csv'), 'a\n1\n');
  symlinkSync('/etc/hostname', join(dir, 'link.csv'));
  engine = await openEngine({
    workDir: dir,
    inputs: [join(tmpdir(), 'headgate-instance-input.csv')],
    threads: 1,
    memoryLimit: '200MB',
  });
});
afterAll(() => {
  engine.close();
  rmSync(dir, { recursive: true });
  rmSync(join(tmpdir(), 'headgate-instance-input.csv'));
});

describe('a locked-down engine', () => {
  test('writes in its directory and reads the inputs it was told of', async () => {
    const path = join(dir, 'out.parquet');
    await engine.run(
      `COPY (FROM read_csv('${join(tmpdir(), 'headgate-instance-input.csv')}')) TO '${path}'`,
    );
    expect(await engine.rows(`SELECT a FROM '${path}'`)).toEqual([{ a: '1' }]);
  });

  test.each([
    ['reading another file', "FROM read_text('/etc/hostname')"],
    ['reading through a link', "FROM read_csv('$DIR/link.csv', columns = {a: 'VARCHAR'})"],
    ['reading upwards', "FROM read_text('$DIR/../../etc/hostname')"],
    ['reading a CSV elsewhere', "FROM read_csv('/etc/passwd')"],
    ['listing another directory', "FROM glob('/etc/*')"],
    ['the network', "FROM read_csv('https://example.com/x.csv')"],
    ['writing elsewhere', "COPY (SELECT 1) TO '$DIR-elsewhere.csv'"],
    ['writing upwards', "COPY (SELECT 1) TO '$DIR/../headgate-elsewhere.csv'"],
    ['installing an extension', 'INSTALL httpfs'],
    ['loading an extension', "LOAD '/tmp/x.duckdb_extension'"],
    ['attaching a database', "ATTACH '/tmp/headgate-elsewhere.db'"],
    ['opening the access again', 'SET enable_external_access = true'],
    ['unlocking', 'SET lock_configuration = false'],
    ['moving the spill', "SET temp_directory = '/tmp'"],
    ['other directories', "SET allowed_directories = ['/']"],
  ])('%s is refused', async (_name, sql) => {
    await expect(engine.rows(sql.replaceAll('$DIR', dir))).rejects.toThrow();
    expect(existsSync(`${dir}-elsewhere.csv`)).toBe(false);
  });

  test('keeps instants in UTC and needs no order', async () => {
    const sql = "SELECT current_setting('TimeZone') AS z, current_setting('threads') AS t";
    expect(await engine.rows(sql)).toEqual([{ z: 'UTC', t: '1' }]);
  });

  test('gives long results pair by pair', async () => {
    let sum = 0;
    let rows = 0;
    for await (const [a, b] of engine.pairs('SELECT i, i * 2 FROM range(10000) r(i)')) {
      sum += b - a;
      rows += 1;
    }
    expect([rows, sum]).toEqual([10_000, 49_995_000]);
  });
});
