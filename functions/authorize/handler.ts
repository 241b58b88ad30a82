import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import type { Senders } from '../../core/ports.ts';
import { callableBy, keyHashOf } from '../../core/push/sender.ts';
import type { Telemetry } from '../telemetry.ts';

export type AuthorizeDeps = Pick<Telemetry, 'log'> & {
  readonly senders: Pick<Senders, 'sender'>;
};

type AuthorizeEvent = Pick<APIGatewayRequestAuthorizerEvent, 'headers' | 'methodArn'>;

/** API Gateway makes 401 of an error with exactly this message, and 500 of any other. */
const unauthorized = 'Unauthorized';

/** Tells API Gateway which datasets the holder of a key may send to. */
export const authorize =
  ({ senders, log }: AuthorizeDeps) =>
  async ({ headers, methodArn }: AuthorizeEvent): Promise<APIGatewayAuthorizerResult> => {
    const [, key] =
      Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === 'x-api-key') ?? [];
    const sender = key === undefined ? undefined : await senders.sender(keyHashOf(key));
    if (sender === undefined || sender.revokedAt !== null) {
      log.warn('key refused', { keyId: sender?.keyId ?? null });
      throw new Error(unauthorized);
    }
    return {
      principalId: `key ${sender.keyId}`,
      policyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Action: 'execute-api:Invoke',
            Resource: [...callableBy(sender, methodArn)],
          },
        ],
      },
    };
  };
