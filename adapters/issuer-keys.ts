import * as z from 'zod';
import { PermanentError, TransientError } from '../core/errors.ts';
import { TokenKey, type TokenKeys } from '../core/operate/issuer.ts';
import type { Clock } from '../core/ports.ts';

/** An issuer changes its keys now and then, and takes one back at once when it must. */
const freshMs = 10 * 60_000;
/** So long the keys are used when the issuer does not answer. */
const keptMs = 60 * 60_000;
/** Tokens with names of keys that nobody has must not become calls of the issuer. */
const pauseMs = 60_000;
const pauseAfterFailureMs = 5_000;
const answerMs = 3_000;
const answerBytesMax = 256 * 1024;

const Discovery = z.object({ issuer: z.string(), jwks_uri: z.string().startsWith('https://') });
const KeySet = z.object({ keys: z.array(z.unknown()).max(200) });

type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/**
 * The keys of an OpenID issuer, found where its own document says. They are kept for a while, and
 * asked for again when a token names one that is not there: once a minute at most.
 */
export const issuerKeys = (
  issuer: string,
  { now, fetch }: { readonly now: Clock; readonly fetch: Fetch },
): TokenKeys => {
  let keys: ReadonlyMap<string, TokenKey> | undefined;
  let readAt = 0;
  let nextAt = 0;
  const read = async (): Promise<void> => {
    nextAt = now() + pauseAfterFailureMs;
    try {
      keys = await readKeys(issuer, fetch);
    } catch (error) {
      if (keys !== undefined && now() - readAt < keptMs) return;
      keys = undefined;
      throw error;
    }
    readAt = now();
    nextAt = readAt + pauseMs;
  };
  return async (kid) => {
    const isFresh = now() - readAt < freshMs;
    if (!(keys?.has(kid) && isFresh) && now() >= nextAt) await read();
    if (keys === undefined) throw new TransientError('the issuer of tokens has not answered');
    return keys.get(kid);
  };
};

const readKeys = async (issuer: string, fetch: Fetch): Promise<ReadonlyMap<string, TokenKey>> => {
  const discovery = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const told = Discovery.safeParse(await readJson(discovery, fetch));
  if (!told.success || told.data.issuer !== issuer)
    throw new PermanentError('the document of the issuer names another issuer, or no keys');
  const set = KeySet.safeParse(await readJson(told.data.jwks_uri, fetch));
  if (!set.success) throw new PermanentError('the keys of the issuer are no JSON Web Key Set');
  // Keys of other kinds are for others.
  const found = set.data.keys.flatMap((key) => TokenKey.safeParse(key).data ?? []);
  return new Map(found.map((key) => [key.kid, key]));
};

const readJson = async (url: string, fetch: Fetch): Promise<unknown> => {
  try {
    const signal = AbortSignal.timeout(answerMs);
    const reply = await fetch(url, { redirect: 'error', signal });
    if (!reply.ok) throw new TransientError(`the issuer of tokens answers ${reply.status}`);
    return JSON.parse(await textOf(reply));
  } catch (error) {
    if (error instanceof TransientError) throw error;
    throw new TransientError('the issuer of tokens does not answer', { cause: error });
  }
};

/** The body, as long as it is no longer than such a body is. */
const textOf = async (reply: Response): Promise<string> => {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of reply.body ?? []) {
    bytes += part.length;
    if (bytes > answerBytesMax) throw new TransientError('the issuer’s answer is too large');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
};
