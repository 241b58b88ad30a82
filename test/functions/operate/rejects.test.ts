import { describe, expect, test } from 'vitest';
import { limits } from '../../../core/limits.ts';
import { me, operatorsOf, salesFile } from './calls.ts';

/** A run of two files with rejected rows in both. */
const withRejects = async () => {
  const operators = operatorsOf();
  await operators.stack.land([
    ['sales/1.csv', salesFile(1, 'many', 5, 200, 'few', 6)],
    ['sales/2.csv', salesFile(11, 'no\u0007', 7)],
  ]);
  const { runId, files } = await operators.stack.run(0);
  return { ...operators, path: { run: runId }, files: [...files].sort() };
};

type Item = { readonly file_id: string; readonly row: number };
const places = (items: readonly Item[]) => items.map(({ file_id: id, row }) => `${id}:${row}`);

describe('rejected rows', () => {
  test('are told by file, row, range and reasons, and never by what they hold', async () => {
    const { call, ask, path } = await withRejects();
    const { rejects, next } = await ask('GET /runs/{run}/rejects', { path });
    expect(next).toBeNull();
    expect(rejects).toHaveLength(4);
    expect(rejects.filter(({ reasons }) => reasons[0]?.code === 'E_RANGE')).toMatchObject([
      { row: 3, reasons: [{ code: 'E_RANGE', field: 'amount' }], mended: false },
    ]);
    for (const { byte_start: start, byte_end: end } of rejects)
      expect(end).toBeGreaterThan(start ?? 0);
    const { body, headers } = await call('GET /runs/{run}/rejects', { path });
    expect(body).not.toMatch(/many|few|200/);
    expect(headers?.['Cache-Control']).toBe('no-store');
  });

  test.each([1, 2, 3, 4])('come in pages of %i, each once and in order', async (limit) => {
    const { ask, path } = await withRejects();
    const whole = places((await ask('GET /runs/{run}/rejects', { path })).rejects);
    for (const route of ['GET /runs/{run}/rejects', 'GET /runs/{run}/rejects/raw'] as const) {
      const found: string[] = [];
      let cursor: string | null = null;
      do {
        const query: Record<string, string> = { limit: String(limit) };
        if (cursor !== null) query.cursor = cursor;
        const page: { rejects: readonly Item[]; next: string | null } = await ask(route, {
          path,
          query,
        });
        expect(page.rejects.length).toBeLessThanOrEqual(limit);
        found.push(...places(page.rejects));
        cursor = page.next;
      } while (cursor !== null && found.length < 99);
      expect(found).toEqual(whole);
    }
  });

  test('are read raw on a route of its own, and who did is written down', async () => {
    const { ask, path, telemetry } = await withRejects();
    const { rejects } = await ask('GET /runs/{run}/rejects/raw', { path });
    const raws = rejects.map(({ raw }) => raw);
    expect(raws).toContain('1,many,n1');
    expect(raws).toContain(String.raw`11,no\x07,n11`);
    const bytes = rejects.map(({ raw_base64: base64 }) => Buffer.from(base64, 'base64').toString());
    expect(bytes).toContain('1,many,n1');
    const said = telemetry.lines.find(({ message }) => message === 'raw rejected rows read');
    expect(said?.fields).toMatchObject({ runId: path.run, by: me, rows: 4 });
    expect(JSON.stringify(telemetry.lines)).not.toContain('many');
  });

  test('of a run without any are none', async () => {
    const { ask, stack } = operatorsOf();
    await stack.land([['sales/1.csv', salesFile(1, 5)]]);
    const path = { run: (await stack.run(0)).runId };
    expect(await ask('GET /runs/{run}/rejects', { path })).toEqual({ rejects: [], next: null });
  });
});

/** Rejected rows of a file that no test could make: `raw` bytes each. */
const rowsOf = (count: number, raw: number) =>
  operatorsOf(undefined, {
    readRejects: async (_uri, { after, limit, rawBytesMax }) => {
      const left = Array.from({ length: count }, (_, at) => at + 1).filter((row) => row > after);
      const rows = left.slice(0, Math.min(limit, 3)).map((row) => ({
        ...{ row, byteStart: 0, byteEnd: raw, reasons: [], mended: false },
        raw: rawBytesMax === null ? null : Buffer.alloc(raw),
      }));
      return { rows, more: left.length > rows.length };
    },
  });

test('a page is no larger than a function may answer, and the next one goes on', async () => {
  const { call, stack } = rowsOf(40, 250 * 1024);
  await stack.land([['sales/1.csv', salesFile(1, 'x', 5)]]);
  const path = { run: (await stack.run(0)).runId };
  const rows: number[] = [];
  let cursor: string | null = null;
  do {
    const query: Record<string, string> = cursor === null ? {} : { cursor };
    const answer = await call('GET /runs/{run}/rejects/raw', { path, query });
    expect(Buffer.byteLength(answer.body)).toBeLessThan(limits.rejectsPageBytesMax + 1_000);
    rows.push(...answer.json.rejects.map(({ row }: Item) => row));
    cursor = answer.json.next;
  } while (cursor !== null && rows.length < 99);
  expect(rows).toEqual(Array.from({ length: 40 }, (_, at) => at + 1));
});

test('a page is read in as many pieces as it takes', async () => {
  const { ask, stack } = rowsOf(12, 10);
  await stack.land([['sales/1.csv', salesFile(1, 'x', 5)]]);
  const path = { run: (await stack.run(0)).runId };
  const { rejects, next } = await ask('GET /runs/{run}/rejects/raw', { path });
  expect(rejects.map(({ row }) => row)).toEqual(Array.from({ length: 12 }, (_, at) => at + 1));
  expect(next).toBeNull();
});

test('a file of rejected rows that is too large is told, with another way to read it', async () => {
  const { call, stack } = operatorsOf();
  await stack.land([['sales/1.csv', salesFile(1, 'x', 5)]]);
  const path = { run: (await stack.run(0)).runId };
  const { list } = stack.store;
  const large = limits.rejectsFileBytesMax + 1;
  Object.assign(stack.store, {
    list: async (uri: string) => (await list(uri)).map((one) => ({ ...one, sizeBytes: large })),
  });
  const { json } = await call('GET /runs/{run}/rejects', { path });
  expect(json).toMatchObject({ status: 422, type: 'urn:headgate:problem:too-many-rejects' });
  expect(json.detail).toContain(`npx headgate rejects --run ${path.run}`);
});
