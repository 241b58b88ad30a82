import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { SignedRequest } from '../core/upload/port.ts';

/** A piece of a local file on its way, and whom to tell of its bytes. */
export type Piece = {
  readonly path: string;
  readonly from: number;
  readonly sizeBytes: number;
  readonly onBytes: (bytes: number) => void;
};

export type PutAnswer = {
  readonly status: number;
  readonly etag: string | null;
  /** Of an error, as S3 says it. */
  readonly text: string;
};

/** Nothing came for so long: the connection is dead. */
const silenceMs = 60_000;

/** Sends bytes of a file with a signed request, without holding more than a buffer of them. */
export const putFile = async (
  { method, url, headers }: SignedRequest,
  { path, from, sizeBytes, onBytes }: Piece,
): Promise<PutAnswer> => {
  const request = (url.startsWith('https:') ? httpsRequest : httpRequest)(url, {
    ...{ method, headers, timeout: silenceMs },
  });
  request.on('timeout', () => request.destroy(new Error('nothing was heard for a minute')));
  const heard = once(request, 'response');
  // Answered before all was sent, it is the answer that counts, and not the broken pipe.
  heard.catch(() => undefined);
  const file = createReadStream(path, { start: from, end: from + sizeBytes - 1 });
  file.on('data', (chunk) => onBytes(chunk.length));
  const sent = pipeline(file, request);
  const [response]: IncomingMessage[] = await Promise.race([heard, sent.then(() => heard)]);
  if (response === undefined) throw new Error('no answer came');
  const said = await text(response);
  await sent.catch(() => undefined);
  return { status: response.statusCode ?? 0, etag: response.headers.etag ?? null, text: said };
};
