import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { feed } from '../../../adapters/engine/feed.ts';
import { type Engine, openEngine } from '../../../adapters/engine/instance.ts';

let dir = '';
let engine: Engine;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'feed-'));
  engine = await openEngine({ workDir: dir, threads: 1, memoryLimit: '200MB' });
});
afterEach(() => {
  engine.close();
  rmSync(dir, { recursive: true });
});

const block = Buffer.from('1\n'.repeat(50_000));
const path = () => join(dir, 'rows.csv');
const sum =
  (type = 'INTEGER') =>
  () =>
    engine.rows(`SELECT sum(a)::INTEGER AS s FROM read_csv('${path()}', header = false,
    auto_detect = false, columns = {a: '${type}'})`);

describe.each([
  ['a pipe', process.env.PATH],
  ['a file, where no pipe can be made', dir],
])('through %s', (_name, searched) => {
  const kept = process.env.PATH;
  beforeEach(() => {
    process.env.PATH = searched;
  });
  afterEach(() => {
    process.env.PATH = kept;
    expect(readdirSync(dir)).toEqual([]);
  });

  test('the query reads everything that is written', async () => {
    const write = async (sink: (bytes: Buffer) => Promise<void>) => {
      for (let i = 0; i < 20; i++) await sink(block);
    };
    expect(await feed({ path: path(), write, read: sum() })).toEqual([{ s: 1_000_000 }]);
  });

  test('nothing written is nothing read', async () => {
    const found = await feed({ path: path(), write: async () => {}, read: sum() });
    expect(found).toEqual([{ s: null }]);
  });

  test('a query that never opens the pipe fails with its own error', async () => {
    const read = () => engine.rows('SELECT * FROM nowhere');
    const given = feed({ path: path(), write: async (sink) => sink(block), read });
    await expect(given).rejects.toThrow('nowhere');
  });

  test('a query that stops half way fails with its own error', async () => {
    const write = async (sink: (bytes: Buffer) => Promise<void>) => {
      await sink(Buffer.from('x\n'));
      for (let i = 0; i < 500; i++) await sink(block);
    };
    await expect(feed({ path: path(), write, read: sum() })).rejects.toThrow(/convert|Conversion/);
  });

  test('an error of the writer is thrown', async () => {
    const write = async (sink: (bytes: Buffer) => Promise<void>) => {
      await sink(block);
      throw new Error('the file shrank');
    };
    await expect(feed({ path: path(), write, read: sum() })).rejects.toThrow('the file shrank');
  });
});
