import { createHmac } from 'node:crypto';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import * as z from 'zod';
import { apiUrlOf } from '../../bin/world.ts';
import { Receipt } from '../../core/push/receipt.ts';
import { unique } from './support/drops.ts';
import { headgateRow } from './support/headgate.ts';
import { landedEnd } from './support/landed-end.ts';
import { openStack, type Stack } from './support/stack.ts';

let stack: Stack;
let url = '';
const secrets = new Map<string, string>();

beforeAll(async () => {
  stack = await openStack();
  url = apiUrlOf({ endpoint: process.env.AWS_ENDPOINT_URL, outputs: stack.outputs });
  const { rootEnv } = inject('headgate');
  const client = new SecretsManagerClient({
    credentials: {
      accessKeyId: rootEnv.AWS_ACCESS_KEY_ID ?? '',
      secretAccessKey: rootEnv.AWS_SECRET_ACCESS_KEY ?? '',
    },
  });
  const arns = z.record(z.string(), z.string()).parse(JSON.parse(stack.outputs.WebhookArns ?? ''));
  for (const [source, SecretId] of Object.entries(arns)) {
    const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId }));
    secrets.set(source, SecretString);
  }
});

const post = async (source: string, body: string, headers: Record<string, string>) => {
  const answer = await fetch(`${url}/webhooks/${source}`, {
    ...{ method: 'POST', body, headers: { 'Content-Type': 'application/json', ...headers } },
  });
  return { status: answer.status, body: await answer.text() };
};

const hmac = (source: string, text: string) =>
  createHmac('sha256', secrets.get(source) ?? '').update(text);
const seconds = () => String(Math.floor(Date.now() / 1000));

/** A delivery as each kind of sender signs it. */
const senders = {
  'partner-reviews': (body: string, of = 'partner-reviews') => {
    const [id, time] = [`msg_${unique()}`, seconds()];
    const signature = hmac(of, `${id}.${time}.${body}`).digest('base64');
    return { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': `v1,${signature}` };
  },
  'checkout-reviews': (body: string, of = 'checkout-reviews') => {
    const time = seconds();
    const signature = hmac(of, `${time}.${body}`).digest('hex');
    return { 'Stripe-Signature': `t=${time},v1=${signature}` };
  },
  'forum-reviews': (body: string, of = 'forum-reviews') => ({
    'X-GitHub-Delivery': unique(),
    'X-Hub-Signature-256': `sha256=${hmac(of, body).digest('hex')}`,
  }),
};

const review = () => ({
  ...{ review_id: unique(), product_id: unique(), stars: 5, helpful: 0 },
  ...{ written_on: '2026-03-04', reviewer: 'ana@example.com', body: 'good' },
});

const bodies: Record<keyof typeof senders, () => string> = {
  'partner-reviews': () => JSON.stringify([review(), review()]),
  'checkout-reviews': () =>
    JSON.stringify({ id: `evt_${unique()}`, type: 'review', data: { object: review() } }),
  'forum-reviews': () => JSON.stringify(review()),
};

describe.each([
  ['partner-reviews', 2, 409],
  ['checkout-reviews', 1, 200],
  ['forum-reviews', 1, 200],
] as const)('a webhook of %s', (source, rows, repeated) => {
  test('becomes rows, once, however often it is delivered', async () => {
    const body = bodies[source]();
    const headers = senders[source](body);
    const first = await post(source, body, headers);
    expect(first.status).toBe(202);
    const receipt = Receipt.parse(JSON.parse(first.body));
    expect(receipt).toMatchObject({ dataset: 'reviews', accepted: rows, rejected: 0 });
    expect((await post(source, body, headers)).status).toBe(repeated);
    const file = await landedEnd(stack, receipt.landed.accepted);
    expect(file).toMatchObject({ state: 'PUBLISHED', counts: { published: rows } });
    const sql = `SELECT count(*)::INTEGER AS rows FROM curated.reviews
      WHERE _file = '${file.fileId}'`;
    expect(await headgateRow(sql)).toEqual({ rows });
  });

  test('is refused with the same words, whatever is wrong with it', async () => {
    const body = bodies[source]();
    const good = senders[source](body);
    const other = source === 'forum-reviews' ? 'partner-reviews' : 'forum-reviews';
    const refused = await Promise.all([
      post(source, `${body} `, good),
      post(source, body, senders[source](body, other)),
      post(source, body, {}),
      post('nobody', body, good),
    ]);
    expect(refused.map(({ status }) => status)).toEqual([401, 401, 401, 401]);
    expect(new Set(refused.map((answer) => answer.body)).size).toBe(1);
  });
});
