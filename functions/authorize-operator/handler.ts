import type { APIGatewayAuthorizerResult, APIGatewayTokenAuthorizerEvent } from 'aws-lambda';
import type { TokenKeys } from '../../core/operate/issuer.ts';
import { operatorRoutes } from '../../core/operate/routes.ts';
import type { Clock } from '../../core/ports.ts';
import type { Telemetry } from '../telemetry.ts';
import { type Expected, verifyToken } from './token.ts';

export type AuthorizeOperatorDeps = Pick<Telemetry, 'log'> & {
  readonly expected: Expected;
  readonly keys: TokenKeys;
  readonly now: Clock;
};

type TokenEvent = Pick<APIGatewayTokenAuthorizerEvent, 'authorizationToken' | 'methodArn'>;

/** API Gateway makes 401 of an error with exactly this message, and 500 of any other. */
const unauthorized = 'Unauthorized';

/** Tells API Gateway whether a token is good: its holder may call every route of operators. */
export const authorizeOperator =
  ({ expected, keys, now, log }: AuthorizeOperatorDeps) =>
  async ({ authorizationToken, methodArn }: TokenEvent): Promise<APIGatewayAuthorizerResult> => {
    const [, token = ''] = /^Bearer (\S+)$/i.exec(authorizationToken) ?? [];
    const verified = await verifyToken(token, expected, { keys, now: now() });
    if (verified.kind === 'refused') {
      log.warn('token refused', { why: verified.why });
      throw new Error(unauthorized);
    }
    return {
      principalId: `token ${verified.subject}`,
      policyDocument: {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Action: 'execute-api:Invoke', Resource: operatorsOf(methodArn) },
        ],
      },
    };
  };

/** All routes of operators and no other: the answer is kept, and asked of other calls as well. */
const operatorsOf = (methodArn: string): string[] => {
  const [api = '', stage = ''] = methodArn.split('/');
  return operatorRoutes.map(
    ({ method, path }) => `${api}/${stage}/${method}${path.replaceAll(/\{\w+\}/g, '*')}`,
  );
};
