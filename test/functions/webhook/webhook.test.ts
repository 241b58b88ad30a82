import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { lineJudge } from '../../../adapters/engine/judge-line.ts';
import { problemDocument, unauthorized } from '../../../core/api/problem.ts';
import { append, defineDataset } from '../../../core/define-dataset.ts';
import { TransientError } from '../../../core/errors.ts';
import { integer } from '../../../core/fields/index.ts';
import { EpochMs } from '../../../core/ids.ts';
import { limits } from '../../../core/limits.ts';
import type { Deliveries } from '../../../core/webhooks/port.ts';
import { github, standard } from '../../../core/webhooks/webhook.ts';
import { authorizeWebhook } from '../../../functions/authorize-webhook/handler.ts';
import { webhook } from '../../../functions/webhook/handler.ts';
import { memoryStore } from '../../support/memory-store.ts';

const things = defineDataset({
  name: 'things',
  domain: 'tests',
  owner: 'tests@example.com',
  description: 'Something with a number.',
  fields: { id: integer({ bits: 64 }) },
  write: append(),
  webhooks: [github('forum', { records: 'data.things' }), standard('shop')],
});

const secrets: Readonly<Record<string, string>> = { forum: 'of the forum', shop: 'of the shop' };
const hmac = (source: string, text: string) =>
  createHmac('sha256', secrets[source] ?? '').update(text);
const seconds = String(Date.UTC(2026, 10, 21) / 1000);

const signed = {
  forum: (body: string, id = 'd-1') => ({
    'X-GitHub-Delivery': id,
    'X-Hub-Signature-256': `sha256=${hmac('forum', body).digest('hex')}`,
  }),
  shop: (body: string, id = 'd-1') => ({
    ...{ 'webhook-id': id, 'webhook-timestamp': seconds },
    'webhook-signature': `v1,${hmac('shop', `${id}.${seconds}.${body}`).digest('base64')}`,
  }),
};

const doorOf = (change: { deliveries?: Partial<Deliveries> } = {}) => {
  const memory = memoryStore();
  const known = new Map<string, number>();
  const logged: string[] = [];
  const say = (message: string, fields: object) =>
    void logged.push(`${message} ${JSON.stringify(fields)}`);
  const deliveries: Deliveries = {
    isKnown: async (source, nonce) => known.has(`${source} ${nonce}`),
    remember: async (source, nonce, until) => {
      if (known.has(`${source} ${nonce}`)) return 'known';
      known.set(`${source} ${nonce}`, until);
      return 'new';
    },
    ...change.deliveries,
  };
  const door = webhook({
    log: { info: say, warn: say, error: say },
    count: (metric, value) => void logged.push(`${metric} ${value}`),
    store: memory.store,
    ...{ landingBucket: 'landing', cleanBucket: 'clean' },
    now: () => EpochMs.parse(Date.UTC(2026, 10, 21)),
    judgeOf: lineJudge,
    datasets: [things],
    deliveries,
    secretOf: async (source) => secrets[source],
  });
  const call = async (source: string, body: string, headers: Record<string, string>) => {
    const answer = await door({
      ...{ body: Buffer.from(body).toString('base64'), isBase64Encoded: true },
      headers: { 'content-type': 'application/json', ...headers },
      pathParameters: { source },
      requestContext: { requestId: 'r1', authorizer: { principalId: `webhook ${source}` } },
    });
    return { status: answer.statusCode, body: JSON.parse(answer.body), text: answer.body };
  };
  const landed = () =>
    [...memory.objects].flatMap(([uri, bytes]) =>
      uri.startsWith('s3://landing/') ? [bytes.toString()] : [],
    );
  return { call, landed, logged, known, memory };
};

describe('a webhook', () => {
  test('lands what lies under the names that are declared, byte for byte', async () => {
    const { call, landed, known } = doorOf();
    const body = '{"data": {"things": [{"id": 9007199254740993}, {"id":2}]}}';
    const answer = await call('forum', body, signed.forum(body));
    expect(answer).toMatchObject({ status: 202, body: { accepted: 2, dataset: 'things' } });
    expect(landed()).toEqual(['{"id": 9007199254740993}\n{"id":2}\n']);
    expect([...known]).toEqual([['forum d-1', Date.UTC(2026, 10, 21) + limits.webhookMemoryMs]]);
  });

  test('with a bad record lands it apart, and is accepted', async () => {
    const { call, landed } = doorOf();
    const body = '[{"id":1},{"id":"canary"}]';
    const answer = await call('shop', body, signed.shop(body));
    expect(answer).toMatchObject({ status: 202, body: { accepted: 1, rejected: 1 } });
    expect(landed().sort()).toEqual(['{"id":"canary"}\n', '{"id":1}\n']);
  });

  test.each([
    ['forum', '{"data":{"things":{"id":1}}}', 200],
    ['shop', '{"id":1}', 409],
  ] as const)('of %s that is delivered again has one effect', async (source, body, status) => {
    const { call, landed } = doorOf();
    const first = await call(source, body, signed[source](body));
    const again = await call(source, body, signed[source](body));
    expect([first.status, again.status]).toEqual([202, status]);
    expect(status === 200 ? again.body.receipt : first.body.receipt).toBe(first.body.receipt);
    expect(landed()).toHaveLength(1);
    expect((await call(source, body, signed[source](body, 'd-2'))).status).toBe(202);
    expect(landed()).toHaveLength(2);
  });

  test('that is remembered lands nothing, also when its receipt has expired', async () => {
    const { call, landed, memory } = doorOf();
    await call('shop', '{"id":1}', signed.shop('{"id":1}'));
    memory.objects.clear();
    expect((await call('shop', '{"id":1}', signed.shop('{"id":1}'))).status).toBe(409);
    expect(landed()).toEqual([]);
  });

  test('that died before it was remembered ends what it began, and is taken once', async () => {
    let isDown = true;
    const deliveries = {
      remember: async (): Promise<'new'> => {
        if (!isDown) return 'new';
        throw new TransientError('remember: throttled');
      },
    };
    const { call, landed } = doorOf({ deliveries });
    const first = await call('shop', '{"id":1}', signed.shop('{"id":1}'));
    isDown = false;
    const second = await call('shop', '{"id":1}', signed.shop('{"id":1}'));
    expect([first.status, second.status]).toEqual([503, 202]);
    expect(landed()).toEqual(['{"id":1}\n']);
  });

  const body = '{"id":1}';
  const large = JSON.stringify({ id: 'x'.repeat(limits.webhookBodyBytesMax) });
  test.each<[string, string, string, Record<string, string>, number]>([
    ['of another secret', 'shop', body, { ...signed.shop(body), 'webhook-id': 'x' }, 401],
    ['of no signature', 'shop', body, {}, 401],
    ['of another source', 'shop', body, signed.forum(body), 401],
    ['of no source that there is', 'nobody', body, signed.shop(body), 401],
    ['too large, of nobody', 'shop', large, {}, 401],
    ['too large', 'shop', large, signed.shop(large), 413],
    ['of no JSON', 'shop', 'canary', signed.shop('canary'), 400],
    ['without the member', 'forum', body, signed.forum(body), 400],
    ['as a form', 'shop', body, { ...signed.shop(body), 'content-type': 'text/plain' }, 415],
  ])('%s is refused, and lands nothing', async (_name, source, sent, headers, status) => {
    const { call, landed, logged, known } = doorOf();
    const answer = await call(source, sent, headers);
    expect(answer.status).toBe(status);
    if (status === 401) expect(answer.text).toBe(JSON.stringify(problemDocument(unauthorized)));
    expect(landed()).toEqual([]);
    expect(known.size).toBe(0);
    expect(logged.join() + answer.text).not.toMatch(/canary|of the shop|nobody/);
  });
});

describe('the authorizer of webhooks', () => {
  const methodArn = 'arn:aws:execute-api:eu-central-1:000000000000:abc123/v1/POST/webhooks/shop';
  const asked = (source: string, headers: Record<string, string>) => {
    const quiet = () => undefined;
    const decide = authorizeWebhook({
      log: { info: quiet, warn: quiet, error: quiet },
      datasets: [things],
    });
    return decide({ headers, methodArn, pathParameters: { source } });
  };

  test('lets a delivery with a signature to its source, and nowhere else', async () => {
    const { principalId, policyDocument } = await asked('shop', signed.shop('any'));
    expect(principalId).toBe('webhook shop');
    expect(policyDocument.Statement).toEqual([
      { Effect: 'Allow', Action: 'execute-api:Invoke', Resource: methodArn },
    ]);
  });

  test.each<[string, string, Record<string, string>]>([
    ['no header', 'shop', {}],
    ['headers of another kind', 'shop', signed.forum('any')],
    ['a signature that is none', 'shop', { ...signed.shop('any'), 'webhook-signature': 'v1,x' }],
    ['no source that there is', 'nobody', signed.shop('any')],
  ])('makes 401 of %s', async (_name, source, headers) => {
    // API Gateway compares the whole message.
    await expect(asked(source, headers)).rejects.toThrow(/^Unauthorized$/);
  });
});
