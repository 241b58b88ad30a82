import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { type Receipt, Receipt as ReceiptSchema } from '../../core/push/receipt.ts';
import { runEnded, unique } from './support/drops.ts';
import { headgate, headgateJson, headgateRow } from './support/headgate.ts';
import { landedEnd } from './support/landed-end.ts';
import { openStack, type Stack } from './support/stack.ts';

const Made = z.object({ key: z.string(), url: z.string(), keyId: z.string(), name: z.string() });

let stack: Stack;
let sender: z.infer<typeof Made>;

beforeAll(async () => {
  stack = await openStack();
  const name = `shop-${unique()}`;
  sender = Made.parse(await headgateJson('api-key', 'create', name, '--dataset', 'clickstream'));
});

type Call = {
  readonly dataset?: string;
  readonly key?: string | null;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly headers?: Record<string, string>;
};

const post = async ({ dataset = 'clickstream', key = sender.key, body = '[]', headers }: Call) => {
  const answer = await fetch(`${sender.url}/datasets/${dataset}/records`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      ...(key === null ? {} : { 'x-api-key': key }),
      ...headers,
    },
    body,
  });
  const text = await answer.text();
  return { status: answer.status, type: answer.headers.get('content-type'), body: text };
};

const receiptOf = ({ status, body }: { status: number; body: string }): Receipt => {
  expect({ status, body: status === 202 ? '' : body }).toEqual({ status: 202, body: '' });
  return ReceiptSchema.parse(JSON.parse(body));
};

const interaction = (change: object = {}) => ({
  event_id: unique(),
  event: 'view',
  visitor: 'v-1',
  product_id: 'P-0001',
  occurred_at: '2026-03-04T05:06:07Z',
  ...change,
});

describe('500 records with three bad ones', () => {
  let receipt: Receipt;
  const bad = new Set([7, 250, 499]);
  beforeAll(async () => {
    const records = Array.from({ length: 500 }, (_, at) =>
      interaction(bad.has(at) ? { event: 'stare' } : {}),
    );
    receipt = receiptOf(await post({ body: JSON.stringify(records) }));
  });

  test('are told one by one', () => {
    expect(receipt).toMatchObject({ records: 500, accepted: 497, rejected: 3 });
    const rejected = receipt.outcomes.filter(({ outcome }) => outcome === 'rejected');
    expect(rejected).toEqual(
      [...bad].map((index) => ({
        ...{ index, outcome: 'rejected', reasons: [{ code: 'E_ONE_OF', field: 'event' }] },
      })),
    );
  });

  test('become rows of the table, all that were accepted', async () => {
    const file = await landedEnd(stack, receipt.landed.accepted);
    expect(file).toMatchObject({ state: 'PUBLISHED', counts: { rowsIn: 497, published: 497 } });
    const sql = `SELECT count(*)::INTEGER AS rows, count(DISTINCT event_id)::INTEGER AS ids
      FROM curated.clickstream WHERE _file = '${file.fileId}'`;
    expect(await headgateRow(sql)).toEqual({ rows: 497, ids: 497 });
  });

  test('are kept in quarantine with their bytes, those that were rejected', async () => {
    const file = await landedEnd(stack, receipt.landed.rejected);
    expect(file.counts).toMatchObject({ rowsIn: 3, rejected: 3, published: 0 });
    expect((await runEnded(stack, file.runId)).state).not.toBe('HELD');
    const sql = `SELECT count(*)::INTEGER AS rows, min(reasons[1].code) AS code
      FROM quarantine.clickstream WHERE _file = '${file.fileId}' AND decode(raw) LIKE '%stare%'`;
    expect(await headgateRow(sql)).toEqual({ rows: 3, code: 'E_ONE_OF' });
  });
});

describe('a sender', () => {
  const one = () => JSON.stringify(interaction());

  test.each<[string, () => Call, number]>([
    ['without a key', () => ({ key: null, body: one() }), 401],
    ['with a wrong key', () => ({ key: 'wrong', body: one() }), 401],
    ['of other datasets', () => ({ dataset: 'orders', body: '{}' }), 403],
    ['of no dataset', () => ({ dataset: 'nothing', body: '{}' }), 403],
    ['of a way out, which is no route', () => ({ dataset: '..%2fx', body: '{}' }), 401],
    ['of no JSON', () => ({ body: '{"event_id":' }), 400],
    ['of another type', () => ({ body: one(), headers: { 'Content-Type': 'text/csv' } }), 415],
  ])('%s is told so as a problem', async (_name, call, status) => {
    const answer = await post(call());
    expect({ status: answer.status, type: answer.type }).toEqual({
      ...{ status, type: 'application/problem+json' },
    });
    expect(JSON.parse(answer.body)).toMatchObject({
      ...{
        status,
        type: expect.stringMatching(/^urn:headgate:problem:/),
        detail: expect.any(String),
      },
    });
  });

  test('learns nothing of which datasets there are', async () => {
    const [foreign, missing] = await Promise.all([
      post({ dataset: 'orders', body: '{}' }),
      post({ dataset: 'nothing', body: '{}' }),
    ]);
    expect(foreign.body).toBe(missing.body);
  });

  test('may pack what it sends, and loses no digit', async () => {
    const event = JSON.stringify(interaction());
    const body = gzipSync(event.replace('"P-0001"', '9007199254740993'));
    const receipt = receiptOf(
      await post({
        body: new Uint8Array(body),
        headers: { 'Content-Encoding': 'gzip', 'Content-Type': 'application/x-ndjson' },
      }),
    );
    expect(receipt).toMatchObject({ accepted: 1 });
    const file = await landedEnd(stack, receipt.landed.accepted);
    const sql = `SELECT product_id FROM curated.clickstream WHERE _file = '${file.fileId}'`;
    expect(await headgateRow(sql)).toEqual({ product_id: '9007199254740993' });
  });

  test('that says the same fifty times at once is heard once', async () => {
    const call = { body: JSON.stringify([interaction(), interaction()]) };
    const headers = { 'Idempotency-Key': unique() };
    const answers = await Promise.all(Array.from({ length: 50 }, () => post({ ...call, headers })));
    const receipts = new Set(answers.map((answer) => JSON.stringify(receiptOf(answer))));
    expect(receipts.size).toBe(1);
    const [receipt] = answers.map(receiptOf);
    const file = await landedEnd(stack, receipt?.landed.accepted ?? null);
    expect(file.counts).toMatchObject({ published: 2 });
    expect((await post({ body: one(), headers })).status).toBe(422);
  });
});

describe('headgate push', () => {
  test('sends a file, tells what was rejected, and sends nothing twice', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'push-'));
    const path = join(dir, 'events.jsonl');
    const lines = [interaction(), interaction({ rating: 9 }), interaction()];
    await writeFile(path, lines.map((line) => JSON.stringify(line)).join('\n'));
    const given = ['--key', sender.key, '--url', sender.url];
    const first = await headgate('push', 'clickstream', path, ...given, '--json');
    expect(first.code).toBe(1);
    expect(JSON.parse(first.stdout)).toMatchObject({
      ...{ records: 3, accepted: 2 },
      rejected: [{ record: 2, reasons: [{ code: 'E_RANGE', field: 'rating' }] }],
    });
    const second = await headgate('push', 'clickstream', path, ...given, '--json');
    expect(JSON.parse(second.stdout)).toEqual(JSON.parse(first.stdout));
  });

  test('is refused when the key was revoked', async () => {
    const name = `gone-${unique()}`;
    const made = Made.parse(
      await headgateJson('api-key', 'create', name, '--dataset', 'clickstream'),
    );
    expect((await headgate('api-key', 'revoke', name)).code).toBe(0);
    const answer = await post({ key: made.key, body: JSON.stringify(interaction()) });
    expect(answer.status).toBe(401);
    const listed = await headgateJson('api-key', 'list');
    expect(JSON.stringify(listed)).not.toContain(name);
    expect(JSON.stringify(listed)).toContain(sender.name);
  });
});
