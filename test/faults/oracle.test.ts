import { describe, expect, test } from 'vitest';
import { DatasetName, EpochMs, Fence, FileId, RunId } from '../../core/ids.ts';
import { type FileEntry, noCounts, type RunEntry } from '../../core/ledger.ts';
import { randomOf } from '../sim/random.ts';
import { rowsContent, type Table } from './contents.ts';
import { type Evidence, judge, type Landed } from './oracle.ts';
import type { Row } from './reader.ts';

const runId = RunId.parse('orders-20260101T000000Z-0123456789');
const at = EpochMs.parse(0);
const fence = Fence.parse(1);

const landedAs = (number: number, table: Table): Landed => ({
  key: `${table}/${number}.csv`,
  fileId: FileId.parse(String(number).padStart(32, '0')),
  content: rowsContent(randomOf(number, 'oracle'), table, `t${number}`, 'few'),
});

type World = {
  files: Map<string, FileEntry>;
  runs: Map<string, RunEntry>;
  rows: Row[];
  snapshots: string[];
  rejects: Row[] | undefined;
};

/** All that there is to see when these files were published as they should be, by one run. */
const published = (table: Table, ...landed: readonly Landed[]): World => {
  const dataset = DatasetName.parse(table);
  const state = 'PUBLISHED';
  const entries = landed.map(({ key, fileId, content }): FileEntry => {
    if (content.expect.kind === 'refused') throw new Error('it has rows');
    const { rows, bad, rowsIn } = content.expect;
    const deduplicated = rowsIn - rows.length - bad.length;
    const counts = { rowsIn, published: rows.length, rejected: bad.length, deduplicated };
    const place = { bucket: 'landing', key, versionId: 'v', sizeBytes: 1, sequencer: '1' };
    const common = { runId, fence, contentId: null, reason: null, updatedAt: at, landedAt: at };
    return { ...place, ...common, fileId, dataset, state, counts };
  });
  const files = landed.map(({ fileId }) => fileId);
  const ends = { counts: noCounts, quality: null, snapshotId: '1', reason: null };
  const run = { runId, dataset, state, fence, contractVersion: '1', files, ...ends } as const;
  const parts = landed.flatMap(({ fileId, content: { expect } }) =>
    expect.kind === 'refused' ? [] : expect.rows.map((row) => ({ ...row, _file: fileId })),
  );
  const bad = landed.flatMap(({ content: { expect } }) =>
    expect.kind === 'refused' ? [] : expect.bad,
  );
  return {
    files: new Map(entries.map((entry) => [entry.fileId, entry])),
    runs: new Map([[runId, { ...run, createdAt: at, updatedAt: at }]]),
    rows: parts,
    snapshots: [runId],
    rejects: bad.map((line) => ({ raw: Buffer.from(`${line}\n`).toString('hex') })),
  };
};

const evidenceOf = (world: World): Evidence => ({
  quarantineBucket: 'quarantine',
  ledger: {
    file: async (fileId) => world.files.get(fileId),
    run: async (id) => world.runs.get(id),
  },
  reader: {
    table: async () => ({ rows: world.rows, runs: world.snapshots, total: world.rows.length }),
    parquet: async () => {
      if (world.rejects === undefined) throw new Error('no such object');
      return world.rejects;
    },
  },
});

const none = { lost: [], duplicated: [], stuck: [], wrong: [], gaveUp: [] };

describe.each(['orders', 'reviews', 'customers'] as const)('the oracle, of %s', (table) => {
  const file = landedAs(1, table);
  const verdict = async (change: (world: World) => void) => {
    const world = published(table, file);
    change(world);
    return await judge(evidenceOf(world), [file], []);
  };
  const changed = (world: World, change: Partial<FileEntry>): void => {
    for (const [id, entry] of world.files) world.files.set(id, { ...entry, ...change });
  };

  test('has nothing to say of a table that is as it should be', async () => {
    expect(await verdict(() => undefined)).toEqual(none);
  });

  test('sees a row that is missing', async () => {
    const { lost } = await verdict((world) => world.rows.pop());
    expect(lost).toHaveLength(1);
  });

  test('sees a row that is there twice', async () => {
    const { duplicated } = await verdict((world) => world.rows.push(...world.rows.slice(0, 1)));
    expect(duplicated).toHaveLength(1);
  });

  test('sees a value that is another one', async () => {
    const { lost, wrong } = await verdict((world) => {
      world.rows = world.rows.map((row, index) => {
        const [key = ''] = Object.keys(row);
        return index === 3 ? { ...row, [key]: 'other' } : row;
      });
    });
    expect([lost.length, wrong.length]).toEqual([1, 1]);
  });

  test('sees a run with two snapshots', async () => {
    const { duplicated } = await verdict((world) => world.snapshots.push(runId));
    expect(duplicated).toEqual([`${runId} has 2 snapshots`]);
  });

  test('sees a file that the ledger does not have', async () => {
    const { lost } = await verdict((world) => world.files.clear());
    expect(lost).toContain(`${file.key} is not in the ledger`);
  });

  test('sees a file that is still claimed', async () => {
    const { stuck } = await verdict((world) => changed(world, { state: 'CLAIMED' }));
    expect(stuck).toHaveLength(1);
  });

  test('sees a run that is still open', async () => {
    const { stuck, wrong } = await verdict((world) => {
      for (const [id, run] of world.runs) world.runs.set(id, { ...run, state: 'LOADING' });
    });
    expect(stuck).toEqual([`${runId} is LOADING`]);
    expect(wrong).toEqual([`${runId} has a snapshot and is LOADING`]);
  });

  test.each(['E_FORMAT', 'E_INTERNAL'])('sees that sound files are refused as %s', async (code) => {
    const found = await verdict((world) => {
      changed(world, { state: 'QUARANTINED', reason: { code, detail: '' } });
      world.rows = [];
      world.snapshots = [];
    });
    const isGivenUp = code === 'E_INTERNAL';
    expect([found.gaveUp.length, found.wrong.length]).toEqual(isGivenUp ? [1, 0] : [0, 1]);
  });

  test('sees counts that are not those of the file', async () => {
    const { wrong } = await verdict((world) => changed(world, { counts: noCounts }));
    expect(wrong).toHaveLength(1);
  });

  test('sees rejected rows that nobody kept', async () => {
    const { lost } = await verdict((world) => {
      world.rejects = undefined;
    });
    const { bad } = file.content.expect.kind === 'rows' ? file.content.expect : { bad: [] };
    expect(lost).toHaveLength(bad.length === 0 ? 0 : 1);
  });
});

describe('the oracle, of the same bytes twice', () => {
  const first = landedAs(2, 'orders');
  const again: Landed = { ...landedAs(3, 'orders'), content: first.content };

  test('sees that both are published', async () => {
    const world = published('orders', first, again);
    const { duplicated } = await judge(evidenceOf(world), [first, again], []);
    expect(duplicated).toContain(`${first.key}, ${again.key}: PUBLISHED 2 times`);
  });

  test('sees that each is the duplicate of the other', async () => {
    const world = published('orders', first, again);
    for (const [id, entry] of world.files) world.files.set(id, { ...entry, state: 'DUPLICATE' });
    world.rows = [];
    const { lost } = await judge(evidenceOf(world), [first, again], []);
    expect(lost).toHaveLength(1);
  });
});

test('the oracle sees an older file in place of the newest', async () => {
  const [older, newer] = [landedAs(4, 'customers'), landedAs(5, 'customers')];
  const both = published('customers', older, newer);
  both.rows = both.rows.filter(({ _file }) => _file === older.fileId);
  both.rejects = [];
  const { lost, wrong } = await judge(evidenceOf(both), [newer], [older]);
  expect(lost[0]).toContain(newer.key);
  expect(wrong).toHaveLength(1);
});
