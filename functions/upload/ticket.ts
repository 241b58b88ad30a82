import { EpochMs } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import type { Clock } from '../../core/ports.ts';
import { isoTime } from '../../core/time.ts';
import type { Uploads } from '../../core/upload/port.ts';
import { partsOf, type Upload } from '../../core/upload/upload.ts';
import { landedAs } from './end.ts';

export type TicketDeps = { readonly uploads: Uploads; readonly now: Clock };

/**
 * What a sender needs to send the file, or the rest of it: what is there already has no request.
 * Undefined: the upload is gone, and no object came of it.
 */
export const ticketOf = async ({ uploads, now }: TicketDeps, upload: Upload) => {
  const { multipart, key } = upload;
  const base = { ...landedAs(upload), state: 'open' as const };
  const expiry = (ms: number): string => isoTime(EpochMs.parse(now() + ms));
  const size = await uploads.size(key);
  if (size !== undefined)
    return { ...landedAs(upload), expires_at: null, request: null, parts: null };
  if (multipart === null)
    return {
      ...base,
      expires_at: expiry(limits.uploadSingleMs),
      request: await uploads.signPut(upload, now()),
      parts: null,
    };
  const place = { key, id: multipart.id };
  const there = await uploads.parts(place);
  if (there === undefined) return undefined;
  const sent = new Map(there.map((part) => [part.number, part]));
  const parts = partsOf(upload).map(async (part) => {
    const before = sent.get(part.number);
    const isThere = before?.sizeBytes === part.size_bytes;
    return {
      ...{ number: part.number, size_bytes: part.size_bytes },
      etag: isThere ? before.etag : null,
      request: isThere ? null : await uploads.signPart(place, part, now()),
    };
  });
  return {
    ...base,
    ...{ expires_at: expiry(limits.uploadPartMs), request: null, parts: await Promise.all(parts) },
  };
};
