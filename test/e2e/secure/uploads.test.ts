import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { unique } from '../support/drops.ts';
import { headgateJson } from '../support/headgate.ts';

const Made = z.object({ key: z.string(), url: z.string() });
const Request = z.object({ url: z.string(), headers: z.record(z.string(), z.string()) });
const Ticket = z.object({
  request: Request.nullable(),
  parts: z.array(z.object({ request: Request })).nullable(),
});

let sender: z.infer<typeof Made>;
beforeAll(async () => {
  const name = `shop-${unique()}`;
  sender = Made.parse(await headgateJson('api-key', 'create', name, '--dataset', 'clickstream'));
});

const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('base64');

const begin = async (bytes: Buffer, change: object = {}) => {
  const answer = await fetch(`${sender.url}/datasets/clickstream/uploads`, {
    ...{ method: 'POST', headers: { 'x-api-key': sender.key } },
    body: JSON.stringify({
      ...{ file_name: 'a.csv', size_bytes: bytes.length, content_type: 'text/csv' },
      ...{ checksum_sha256: digest(bytes), ...change },
    }),
  });
  expect(answer.status).toBe(201);
  return Ticket.parse(await answer.json());
};

const put = async (
  request: z.infer<typeof Request> | null | undefined,
  body: Buffer,
  headers: Record<string, string> = {},
): Promise<number> => {
  const all = { ...request?.headers, ...headers };
  // Of the bytes that are sent, as HTTP asks for.
  const sent = { ...all, 'content-length': String(body.length) };
  const bytes = new Uint8Array(body);
  const answer = await fetch(request?.url ?? '', { method: 'PUT', headers: sent, body: bytes });
  await answer.text();
  return answer.status;
};

describe('a signed request takes nothing but what was announced', () => {
  const bytes = Buffer.from('event_id\n1\n');
  const longer = Buffer.concat([bytes, bytes]);
  const other = Buffer.from(bytes.toString().toUpperCase());

  test.each<[string, Buffer, Record<string, string>, number]>([
    ['more bytes', longer, {}, 403],
    ['more bytes and their checksum', longer, { 'x-amz-checksum-sha256': digest(longer) }, 403],
    ['other bytes and their checksum', other, { 'x-amz-checksum-sha256': digest(other) }, 403],
    ['other bytes', other, {}, 400],
    ['another type', bytes, { 'content-type': 'text/html' }, 403],
    ['the file itself', bytes, {}, 200],
  ])('%s', async (_name, sent, headers, status) => {
    const { request } = await begin(bytes);
    expect(await put(request, sent, headers)).toBe(status);
  });

  test('nor the key of another file', async () => {
    const { request } = await begin(bytes);
    const moved = request && { ...request, url: request.url.replace('a.csv', 'b.csv') };
    expect(await put(moved, bytes)).toBe(403);
  });

  test('nor a part of another size', async () => {
    const size = 5 * 1024 * 1024;
    const whole = Buffer.alloc(size + 1, 'x');
    const { parts } = await begin(whole, { part_size: size });
    const [first, second] = parts ?? [];
    expect(await put(second?.request, Buffer.alloc(2, 'x'))).toBe(403);
    expect(await put(second?.request, Buffer.alloc(1, 'x'))).toBe(200);
    expect(await put(first?.request, whole.subarray(0, size))).toBe(200);
  });
});
