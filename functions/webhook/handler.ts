import type { APIGatewayProxyResult } from 'aws-lambda';
import { type Problem, unauthorized } from '../../core/api/problem.ts';
import type { Dataset } from '../../core/dataset.ts';
import { EpochMs } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import { receiptId } from '../../core/push/receipt.ts';
import type { Deliveries, SecretOf } from '../../core/webhooks/port.ts';
import { splitDelivery } from '../../core/webhooks/records.ts';
import { secretsIn, verify } from '../../core/webhooks/verify.ts';
import { sourcesOf, type Webhook } from '../../core/webhooks/webhook.ts';
import { answering, jsonAnswer, problemAnswer } from '../answer.ts';
import { bytesOf, headersOf, type RouteEvent } from '../request.ts';
import { type SentRecords, type TakeDeps, takeRecords } from '../take-records.ts';

export type WebhookDeps = TakeDeps & {
  readonly datasets: readonly Dataset[];
  readonly deliveries: Deliveries;
  readonly secretOf: SecretOf;
};

const accepted = 202;
const alreadyDone = 200;
const mediaType = 'application/json';

/**
 * Takes in what others send when something happens. The signature is checked first, on the bytes as
 * they came; then the records go the way of pushed ones, and a delivery that comes again finds the
 * receipt of the first. It is remembered once it has landed: else one that died half way would be
 * taken for a repeat, and lost.
 */
export const webhook = (deps: WebhookDeps) =>
  answering(deps, async (event: RouteEvent): Promise<APIGatewayProxyResult> => {
    const name = event.pathParameters?.source ?? '';
    const found = sourcesOf(deps.datasets).find(({ webhook }) => webhook.source === name);
    if (found === undefined) return problemAnswer(unauthorized);
    const { source, scheme } = found.webhook;
    const body = bytesOf(event);
    const secrets = secretsIn((await deps.secretOf(source)) ?? '');
    const header = headersOf(event);
    const verified = verify(scheme, { header, body, secrets, now: deps.now() });
    if (verified.kind === 'refused') {
      deps.log.warn('webhook refused', { source, why: verified.why });
      deps.count('WebhooksRefused', 1, found.dataset.name);
      return problemAnswer(unauthorized);
    }
    const lines = linesOf(found.webhook, header('content-type'), body);
    if ('problem' in lines) return problemAnswer(lines.problem);
    const { nonce } = verified;
    const records = { sender: `webhook ${source}`, key: nonce, mediaType, body, ...lines };
    return await taken(deps, found, records);
  });

const linesOf = (
  { records }: Webhook,
  contentType: string | undefined,
  body: Uint8Array,
): Pick<SentRecords, 'lines'> | { readonly problem: Problem } => {
  if (body.length > limits.webhookBodyBytesMax)
    return {
      problem: {
        name: 'too-large',
        detail: `the body has more than ${limits.webhookBodyBytesMax} bytes; send less at a time`,
      },
    };
  if (contentType?.split(';', 1)[0]?.trim().toLowerCase() !== mediaType)
    return {
      problem: { name: 'unsupported-type', detail: `the Content-Type is not ${mediaType}` },
    };
  const { kind, ...split } = splitDelivery(body, records);
  return 'lines' in split ? split : { problem: { name: 'not-json', ...split } };
};

const taken = async (
  deps: WebhookDeps,
  { dataset, webhook: { source, repeated } }: ReturnType<typeof sourcesOf<Dataset>>[number],
  records: SentRecords,
): Promise<APIGatewayProxyResult> => {
  const { sender, key } = records;
  const again = (): APIGatewayProxyResult => {
    deps.log.info('webhook repeated', { source });
    return repeated === 'refuse'
      ? problemAnswer(deliveredBefore)
      : jsonAnswer(alreadyDone, {
          receipt: receiptId(sender, dataset.name, key),
          repeated: true,
        });
  };
  if (await deps.deliveries.isKnown(source, key)) return again();
  const receipt = await takeRecords(deps, dataset, records);
  if (!('receipt' in receipt)) return problemAnswer(receipt);
  const until = EpochMs.parse(deps.now() + limits.webhookMemoryMs);
  if ((await deps.deliveries.remember(source, key, until)) === 'known') return again();
  return jsonAnswer(accepted, receipt);
};

const deliveredBefore: Problem = {
  name: 'delivery-repeated',
  detail: 'a delivery with this id was taken; nothing was taken again',
};
