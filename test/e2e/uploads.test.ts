import { createHash } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { unique } from './support/drops.ts';
import { headgate, headgateJson, headgateRow } from './support/headgate.ts';
import { landedEnd } from './support/landed-end.ts';
import { openStack, type Stack } from './support/stack.ts';

const Made = z.object({ key: z.string(), url: z.string() });
const Uploaded = z.array(z.object({ key: z.string(), upload: z.string(), state: z.string() }));
const Request = z.object({ url: z.string(), headers: z.record(z.string(), z.string()) });
const Ticket = z.object({
  upload: z.string(),
  key: z.string(),
  state: z.string(),
  request: Request.nullable(),
  parts: z
    .array(z.object({ number: z.number(), size_bytes: z.number(), request: Request.nullable() }))
    .nullable(),
});

let stack: Stack;
let sender: z.infer<typeof Made>;
let dir = '';

beforeAll(async () => {
  stack = await openStack();
  const name = `shop-${unique()}`;
  sender = Made.parse(await headgateJson('api-key', 'create', name, '--dataset', 'clickstream'));
  dir = await mkdtemp(join(tmpdir(), 'upload-'));
});

const header = 'event_id,event,visitor,product_id,rating,occurred_at';
const csvOf = (rows: number): string => {
  const run = unique();
  const visitor = 'v'.padEnd(38, '0');
  const lines = Array.from(
    { length: rows },
    (_, at) =>
      `${run}-${at},view,${visitor},P-${String(at).padStart(36, '0')},,2026-03-04T05:06:07Z`,
  );
  return `${[header, ...lines].join('\n')}\n`;
};

const uploaded = async (path: string, ...options: string[]) => {
  const given = ['--key', sender.key, '--url', sender.url, '--json', ...options];
  const done = await headgate('upload', 'clickstream', path, ...given);
  expect(done).toMatchObject({ code: 0 });
  return Uploaded.parse(JSON.parse(done.stdout))[0] ?? { key: '', upload: '', state: '' };
};

const rowsOf = async (key: string) => {
  const file = await landedEnd(stack, key);
  const sql = `SELECT count(*)::INTEGER AS rows FROM curated.clickstream
    WHERE _file = '${file.fileId}'`;
  return { state: file.state, ...z.object({ rows: z.number() }).parse(await headgateRow(sql)) };
};

describe('headgate upload', () => {
  test('puts a file into landing, whose rows are published; said again, it sends nothing', async () => {
    const path = join(dir, `one ${unique()} ü.csv`);
    await writeFile(path, csvOf(3));
    const first = await uploaded(path);
    expect(first).toMatchObject({
      state: 'LANDED',
      key: expect.stringMatching(/_uploads\/.* ü\.csv$/),
    });
    expect(await rowsOf(first.key)).toEqual({ state: 'PUBLISHED', rows: 3 });
    expect(await uploaded(path)).toEqual(first);
  });

  test('sends a large file in parts, whose rows are published', async () => {
    const path = join(dir, `${unique()}.csv`);
    await writeFile(path, csvOf(90_000));
    const first = await uploaded(path, '--part-size', '5');
    const at = { Bucket: stack.outputs.LandingBucket, Key: first.key };
    // S3 tells a file of parts by its ETag.
    const { ETag } = await stack.s3.send(new HeadObjectCommand(at));
    expect(ETag).toMatch(/-3"?$/);
    expect(await rowsOf(first.key)).toEqual({ state: 'PUBLISHED', rows: 90_000 });
    expect(await uploaded(path, '--part-size', '5')).toEqual(first);
  });

  test('is refused what the dataset has no format for, and says what is allowed', async () => {
    const path = join(dir, 'picture.png');
    await writeFile(path, 'x');
    const done = await headgate(
      'upload',
      'clickstream',
      path,
      '--key',
      sender.key,
      '--url',
      sender.url,
    );
    expect(done.code).toBe(1);
    expect(done.stderr).toMatch(/refused \(415\)[\s\S]*\.csv[\s\S]*Nothing has landed/);
  });
});

const begin = async (body: string, change: object = {}, key = unique()) => {
  const bytes = Buffer.from(body);
  const answer = await fetch(`${sender.url}/datasets/clickstream/uploads`, {
    method: 'POST',
    headers: { 'x-api-key': sender.key, 'Idempotency-Key': key },
    body: JSON.stringify({
      ...{ file_name: `${unique()}.csv`, size_bytes: bytes.length, content_type: 'text/csv' },
      checksum_sha256: createHash('sha256').update(bytes).digest('base64'),
      ...change,
    }),
  });
  return { status: answer.status, body: await answer.text() };
};

describe('an upload', () => {
  test('takes no other bytes than those whose checksum was announced', async () => {
    const body = csvOf(2);
    const begun = await begin(body);
    expect(begun.status).toBe(201);
    const { request, key } = Ticket.parse(JSON.parse(begun.body));
    const put = (bytes: string) =>
      fetch(request?.url ?? '', { method: 'PUT', headers: request?.headers ?? {}, body: bytes });
    const changed = await put(body.replace('view', 'rate'));
    expect(changed.status).toBe(400);
    expect((await put(body)).status).toBe(200);
    expect((await put(body)).status).toBe(412);
    expect(await rowsOf(key)).toEqual({ state: 'PUBLISHED', rows: 2 });
  });

  test('in parts is completed only when all are there, and can be given up', async () => {
    const body = csvOf(60_000);
    const name = { file_name: `${unique()}.csv` };
    const call = unique();
    const begun = await begin(body, { ...name, part_size: 5 * 1024 * 1024 }, call);
    const { upload, parts } = Ticket.parse(JSON.parse(begun.body));
    const [first] = parts ?? [];
    const sent = await fetch(first?.request?.url ?? '', {
      ...{ method: 'PUT', headers: first?.request?.headers ?? {} },
      body: body.slice(0, first?.size_bytes),
    });
    expect(sent.status).toBe(200);
    const headers = { 'x-api-key': sender.key };
    const at = `${sender.url}/datasets/clickstream/uploads/${upload}`;
    const early = await fetch(`${at}/complete`, { method: 'POST', headers, body: '{}' });
    expect({ status: early.status, body: await early.json() }).toMatchObject({
      ...{ status: 422, body: { detail: expect.stringMatching(/missing.*: 2/) } },
    });
    const again = Ticket.parse(
      JSON.parse((await begin(body, { ...name, part_size: 5 * 1024 * 1024 }, call)).body),
    );
    expect(again.upload).toBe(upload);
    expect(again.parts?.map(({ request }) => request === null)).toEqual([true, false]);
    expect((await fetch(at, { method: 'DELETE', headers })).status).toBe(204);
    const gone = await begin(body, { ...name, part_size: 5 * 1024 * 1024 }, call);
    expect(gone.status).toBe(410);
  });

  test('is only for datasets of the key', async () => {
    const answer = await fetch(`${sender.url}/datasets/orders/uploads`, {
      ...{ method: 'POST', headers: { 'x-api-key': sender.key }, body: '{}' },
    });
    expect(answer.status).toBe(403);
  });
});
