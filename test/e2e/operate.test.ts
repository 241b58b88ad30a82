import { beforeAll, describe, expect, inject, test } from 'vitest';
import type * as z from 'zod';
import { RunId } from '../../core/ids.ts';
import type { RunEntry } from '../../core/ledger.ts';
import * as answers from '../../core/operate/answers.ts';
import { freshKey, land } from './support/drops.ts';
import { headgateRow } from './support/headgate.ts';
import { callOperators } from './support/operator.ts';
import { withProducts } from './support/products.ts';
import { csv, goodOrders, order } from './support/rows.ts';
import { openStack, type Stack } from './support/stack.ts';
import { until } from './support/until.ts';

/** More rejected rows than orders may have. */
const tooBad = (): string => csv([...goodOrders(10), order({ quantity: 'two' })]);

let stack: Stack;
let good: RunEntry;
let held: RunEntry;
let bad: RunEntry;

beforeAll(async () => {
  stack = await openStack();
  await withProducts(stack);
  ({ run: good } = await land(stack, freshKey('orders', 'good.csv'), csv(goodOrders(3))));
  ({ run: held } = await land(stack, freshKey('orders', 'held.csv'), tooBad()));
  ({ run: bad } = await land(stack, freshKey('orders', 'bad.csv'), tooBad()));
});

/** The answer of a call that must be a good one. */
const ask = async <S extends z.ZodType>(schema: S, call: string, body?: object) => {
  const reply = await callOperators(stack, call, body === undefined ? {} : { body });
  expect({ call, status: reply.status, text: reply.status === 200 ? '' : reply.text }).toEqual({
    ...{ call, status: 200, text: '' },
  });
  return schema.parse(reply.json);
};

const published = (runId: string): Promise<RunEntry> =>
  until(`the publication of ${runId}`, async () => {
    const entry = await stack.ledger.run(RunId.parse(runId));
    return entry?.state === 'PUBLISHED' ? entry : undefined;
  });

describe('an operator', () => {
  test('sees the datasets, and of one its contract and history', async () => {
    const { datasets } = await ask(answers.DatasetList, 'GET /datasets');
    expect(datasets.map(({ name }) => name)).toContain('orders');
    const orders = await ask(answers.DatasetAnswer, 'GET /datasets/orders');
    expect(orders.quality.map((run) => run.run_id)).toContain(good.runId);
    expect(orders.lineage.reads).toEqual(['products']);
  });

  test('goes through runs page by page, and finds what is held', async () => {
    const seen: string[] = [];
    for (let next: string | null = null, page = 0; page < 99; page += 1) {
      const cursor: string = next === null ? '' : `&cursor=${next}`;
      const list = await ask(answers.RunList, `GET /runs?dataset=orders&limit=2${cursor}`);
      seen.push(...list.runs.map((run) => run.run_id));
      next = list.next;
      if (next === null) break;
    }
    expect(seen).toEqual(expect.arrayContaining([good.runId, held.runId, bad.runId]));
    expect(new Set(seen).size).toBe(seen.length);
    const list = await ask(answers.RunList, 'GET /runs?dataset=orders&state=HELD');
    const ids = list.runs.map((run) => run.run_id);
    expect(ids).toEqual(expect.arrayContaining([held.runId, bad.runId]));
    expect(ids).not.toContain(good.runId);
  });

  test('sees a run with its files and reasons, and has it only once', async () => {
    const run = await ask(answers.RunAnswer, `GET /runs/${held.runId}`);
    expect(run).toMatchObject({
      ...{ state: 'HELD', counts: { rows_in: 11, rejected: 1 } },
      reason: { code: 'E_TOO_MANY_REJECTS', means: expect.any(String) },
      reasons: [{ code: 'E_TYPE', field: 'quantity', rows: 1 }],
    });
    const [file] = run.files;
    const found = await ask(answers.FileAnswer, `GET /files/${file?.file_id}`);
    expect(found).toEqual(file);
    const first = await callOperators(stack, `GET /runs/${good.runId}`);
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[0-9a-f]{64}"$/);
    const headers = { 'if-none-match': etag };
    const again = await callOperators(stack, `GET /runs/${good.runId}`, { headers });
    expect({ status: again.status, text: again.text }).toEqual({ status: 304, text: '' });
  });

  test('sees why rows were rejected, and on another route the rows', async () => {
    const reply = await callOperators(stack, `GET /runs/${held.runId}/rejects`);
    expect(answers.RejectList.parse(reply.json)).toMatchObject({
      rejects: [{ row: 11, reasons: [{ code: 'E_TYPE', field: 'quantity' }], mended: false }],
      next: null,
    });
    expect(reply.text).not.toContain('ana@example.com');
    const raw = await ask(answers.RawRejectList, `GET /runs/${held.runId}/rejects/raw`);
    expect(raw.rejects[0]?.raw).toContain(',two,');
  });

  test('releases one run, who is named, and discards another', async () => {
    const decided = await ask(answers.Decided, `POST /runs/${held.runId}/release`, {});
    expect(decided.attempt).toBe(2);
    await published(held.runId);
    const told = await ask(answers.RunAnswer, `GET /runs/${held.runId}`);
    expect(told.released).toMatchObject({ by: expect.stringMatching(/^arn:aws:/), attempt: 1 });
    const sql = `SELECT count(*)::INTEGER AS n FROM orders WHERE _run = '${held.runId}'`;
    expect(await headgateRow(sql)).toEqual({ n: 10 });
    expect((await ask(answers.Decided, `POST /runs/${held.runId}/release`)).state).toBe(
      'PUBLISHED',
    );

    const gone = await ask(answers.Decided, `POST /runs/${bad.runId}/discard`);
    expect(gone).toMatchObject({ state: 'DISCARDED', reason: { code: 'E_DISCARDED' } });
    const late = await callOperators(stack, `POST /runs/${bad.runId}/release`);
    expect(late.json).toMatchObject({ status: 409, type: 'urn:headgate:problem:not-held' });
    expect(late.headers.get('content-type')).toBe('application/problem+json');
  });

  test('replays a run once, and is told what a backfill would do', async () => {
    const since = new Date(good.createdAt - 86_400_000).toISOString().slice(0, 10);
    const body = { since, dry_run: true, limit: 50 };
    const plan = await ask(answers.Backfilled, 'POST /datasets/orders/backfill', body);
    const planned = plan.runs.filter(({ outcome }) => outcome === 'planned');
    expect(planned.map((run) => run.run_id)).toContain(good.runId);

    const started = await ask(answers.Replayed, `POST /runs/${good.runId}/replay`, {});
    expect(started.outcome).toBe('started');
    await published(started.replay ?? '');
    const again = await ask(answers.Replayed, `POST /runs/${good.runId}/replay`, {});
    expect(again).toMatchObject({ outcome: 'done', replay: started.replay });
    const old = await ask(answers.RunAnswer, `GET /runs/${good.runId}`);
    expect(old.replaced_by).toBe(started.replay);
    const sql = `SELECT count(*)::INTEGER AS n FROM orders WHERE _run = '${started.replay}'`;
    expect(await headgateRow(sql)).toEqual({ n: 3 });
  });

  test.each([
    ['GET /runs?state=gone', 400],
    ['GET /runs?cursor=x', 400],
    ['GET /datasets/nothing', 404],
    ['GET /runs/orders-20200101T000000Z-0123456789', 404],
    ['POST /datasets/orders/backfill', 400],
  ])('is told of %s as a problem', async (call, status) => {
    const reply = await callOperators(stack, call);
    expect(reply.json).toMatchObject({ status, detail: expect.any(String) });
    expect(reply.status).toBe(status);
  });
});

describe('a stranger', () => {
  const routes = ['GET /datasets', 'GET /runs', `POST /runs/x/release`, 'POST /runs/x/discard'];

  test.each(routes)('who does not sign is refused %s', async (call) => {
    const reply = await callOperators(stack, call, { signer: 'nobody' });
    expect([401, 403]).toContain(reply.status);
  });

  test.each(routes)('with a token that nobody asked for is refused %s', async (call) => {
    const headers = { authorization: 'Bearer a.b.c' };
    const reply = await callOperators(stack, call, { signer: 'nobody', headers });
    // Only where rights are enforced is a header more than a header.
    if (inject('headgate').profile === 'local-secure') expect([401, 403]).toContain(reply.status);
    else expect(reply.status).not.toBe(200);
  });
});
