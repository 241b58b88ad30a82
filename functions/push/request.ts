import { gunzipSync } from 'node:zlib';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { Problem } from '../../core/api/problem.ts';
import { limits } from '../../core/limits.ts';
import { type SplitBody, splitJson, splitLines } from '../../core/push/body.ts';
import { type CallerContext, callerOf } from '../caller.ts';

/** What the function needs of an event of API Gateway. */
export type PushEvent = Pick<
  APIGatewayProxyEvent,
  'body' | 'isBase64Encoded' | 'headers' | 'pathParameters'
> & {
  readonly requestContext: CallerContext & { readonly requestId: string };
};

/** A call that can be judged: who sends what, under which key. */
export type PushRequest = {
  readonly kind: 'request';
  readonly sender: string;
  /** What identifies the call: the sender's key, or the request itself. */
  readonly key: string;
  readonly mediaType: string;
  readonly body: Uint8Array;
  readonly lines: readonly Uint8Array[];
};

export type Refused = { readonly kind: 'refused'; readonly problem: Problem };

const refused = (problem: Problem): Refused => ({ kind: 'refused', problem });

/** How a body is taken apart, by its media type. */
const splitters: ReadonlyMap<string, (body: Uint8Array) => SplitBody> = new Map([
  ['application/json', (body) => splitJson(body)],
  ['application/x-ndjson', (body) => splitLines(body)],
  ['application/jsonl', (body) => splitLines(body)],
]);

/** Reads all of a call but its dataset. */
export const readRequest = (event: PushEvent): PushRequest | Refused => {
  const header = headersOf(event);
  const mediaType = (header('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const split = splitters.get(mediaType);
  if (split === undefined)
    return refused({
      name: 'unsupported-type',
      detail: `the Content-Type is not one of ${[...splitters.keys()].join(', ')}`,
    });
  const key = header('idempotency-key');
  if (key !== undefined && !isKey(key))
    return refused({
      name: 'bad-request',
      detail: `the Idempotency-Key is not 1 to ${limits.idempotencyKeyCharsMax} visible ASCII characters`,
    });
  const body = unpacked(event, header('content-encoding'));
  if (!(body instanceof Uint8Array)) return body;
  const found = split(body);
  if (found.kind === 'refused')
    return refused({ name: 'not-json', detail: found.detail, pointer: found.pointer });
  const { requestContext } = event;
  const sender = callerOf(requestContext);
  if (sender === undefined)
    return refused({ name: 'unauthorized', detail: 'no authorizer has told who sends this' });
  return {
    ...{ kind: 'request', sender, mediaType, body, lines: found.lines },
    key: key === undefined ? `request ${requestContext.requestId}` : `key ${key}`,
  };
};

const isKey = (key: string): boolean =>
  key.length <= limits.idempotencyKeyCharsMax && /^[!-~]+$/.test(key);

/** Names of headers come in any casing. */
const headersOf = ({ headers }: PushEvent) => {
  const all = new Map(
    Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  );
  return (name: string): string | undefined => all.get(name) ?? undefined;
};

const tooLarge = refused({
  name: 'too-large',
  detail: `the body has more than ${limits.bodyBytesMax} bytes; send it in several calls, or as a file`,
});

/** The bytes of the body. A packed one is unpacked no further than the limit. */
const unpacked = (event: PushEvent, encoding: string | undefined): Uint8Array | Refused => {
  const bytes = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
  const packing = encoding?.trim().toLowerCase() ?? 'identity';
  if (packing === 'identity') return bytes.length > limits.bodyBytesMax ? tooLarge : bytes;
  if (packing !== 'gzip')
    return refused({
      name: 'unsupported-type',
      detail: 'the Content-Encoding is not one of gzip, identity',
    });
  try {
    return gunzipSync(bytes, { maxOutputLength: limits.bodyBytesMax });
  } catch (error) {
    const isLarge = error instanceof Error && Reflect.get(error, 'code') === 'ERR_BUFFER_TOO_LARGE';
    return isLarge
      ? tooLarge
      : refused({ name: 'bad-request', detail: 'the body is not gzip, which its header promises' });
  }
};
