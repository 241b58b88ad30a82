import { afterEach, describe, expect, test } from 'vitest';
import { type Pushed, pushRecords } from '../../adapters/push-client.ts';
import { problemDocument } from '../../core/api/problem.ts';
import { localServer, type Said } from '../support/http-server.ts';

const receipt = {
  ...{ receipt: '0'.repeat(32), dataset: 'orders', received_at: '2026-11-21T05:00:00.000Z' },
  ...{ contract_version: 'c1', body_sha256: 'a'.repeat(64), records: 1, accepted: 1, rejected: 0 },
  outcomes: [{ index: 0, outcome: 'accepted' }],
  landed: { accepted: 'orders/_push/0.jsonl', rejected: null },
};
const taken: Said = { status: 202, body: JSON.stringify(receipt) };
const failing = (status: number, body = ''): Said => ({ status, body });

let close = async (): Promise<void> => undefined;
afterEach(() => close());

/** A call to an API that gives these answers, the last of them again and again. */
const pushTo = async (said: readonly Said[], path = '') => {
  const server = await localServer((_request, index) => said[index] ?? said.at(-1) ?? taken);
  close = server.close;
  const waits: number[] = [];
  const result = pushRecords(
    {
      ...{ url: `${server.url}${path}`, key: 'secret', dataset: 'orders' },
      ...{ idempotencyKey: 'call-1', body: Buffer.from('{"id":1}\n') },
    },
    async (ms) => void waits.push(ms),
  );
  return { result, waits, heard: server.heard };
};

const six = [500, 1_000, 2_000, 4_000, 8_000];

describe('a push', () => {
  test('is one call with the sender’s key, its own key, and the lines as they are', async () => {
    const { result, heard, waits } = await pushTo([taken]);
    expect(await result).toEqual({ kind: 'receipt', receipt });
    expect(heard).toMatchObject([
      {
        ...{ method: 'POST', path: '/v1/datasets/orders/records', body: '{"id":1}\n' },
        headers: {
          ...{ 'content-type': 'application/x-ndjson', 'x-api-key': 'secret' },
          'idempotency-key': 'call-1',
        },
      },
    ]);
    expect(waits).toEqual([]);
  });

  test.each<[string, Said]>([
    ['is sending too often', failing(429, '{}')],
    ['meets a fault of the API', failing(500)],
    ['meets a gateway without a function', failing(503, '<html>')],
    ['loses the connection', { ends: 'none' }],
    ['loses the reply in its middle', { ends: 'broken' }],
  ])('that %s is said again, as the same call', async (_name, said) => {
    const { result, heard, waits } = await pushTo([said, said, taken]);
    expect((await result).kind).toBe('receipt');
    expect(heard).toHaveLength(3);
    expect(new Set(heard.map(({ headers }) => headers['idempotency-key']))).toEqual(
      new Set(['call-1']),
    );
    expect(new Set(heard.map(({ body }) => body))).toEqual(new Set(['{"id":1}\n']));
    expect(waits).toEqual([500, 1_000]);
  });

  test('gives up after six calls, with the last answer', async () => {
    const problem = problemDocument({ name: 'too-many-requests', detail: 'wait a second' });
    const { result, heard, waits } = await pushTo([failing(429, JSON.stringify(problem))]);
    expect(await result).toEqual<Pushed>({
      ...{ kind: 'refused', status: 429 },
      problem: 'The sender has used up what it may send. wait a second',
    });
    expect(heard).toHaveLength(6);
    expect(waits).toEqual(six);
  });

  test('fails where nothing ever answers', async () => {
    const { result, heard, waits } = await pushTo([{ ends: 'none' }]);
    await expect(result).rejects.toThrow('fetch failed');
    expect(heard).toHaveLength(6);
    expect(waits).toEqual(six);
  });

  test.each([400, 401, 403, 404, 413, 415, 422])(
    'that is refused with %i is not said again',
    async (status) => {
      const problem = problemDocument({ name: 'bad-request', detail: 'the key is too long' });
      const { result, heard } = await pushTo([failing(status, JSON.stringify(problem)), taken]);
      expect(await result).toEqual<Pushed>({
        ...{ kind: 'refused', status },
        problem: 'The request cannot be read. the key is too long',
      });
      expect(heard).toHaveLength(1);
    },
  );

  test.each([
    ['is no JSON', '<html>no</html>', '<html>no</html>'],
    ['is long', 'x'.repeat(10_000), 'x'.repeat(200)],
    ['is null', 'null', ''],
    ['has words of another type', '{"title":1,"detail":{}}', ''],
    ['has one of the words', '{"detail":"only this"}', 'only this'],
  ])('tells what a refusal says that %s', async (_name, body, problem) => {
    const { result } = await pushTo([failing(400, body)]);
    expect(await result).toEqual<Pushed>({ kind: 'refused', status: 400, problem });
  });

  test.each([
    ['is no receipt', '{"receipt":"x"}'],
    ['is no JSON', 'taken'],
  ])('does not take for a receipt what %s', async (_name, body) => {
    const { result } = await pushTo([{ status: 202, body }]);
    await expect(result).rejects.toThrow();
  });

  test('goes to the address with and without a slash behind it', async () => {
    const { result, heard } = await pushTo([taken], 'stage');
    await result;
    expect(heard[0]?.path).toBe('/v1/stage/datasets/orders/records');
  });
});
