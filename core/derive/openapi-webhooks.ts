import type { Dataset } from '../dataset.ts';
import { type Scheme, sourcesOf } from '../webhooks/webhook.ts';
import { type Json, refusals } from './openapi-problems.ts';

/** Where the signature of each kind of sender stands, and what it signs. */
const signatureHeaders: Readonly<Record<Scheme, readonly [header: string, signs: string]>> = {
  github: ['X-Hub-Signature-256', 'the body; `X-GitHub-Delivery` tells the delivery'],
  stripe: ['Stripe-Signature', 'time and body; the `id` of the event tells the delivery'],
  standard: ['webhook-signature', '`webhook-id`, `webhook-timestamp` and the body'],
};

/** What signs a webhook, in words. */
export const signatureWords = (scheme: Scheme): string => {
  const [header, signs] = signatureHeaders[scheme];
  return `\`${header}\`, over ${signs}`;
};

/** The path of the API for the webhooks of a source. */
export const webhookPath = (source: string): string => `/webhooks/${source}`;

const schemeName = (scheme: Scheme): string => `webhook_${scheme}`;

/** How the senders of webhooks say who they are. */
export const webhookSchemes = (datasets: readonly Dataset[]): Json =>
  Object.fromEntries(
    sourcesOf(datasets).map(({ webhook: { scheme } }) => [
      schemeName(scheme),
      {
        ...{ type: 'apiKey', in: 'header', name: signatureHeaders[scheme][0] },
        description: `HMAC-SHA256: ${signatureWords(scheme)}.`,
      },
    ]),
  );

/** The operations of webhooks, one for each source. */
export const webhookPathsOf = (datasets: readonly Dataset[]): Json =>
  Object.fromEntries(
    sourcesOf(datasets).map(({ dataset, webhook: { source, scheme, records } }) => [
      webhookPath(source),
      {
        post: {
          operationId: `webhook_${source.replaceAll('-', '_')}`,
          summary: `Deliver what ${source} tells; it becomes records of ${dataset.name}.`,
          security: [{ [schemeName(scheme)]: [] }],
          requestBody: {
            required: true,
            description:
              records.length === 0
                ? 'The record, or an array of them.'
                : `The record, or an array of them, is under ${records.join('.')}.`,
            content: { 'application/json': { schema: {} } },
          },
          responses: {
            '200': { description: 'It was delivered before; nothing was taken again.' },
            '202': {
              description: 'The records are durable, and the receipt says what became of each.',
              content: { 'application/json': { schema: { $ref: '#/components/schemas/Receipt' } } },
            },
            ...refusals,
          },
        },
      },
    ]),
  );
