import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { planMends, writeMends } from '../../bin/mend/apply-mends.ts';
import { parseMends } from '../../bin/mend/parse-mends.ts';
import { readRejected } from '../../bin/mend/rejected.ts';
import { attemptFiles } from '../../bin/query/tables.ts';
import { startReplay } from '../../bin/replay/replay-run.ts';
import { sha256 } from '../../core/hash.ts';
import { EpochMs, type RunId } from '../../core/ids.ts';
import { MendDocument } from '../../core/replay/mend.ts';
import { me, replayStack, sales, salesFile } from '../support/replay-stack.ts';

const cache = mkdtempSync(join(tmpdir(), 'mend-cache-'));
afterAll(() => rmSync(cache, { recursive: true }));

type Stack = ReturnType<typeof replayStack>;

/** As `rejects export`: one JSON line per rejected row. */
const exported = async (stack: Stack, runId: RunId) => {
  const request = { tell: () => undefined, cache: join(cache, `${Math.random()}`) };
  return await readRejected(stack.world, stack.dataset(), runId, request);
};

/** As `rejects apply`, from the text of the user's file; returns its faults, or undefined. */
const apply = async (stack: Stack, text: string) => {
  const parsed = parseMends(text);
  const now = EpochMs.parse(stack.tick());
  const request = { tell: () => undefined, cache: join(cache, `${Math.random()}`), now };
  const { runs, faults } = await planMends(stack.world, stack.dataset(), parsed.rows, request);
  const all = [...parsed.faults, ...faults];
  if (all.length > 0) return all.map(({ line, what }) => `${line}: ${what}`);
  for (const run of runs) {
    if (run.plan === null) continue;
    await writeMends(stack.world, stack.dataset(), run, now);
    await startReplay(stack.world, run.runId, run.asked, stack.tick);
    await stack.execute();
  }
  return undefined;
};

const lines = (...rows: readonly object[]): string =>
  rows.map((row) => `${JSON.stringify(row)}\n`).join('');

const bytesOf = async (stack: Stack) => {
  const found = [...stack.objects].filter(([uri]) => uri.endsWith('/part-1.json')).at(-1);
  return JSON.parse(String(found?.[1])).files.map((file: { bytes: object }) => file.bytes);
};

/** Five rows, of which the second and the fourth are rejected. */
const text = 'id,amount,note\n1,10,a\n2,ten,b\n3,30,c\n4,many,d\n5,50,e\n';
const prepared = async (bytes: string | Buffer = text, key = 'sales/a.csv') => {
  const stack = replayStack();
  await stack.land([[key, bytes]]);
  const run = await stack.run(0);
  const { rows } = await exported(stack, run.runId);
  const [second, fourth] = rows;
  if (second === undefined || fourth === undefined) throw new Error('two rows are rejected');
  return { stack, run, second, fourth };
};

describe('a mended row', () => {
  test('is published under the number it always had', async () => {
    const { stack, run, second } = await prepared();
    expect(second).toMatchObject({ row: 2, raw: '2,ten,b', reasons: [{ code: 'E_TYPE' }] });
    expect(await apply(stack, lines({ ...second, raw: '2,20,mended and longer' }))).toBeUndefined();
    const replay = await stack.run(1);
    expect(replay).toMatchObject({
      ...{ state: 'PUBLISHED', counts: { rowsIn: 5, published: 4, rejected: 1 } },
      replays: { runId: run.runId, by: me, selection: expect.stringMatching(/^mends /) },
    });
    expect(await stack.rows('id, amount, _row')).toEqual([
      ...[
        { id: 1, amount: 10, _row: 1 },
        { id: 2, amount: 20, _row: 2 },
      ],
      ...[
        { id: 3, amount: 30, _row: 3 },
        { id: 5, amount: 50, _row: 5 },
      ],
    ]);
    expect(await stack.rows('DISTINCT _file')).toEqual([{ _file: second.file }]);
  });

  test('leaves ranges and bytes of everything else as they are in landing', async () => {
    const { stack, run, second, fourth } = await prepared();
    await apply(stack, lines({ ...second, raw: '2,20,mended and longer' }));
    const { runId } = await stack.run(1);
    const { rows } = await exported(stack, runId);
    expect(rows.map(({ row, raw }) => [row, raw])).toEqual([[4, fourth.raw]]);
    const { readRejects } = await import('../../bin/query/rejects.ts');
    const read = async (id: RunId) =>
      await readRejects({
        ...{ stack: stack.world, dataset: stack.dataset(), runId: id, limit: 9, scope: 'memory' },
        ...{ cache: join(cache, id), maxBytes: 1e9, instead: '', tell: () => undefined },
      });
    const at = text.indexOf('4,many,d');
    expect((await read(runId)).rows).toMatchObject([
      { row: 4, byteStart: at, byteEnd: at + '4,many,d'.length, mended: false },
    ]);
    const [after] = await bytesOf(stack);
    expect(after).toMatchObject({ total: Buffer.byteLength(text) });
    expect((await read(run.runId)).rows).toHaveLength(2);
    // What a run found counts no more when another has its place.
    const all = { ...stack.world, dataset: stack.dataset() };
    const present = await attemptFiles({ stack: all }, 'quarantine', all.dataset, 'rejects');
    expect(present.map((file) => file.runId)).toEqual([runId]);
  });

  test('that is rejected again shows the mended text, says so, and has its own range', async () => {
    const { stack, second } = await prepared();
    await apply(stack, lines({ ...second, raw: '2,still no number,b' }));
    const { runId } = await stack.run(1);
    const { rows } = await exported(stack, runId);
    expect(rows[0]).toMatchObject({ row: 2, raw: '2,still no number,b', mended: true });
    expect(rows[1]).not.toHaveProperty('mended');
    expect(await apply(stack, lines({ ...rows[0], raw: '2,22,b' }))).toBeUndefined();
    expect(await stack.rows('amount')).toContainEqual({ amount: 22 });
  });

  test('stays mended in every later replay', async () => {
    const { stack, second } = await prepared();
    await apply(stack, lines({ ...second, raw: '2,20,b' }));
    stack.deploy(sales({ max: 25 }));
    await stack.replay((await stack.run(1)).runId);
    expect(await stack.rows('id, amount')).toEqual([
      ...[
        { id: 1, amount: 10 },
        { id: 2, amount: 20 },
      ],
    ]);
    stack.deploy(sales());
    await stack.replay((await stack.run(2)).runId);
    expect(await stack.rows('id')).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }, { id: 5 }]);
  });

  test('is kept with who mended it, when, and what it was rejected for', async () => {
    const { stack, run, second } = await prepared();
    await apply(stack, lines({ ...second, raw: '2,20,b' }));
    const kept = [...stack.objects].filter(([uri]) => uri.includes('/_mends/'));
    expect(kept).toHaveLength(1);
    const [uri, bytes] = kept[0] ?? ['', ''];
    expect(uri).toMatch(new RegExp(`^s3://quarantine/sales/_mends/${second.file}/\\d{16}-`));
    expect(MendDocument.parse(JSON.parse(String(bytes)))).toMatchObject({
      ...{ by: me, runId: run.runId, fileId: second.file },
      rows: [{ row: 2, text: '2,20,b', reasons: [{ code: 'E_TYPE', field: 'amount' }] }],
    });
  });

  test.each([
    ['in a compressed file', gzipSync(text), 'sales/a.csv.gz', '2,20,b'],
    [
      'in a file with CRLF and without a last line end',
      text.trimEnd().replaceAll('\n', '\r\n'),
      'sales/a.csv',
      '2,20,b',
    ],
    [
      'in lines of JSON',
      ['{"id":1,"amount":1,"note":"a"}', '{"id":2,"amount":"x","note":"b"}', '{"id":', ''].join(
        '\n',
      ),
      'sales/a.jsonl',
      '{"id": 2, "amount": 20, "note": "b\\nc"}',
    ],
    ['of several lines', text, 'sales/a.csv', '2,20,"b\nand more"'],
  ])('%s is published', async (_name, bytes, key, raw) => {
    const { stack, second } = await prepared(bytes, key);
    expect(await apply(stack, lines({ ...second, raw }))).toBeUndefined();
    expect(await stack.run(1)).toMatchObject({ state: 'PUBLISHED', counts: { rejected: 1 } });
    expect(await stack.rows('amount, _row')).toContainEqual({ amount: 20, _row: 2 });
  });
});

describe('applied again', () => {
  test('the same file changes nothing', async () => {
    const { stack, second } = await prepared();
    const file = lines({ ...second, raw: '2,20,b' });
    await apply(stack, file);
    const before = [await stack.runs(), [...stack.objects.keys()]];
    expect(await apply(stack, file)).toBeUndefined();
    expect([await stack.runs(), [...stack.objects.keys()]]).toEqual(before);
  });

  test('after it broke off between the mend and its replay, it goes on', async () => {
    const { stack, run, second } = await prepared();
    const file = lines({ ...second, raw: '2,20,b' });
    const { replay } = stack.world.ledger;
    Object.assign(stack.world.ledger, { replay: () => Promise.reject(new Error('died')) });
    await expect(apply(stack, file)).rejects.toThrow('died');
    Object.assign(stack.world.ledger, { replay });
    expect(await stack.ledger.run(run.runId)).not.toHaveProperty('replacedBy');
    await apply(stack, file);
    expect(await stack.rows('amount')).toContainEqual({ amount: 20 });
    expect([...stack.objects.keys()].filter((uri) => uri.includes('/_mends/'))).toHaveLength(1);
  });
});

describe('nothing is applied, and the line is named, when', () => {
  test.each([
    ['a text is two rows', '2,20,b\n9,9,9', /^1: raw is not exactly one row of csv/],
    ['a text is no row', '', /^1: raw is not exactly one row/],
    ['a quote is never closed', '2,20,"b', /^1: raw is not exactly one row/],
    ['a line end is left behind', '2,20,b\n', /^1: raw is not exactly one row/],
  ])('%s', async (_name, raw, fault) => {
    const { stack, second } = await prepared();
    const faults = await apply(stack, lines({ ...second, raw }));
    expect(faults).toEqual([expect.stringMatching(fault)]);
    expect(await stack.runs()).toHaveLength(1);
    expect([...stack.objects.keys()].filter((uri) => uri.includes('/_mends/'))).toEqual([]);
  });

  test('one of many lines is at fault', async () => {
    const { stack, second, fourth } = await prepared();
    const good = { ...second, raw: '2,20,b' };
    const file = `${lines(good, { ...fourth, raw: '4,"40,d' })}not json\n${lines({ ...fourth, row: 1 })}`;
    expect(await apply(stack, file)).toEqual([
      ...[expect.stringMatching(/^3: it is no JSON object/)],
      ...[expect.stringMatching(/^4: row 1 of file .* is not among the rejected rows/)],
      ...[expect.stringMatching(/^2: raw is not exactly one row/)],
    ]);
    expect(await stack.runs()).toHaveLength(1);
  });

  test('its run was replaced since the export', async () => {
    const { stack, run, second } = await prepared();
    stack.deploy(sales({ max: 1000 }));
    await stack.replay(run.runId);
    const { runId } = await stack.run(1);
    expect(await apply(stack, lines({ ...second, raw: '2,20,b' }))).toEqual([
      expect.stringMatching(new RegExp(`^1: run ${run.runId} was replaced by ${runId}`)),
    ]);
  });

  test('two lines mend one row', async () => {
    const { stack, second } = await prepared();
    const file = lines({ ...second, raw: '2,20,b' }, { ...second, raw: '2,21,b' });
    expect(await apply(stack, file)).toEqual(['2: line 1 mends the same row']);
  });
});

test('a raw that was not changed stays rejected', async () => {
  const { stack, second, fourth } = await prepared();
  expect(await apply(stack, lines(second, fourth))).toBeUndefined();
  expect(await stack.runs()).toHaveLength(1);
});

test('what is wrong after all is found when the file is read, and costs no row', async () => {
  const { stack, run, second } = await prepared();
  const mend = { dataset: 'sales', fileId: second.file, by: me, at: 1, runId: run.runId };
  const of = sha256('2,ten,b');
  const rows = [{ row: 2, text: '2,20,b\n7,70,smuggled', of, reasons: [] }];
  const uri = `s3://quarantine/sales/_mends/${second.file}/0.json`;
  await stack.store.put(uri, JSON.stringify({ ...mend, rows }));
  const before = await stack.rows();
  await stack.replay(run.runId);
  expect((await stack.run(1)).reason?.detail).toMatch(/E_MEND, the mended text of row 2/);
  expect(await stack.rows()).toEqual(before);
});

test('under a definition that numbers other rows, no row gets the text of another', async () => {
  const { stack, second } = await prepared();
  await apply(stack, lines({ ...second, raw: '2,20,b' }));
  const before = await stack.rows();
  stack.deploy(sales({ header: false }));
  const { runId } = await stack.run(1);
  await stack.replay(runId);
  expect((await stack.run(2)).reason?.detail).toMatch(/E_MEND, row 2 is no longer the one/);
  expect(await stack.rows()).toEqual(before);
});

test('rows that are no texts are not exported', async () => {
  const stack = replayStack();
  await stack.land([['sales/a.csv', salesFile(1, 5)]]);
  expect(await exported(stack, (await stack.run(0)).runId)).toEqual({ rows: [], left: new Map() });
});
