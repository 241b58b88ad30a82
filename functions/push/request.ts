import { gunzipSync } from 'node:zlib';
import { limits } from '../../core/limits.ts';
import { type SplitBody, splitJson, splitLines } from '../../core/push/body.ts';
import {
  bytesOf,
  callKey,
  headersOf,
  type Refused,
  type RouteEvent,
  refused,
  senderOf,
} from '../request.ts';
import type { SentRecords } from '../take-records.ts';

/** A call that can be judged. */
export type PushRequest = SentRecords & { readonly kind: 'request' };

/** How a body is taken apart, by its media type. */
const splitters: ReadonlyMap<string, (body: Uint8Array) => SplitBody> = new Map([
  ['application/json', (body) => splitJson(body)],
  ['application/x-ndjson', (body) => splitLines(body)],
  ['application/jsonl', (body) => splitLines(body)],
]);

/** Reads all of a call but its dataset. */
export const readRequest = (event: RouteEvent): PushRequest | Refused => {
  const header = headersOf(event);
  const mediaType = (header('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const split = splitters.get(mediaType);
  if (split === undefined)
    return refused({
      name: 'unsupported-type',
      detail: `the Content-Type is not one of ${[...splitters.keys()].join(', ')}`,
    });
  const key = callKey(event);
  if (typeof key !== 'string') return key;
  const body = unpacked(event, header('content-encoding'));
  if (!(body instanceof Uint8Array)) return body;
  const found = split(body);
  if (found.kind === 'refused')
    return refused({ name: 'not-json', detail: found.detail, pointer: found.pointer });
  const sender = senderOf(event);
  if (typeof sender !== 'string') return sender;
  return { kind: 'request', sender, key, mediaType, body, lines: found.lines };
};

const tooLarge = refused({
  name: 'too-large',
  detail: `the body has more than ${limits.bodyBytesMax} bytes; send it in several calls, or as a file`,
});

/** The bytes of the body. A packed one is unpacked no further than the limit. */
const unpacked = (event: RouteEvent, encoding: string | undefined): Uint8Array | Refused => {
  const bytes = bytesOf(event);
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
