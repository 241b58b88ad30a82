import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import type { Dataset } from '../../core/dataset.ts';
import { schemeOf } from '../../core/webhooks/schemes.ts';
import { sourcesOf } from '../../core/webhooks/webhook.ts';
import { headersOf } from '../request.ts';
import type { Telemetry } from '../telemetry.ts';

export type AuthorizeWebhookDeps = Pick<Telemetry, 'log'> & {
  readonly datasets: readonly Dataset[];
};

type AuthorizeEvent = Pick<
  APIGatewayRequestAuthorizerEvent,
  'headers' | 'methodArn' | 'pathParameters'
>;

/** API Gateway makes 401 of an error with exactly this message, and 500 of any other. */
const unauthorized = 'Unauthorized';

/**
 * Lets in what may be a delivery: of a source that there is, with the headers of a signature. API
 * Gateway hands an authorizer no body, so that the signature itself is checked by `webhook`, before
 * anything else; here ends what need not wake it. Both say the same to whom they refuse.
 */
export const authorizeWebhook =
  ({ datasets, log }: AuthorizeWebhookDeps) =>
  async (event: AuthorizeEvent): Promise<APIGatewayAuthorizerResult> => {
    const name = event.pathParameters?.source ?? '';
    const found = sourcesOf(datasets).find(({ webhook }) => webhook.source === name)?.webhook;
    const header = headersOf({ headers: event.headers ?? {} });
    if (found === undefined || schemeOf[found.scheme].read(header) === undefined) {
      log.warn('webhook refused', { source: found?.source ?? null, why: 'malformed' });
      throw new Error(unauthorized);
    }
    return {
      principalId: `webhook ${found.source}`,
      policyDocument: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: event.methodArn }],
      },
    };
  };
