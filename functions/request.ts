import type { APIGatewayProxyEvent } from 'aws-lambda';
import { type Problem, unauthorized } from '../core/api/problem.ts';
import { limits } from '../core/limits.ts';
import { type CallerContext, callerOf } from './caller.ts';

/** What a route needs of an event of API Gateway. */
export type RouteEvent = Pick<
  APIGatewayProxyEvent,
  'body' | 'isBase64Encoded' | 'headers' | 'pathParameters'
> & {
  readonly requestContext: CallerContext & { readonly requestId: string };
};

export type Refused = { readonly kind: 'refused'; readonly problem: Problem };

export const refused = (problem: Problem): Refused => ({ kind: 'refused', problem });

/** Names of headers come in any casing. */
export const headersOf = ({ headers }: Pick<RouteEvent, 'headers'>) => {
  const all = new Map(
    Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  );
  return (name: string): string | undefined => all.get(name) ?? undefined;
};

/** The bytes of the body as they were sent. */
export const bytesOf = ({ body, isBase64Encoded }: RouteEvent): Buffer =>
  Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8');

/** What identifies the call: the sender's key, or the request itself. */
export const callKey = (event: RouteEvent): string | Refused => {
  const key = headersOf(event)('idempotency-key');
  if (key === undefined) return `request ${event.requestContext.requestId}`;
  if (key.length <= limits.idempotencyKeyCharsMax && /^[!-~]+$/.test(key)) return `key ${key}`;
  return refused({
    name: 'bad-request',
    detail: `the Idempotency-Key is not 1 to ${limits.idempotencyKeyCharsMax} visible ASCII characters`,
  });
};

/** Who calls, as the authorizer has told. */
export const senderOf = ({ requestContext }: RouteEvent): string | Refused => {
  return callerOf(requestContext) ?? refused(unauthorized);
};
