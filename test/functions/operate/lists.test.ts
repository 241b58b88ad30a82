import { describe, expect, test } from 'vitest';
import { contractVersion } from '../../../core/contract.ts';
import { operatorRoutes } from '../../../core/operate/routes.ts';
import { isoTime } from '../../../core/time.ts';
import { operatorsOf, salesFile } from './calls.ts';

/** Three runs, the second of which has rejected rows. */
const withRuns = async () => {
  const operators = operatorsOf();
  const { stack } = operators;
  await stack.land([['sales/1.csv', salesFile(1, 5, 6)]]);
  await stack.land([['sales/2.csv', salesFile(11, 'many', 7, 200)]]);
  await stack.land([['sales/3.csv', salesFile(21, 8)]]);
  const runs = await stack.runs();
  return { ...operators, runs, ids: runs.map(({ runId }) => runId) };
};

describe('datasets', () => {
  test('are listed with the newest run that was published', async () => {
    const { ask, stack, ids } = await withRuns();
    const { datasets } = await ask('GET /datasets');
    expect(datasets).toMatchObject([
      {
        ...{ name: 'sales', write: 'append', version: 1, newest: { run_id: ids[2] } },
        contract_version: contractVersion(stack.dataset()),
      },
    ]);
  });

  test('are told with contract, history and what they read', async () => {
    const { ask, ids } = await withRuns();
    const path = { dataset: 'sales' };
    const told = await ask('GET /datasets/{dataset}', { path });
    expect(told.quality.map((run) => run.run_id)).toEqual([...ids].reverse());
    expect(told.quality[1]).toMatchObject({ rows_in: 3, published: 1, released: false });
    expect(told).toMatchObject({
      ...{ key: ['id'], lineage: { reads: [], mermaid: expect.stringContaining('landing_sales') } },
      contract: { kind: 'DataContract', name: 'sales' },
      record_schema: { title: 'sales', properties: { amount: expect.anything() } },
    });
    const short = await ask('GET /datasets/{dataset}', { path, query: { history: '1' } });
    expect(short.quality).toHaveLength(1);
  });

  test('that no one has sent to have no newest run', async () => {
    expect((await operatorsOf().ask('GET /datasets')).datasets[0]?.newest).toBeNull();
  });
});

describe('runs', () => {
  test('come newest first, page by page', async () => {
    const { ask, ids } = await withRuns();
    const first = await ask('GET /runs', { query: { limit: '2' } });
    expect(first.runs.map((run) => run.run_id)).toEqual([ids[2], ids[1]]);
    const cursor = first.next ?? '';
    const second = await ask('GET /runs', { query: { limit: '2', cursor } });
    expect(second.runs.map((run) => run.run_id)).toEqual([ids[0]]);
    expect(second.next).toBeNull();
  });

  test('are chosen by state, dataset and time', async () => {
    const { ask, runs, ids } = await withRuns();
    const of = async (query: Record<string, string>) =>
      (await ask('GET /runs', { query })).runs.map((run) => run.run_id);
    expect(await of({ state: 'published', dataset: 'sales' })).toHaveLength(3);
    expect(await of({ state: 'HELD' })).toEqual([]);
    const [, second] = runs;
    if (second === undefined) throw new Error('there is a second');
    expect(await of({ since: isoTime(second.createdAt) })).toEqual([ids[2], ids[1]]);
    expect(await of({ until: isoTime(second.createdAt) })).toEqual([ids[0]]);
  });

  test('are told with files, reasons and places', async () => {
    const { ask, ids } = await withRuns();
    const told = await ask('GET /runs/{run}', { path: { run: ids[1] ?? '' } });
    expect(told).toMatchObject({
      ...{ state: 'PUBLISHED', counts: { rows_in: 3, published: 1, rejected: 2 } },
      files: [{ key: 'sales/2.csv', state: 'PUBLISHED' }],
      reasons: [
        { code: expect.stringMatching(/E_(TYPE|RANGE)/), field: 'amount', rows: 1 },
        { rows: 1 },
      ],
      ...{ released: null, replays: null, replay: null },
      lies: { quarantine: `s3://quarantine/sales/${ids[1]}/a1/` },
    });
    const [file] = told.files;
    expect(await ask('GET /files/{file}', { path: { file: file?.file_id ?? '' } })).toEqual(file);
  });
});

describe('an answer', () => {
  test('has a tag, and is not sent again to whoever has it', async () => {
    const { call, stack } = await withRuns();
    const first = await call('GET /runs');
    const tag = String(first.headers?.ETag);
    expect(tag).toMatch(/^"[0-9a-f]{64}"$/);
    expect(first.headers?.['Cache-Control']).toBe('private, no-cache');
    for (const has of [tag, `W/${tag}`, `"a", ${tag}`, '*']) {
      const again = await call('GET /runs', { headers: { 'if-none-match': has } });
      expect({ status: again.statusCode, body: again.body }).toEqual({ status: 304, body: '' });
      expect(again.headers?.ETag).toBe(tag);
    }
    await stack.land([['sales/4.csv', salesFile(31, 9)]]);
    const changed = await call('GET /runs', { headers: { 'If-None-Match': tag } });
    expect(changed.statusCode).toBe(200);
    expect(changed.headers?.ETag).not.toBe(tag);
  });
});

describe('a call that asks for what there is not', () => {
  const run = 'sales-20261121T050000Z-0123456789';
  test.each([
    ['GET /datasets/{dataset}', { path: { dataset: 'other' } }],
    ['GET /datasets/{dataset}', { path: { dataset: '__proto__' } }],
    [
      'POST /datasets/{dataset}/backfill',
      { path: { dataset: 'other' }, body: { since: '2026-01-01' } },
    ],
    ['GET /runs', { query: { dataset: 'other' } }],
    ['GET /runs/{run}', { path: { run } }],
    ['GET /runs/{run}', { path: { run: '../x' } }],
    ['GET /runs/{run}/rejects', { path: { run } }],
    ['POST /runs/{run}/release', { path: { run } }],
    ['POST /runs/{run}/discard', { path: { run } }],
    ['POST /runs/{run}/replay', { path: { run } }],
    ['GET /files/{file}', { path: { file: 'f'.repeat(32) } }],
    ['GET /files/{file}', { path: { file: 'x' } }],
    ['DELETE /runs', {}],
    ['GET /nothing', {}],
  ])('%s is 404', async (route, of) => {
    const { call } = operatorsOf();
    expect((await call(route, of)).json).toMatchObject({
      ...{ status: 404, type: 'urn:headgate:problem:not-found' },
    });
  });
});

describe('a call that cannot be read', () => {
  const cursor = (parts: unknown): string =>
    Buffer.from(JSON.stringify(parts)).toString('base64url');
  test.each<[string, Record<string, string>, RegExp]>([
    ['a name nobody knows', { stat: 'HELD' }, /a name that is not known/],
    ['a state there is not', { state: 'GONE' }, /^state: it is one of CREATED/],
    ['a time that is none', { since: 'yesterday' }, /^since: it is a day/],
    ['a day that is none', { until: '2026-02-31x' }, /^until: it is a day/],
    ['no limit', { limit: '0' }, /^limit/],
    ['a limit too high', { limit: '201' }, /^limit/],
    ['a limit in words', { limit: 'all' }, /^limit: it is a whole number/],
    ['a cursor that is none', { cursor: 'x' }, /^cursor: it is none that a page has given/],
    ['a cursor of another list', { cursor: cursor(['a.parquet', 3]) }, /^cursor: it is none/],
    ['a cursor with more in it', { cursor: cursor(['2026-11-21T05:00:00.000Z#a', 1]) }, /^cursor/],
  ])('for %s is refused, and not repeated', async (_name, query, detail) => {
    const { call } = operatorsOf();
    const { json } = await call('GET /runs', { query });
    expect(json).toMatchObject({ status: 400, type: 'urn:headgate:problem:bad-request' });
    expect(json.detail).toMatch(detail);
    expect(json.detail).not.toContain(Object.values(query)[0]?.slice(1) || 'never');
  });

  test.each([
    ['no JSON', '{', 400],
    ['a list', '[]', 400],
    ['a name nobody knows', '{"by":"someone else"}', 400],
    ['another type', '{"dry_run":"yes"}', 400],
    ['a body too large', `{"dry_run":${' '.repeat(20_000)}true}`, 413],
  ])('with %s for a body is refused', async (_name, body, status) => {
    const { call, ids } = await withRuns();
    const of = { path: { run: ids[0] ?? '' }, body };
    expect((await call('POST /runs/{run}/replay', of)).statusCode).toBe(status);
  });
});

test.each(operatorRoutes.map(({ method, path }) => `${method} ${path}`))(
  '%s answers nothing to a call that came by no authorizer',
  async (route) => {
    const { call } = operatorsOf();
    for (const by of [{}, { authorizer: null }, { identity: { userArn: null } }]) {
      const answer = await call(route, { by });
      expect(answer.json).toMatchObject({ status: 401 });
    }
  },
);
