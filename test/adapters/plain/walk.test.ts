import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openEngine } from '../../../adapters/engine/instance.ts';
import { threadCodePath, threadCodeText } from '../../../adapters/engine/plain/build-thread.ts';
import { programOf } from '../../../adapters/engine/plain/program.ts';
import { openWalk } from '../../../adapters/engine/plain/walk.ts';
import { hasRow } from '../../../adapters/engine/row-set.ts';
import { defineDataset } from '../../../core/define-dataset.ts';
import { integer, text } from '../../../core/fields/index.ts';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'walk-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

const dataset = defineDataset({
  name: 'sample',
  domain: 'test',
  owner: 'test',
  description: 'Numbered words.',
  fields: { id: integer(), word: text({ optional: true }) },
});
const programs = programOf(dataset, ['id', 'word']) ?? [];

const open = (threads: number) => {
  const own = mkdtempSync(join(dir, 'w-'));
  const file = (name: string): string => join(own, name);
  const walk = () =>
    openWalk({
      ...{ file, threads, programs, separator: ',', rowBytesMax: 1 << 16, totalBytes: 4 << 20 },
      ...{ fileId: 'f', runId: 'r' },
    });
  return { own, file, walk };
};

/** Every tenth row is not plain; every third has no word. */
const lines = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => {
    const row = index + 1;
    const id = row % 10 === 0 ? ` ${row}` : String(row);
    return `${String(row).padStart(10, '0')},${id},${row % 3 === 0 ? '' : `word ${row}`}\n`;
  });

const walkAll = async (threads: number, batches: readonly Buffer[]) => {
  const { own, walk } = open(threads);
  const opened = walk();
  for (const batch of batches) {
    const reused = Buffer.from(batch);
    await opened.take(reused);
    // The framer writes its next batch over the last one.
    reused.fill(0);
  }
  const end = await opened.end();
  await opened.stop();
  const left = end.rest.flatMap((path) => readFileSync(path, 'utf8').split(/(?<=\n)/));
  const engine = await openEngine({ workDir: own, threads: 1 });
  const clean = `read_parquet([${end.clean.map((path) => `'${path}'`).join(', ')}])`;
  const rows = await engine.rows(`SELECT _row, id, word FROM ${clean} ORDER BY _row`);
  engine.close();
  return { end, left: left.toSorted(), rows, files: readdirSync(own).length };
};

const batchesOf = (all: readonly string[], size: number): Buffer[] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
    Buffer.from(all.slice(index * size, (index + 1) * size).join('')),
  );

test('three threads take the rows that one takes, and leave those that it leaves', async () => {
  const batches = batchesOf(lines(50_000), 977);
  const alone = await walkAll(1, batches);
  const side = await walkAll(3, batches);
  expect(side.rows).toEqual(alone.rows);
  expect(side.left).toEqual(alone.left);
  expect(side.left).toHaveLength(5_000);
  expect(side.end.rows.size).toBe(45_000);
  expect([...side.end.nulls]).toEqual([...alone.end.nulls]);
  for (const { rows } of [alone.end, side.end]) {
    const taken = Array.from({ length: 50_002 }, (_, row) => row).filter((row) =>
      hasRow(rows, row),
    );
    expect(taken).toEqual(alone.rows.map((row) => Object(row)._row));
  }
  expect([alone.files, side.files]).toEqual([2, 6]);
});

test('a batch larger than the memory that is shared gets more of it', async () => {
  const { end } = await walkAll(2, batchesOf(lines(150_000), 150_000));
  expect(end.rows.size).toBe(135_000);
  expect(end.clean).toHaveLength(1);
});

test('files without rows are not there', async () => {
  const { own, walk } = open(2);
  const opened = walk();
  expect(await opened.end()).toMatchObject({ clean: [], rest: [] });
  await opened.stop();
  expect(readdirSync(own)).toEqual([]);
});

test('what stops one thread stops the walk', async () => {
  const { file, walk } = open(2);
  writeFileSync(file('clean-plain-1.parquet'), 'somebody else’s');
  const opened = walk();
  await expect(opened.end()).rejects.toThrow('EEXIST');
  await opened.stop();
});

test('a walk that is given up leaves no thread behind', async () => {
  const ports = () => process.getActiveResourcesInfo().filter((each) => each === 'MessagePort');
  const before = ports().length;
  const opened = open(2).walk();
  await opened.take(Buffer.from(lines(10).join('')));
  expect(ports().length).toBeGreaterThan(before);
  await opened.stop();
  await expect.poll(() => ports().length).toBe(before);
});

test('the code that is carried along is what its source bundles to', async () => {
  expect(readFileSync(threadCodePath, 'utf8')).toBe(await threadCodeText());
});
