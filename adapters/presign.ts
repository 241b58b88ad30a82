import { Sha256 } from '@aws-crypto/sha256-js';
import type { PutObjectCommand, S3Client, UploadPartCommand } from '@aws-sdk/client-s3';
import { SignatureV4 } from '@smithy/signature-v4';
import * as z from 'zod';
import type { EpochMs } from '../core/ids.ts';
import type { SignedRequest } from '../core/upload/port.ts';

/** The bytes are not here when the request is signed; their checksum is, in a header. */
const unsignedPayload = 'UNSIGNED-PAYLOAD';

const Built = z.looseObject({
  protocol: z.string(),
  hostname: z.string(),
  port: z.number().optional(),
  path: z.string(),
  query: z.record(z.string(), z.union([z.string(), z.array(z.string()), z.null()])),
  headers: z.record(z.string(), z.string()),
});

/** Headers that say what is sent: all that the sender must repeat, and no other. */
const binding = /^(content-length|content-type|if-none-match|x-amz-checksum-sha256)$/;

/** The request of a command, caught before it is signed and sent, and signed for another. */
export const presigned = async (
  client: S3Client,
  stack: PutObjectCommand['middlewareStack'] | UploadPartCommand['middlewareStack'],
  ask: () => Promise<unknown>,
  now: EpochMs,
  lastsMs: number,
): Promise<SignedRequest> => {
  let caught: unknown;
  stack.addRelativeTo(
    (_next: unknown) => async (args: { readonly request?: unknown }) => {
      caught = args.request;
      throw new Caught();
    },
    { relation: 'before', toMiddleware: 'httpSigningMiddleware', name: 'catch' },
  );
  await ask().catch((error: unknown) => {
    if (!(error instanceof Caught)) throw error;
  });
  const { protocol, hostname, port, path, query, headers: all } = Built.parse(caught);
  const headers = Object.fromEntries(
    Object.entries(all)
      .map(([name, value]) => [name.toLowerCase(), value] as const)
      .filter(([name]) => binding.test(name)),
  );
  const place = port === undefined ? { protocol, hostname } : { protocol, hostname, port };
  const host = port === undefined ? hostname : `${hostname}:${port}`;
  const signer = new SignatureV4({
    ...{ service: 's3', region: client.config.region, credentials: client.config.credentials },
    ...{ sha256: Sha256, uriEscapePath: false, applyChecksum: false },
  });
  const request = await signer.presign(
    {
      ...{ method: 'PUT', ...place, path, query },
      headers: { ...headers, host, 'x-amz-content-sha256': unsignedPayload },
    },
    {
      ...{ signingDate: new Date(now), expiresIn: Math.floor(lastsMs / 1000) },
      // In the query a header would bind nobody.
      unhoistableHeaders: new Set(Object.keys(headers)),
    },
  );
  const text = Object.entries(request.query ?? {})
    .map(([name, value]) => `${encoded(name)}=${encoded(String(value ?? ''))}`)
    .join('&');
  return { method: 'PUT', url: `${protocol}//${host}${path}?${text}`, headers };
};

class Caught extends Error {}

/** As the signature counts them: more is escaped than JavaScript does. */
const encoded = (text: string): string =>
  encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
