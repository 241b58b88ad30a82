import * as z from 'zod';
import type { Sleep } from '../core/ports.ts';
import { type ApiAnswer, callApi, problemText, trying } from './api-client.ts';
import { systemSleep } from './clock.ts';
import { type PutAnswer, putFile } from './put-file.ts';

/** A file of this machine that is to be uploaded, with all that its bytes are known by. */
export type UploadFile = {
  readonly path: string;
  readonly name: string;
  readonly sizeBytes: number;
  /** Hex. */
  readonly sha256: string;
  /** Null where the file goes up in one piece; else hex, one for each part. */
  readonly parts: { readonly sizeBytes: number; readonly sha256: readonly string[] } | null;
};

export type UploadCall = {
  readonly url: string;
  readonly key: string;
  readonly dataset: string;
  /** Identifies the upload: the same, said again, goes on where it was cut off. */
  readonly idempotencyKey: string;
  readonly file: UploadFile;
  readonly onProgress: (sentBytes: number) => void;
};

export type Uploaded =
  | { readonly kind: 'landed'; readonly upload: string; readonly key: string }
  | { readonly kind: 'refused'; readonly status: number; readonly problem: string };

const Signed = z.object({
  method: z.literal('PUT'),
  url: z.string(),
  headers: z.record(z.string(), z.string()),
});
const Ticket = z.object({
  upload: z.string(),
  key: z.string(),
  state: z.enum(['open', 'landed']),
  request: Signed.nullable(),
  parts: z
    .array(
      z.object({
        number: z.number(),
        size_bytes: z.number(),
        etag: z.string().nullable(),
        request: Signed.nullable(),
      }),
    )
    .nullable(),
});
type Ticket = z.infer<typeof Ticket>;
type Part = NonNullable<Ticket['parts']>[number];

const partsAtOnce = 4;
/** How often an upload is asked for again: addresses expire, and parts may turn out to be gone. */
const turnsMax = 4;
/** How often it is begun anew under another key, where what was begun has ended. */
const roundsMax = 3;

/** Uploads a file, or what is missing of it; what may pass is tried again. */
export const uploadFile = async (
  call: UploadCall,
  sleep: Sleep = systemSleep,
): Promise<Uploaded> => {
  let last: Uploaded | undefined;
  for (let round = 0, turn = 0; turn < turnsMax && round < roundsMax; turn += 1) {
    const answer = await begin(call, round, sleep);
    if (answer.status === 410) {
      last = refusalOf(answer);
      round += 1;
      turn -= 1;
      continue;
    }
    if (answer.status !== 201) return refusalOf(answer);
    const ticket = Ticket.parse(JSON.parse(answer.text));
    const { upload, key } = ticket;
    if (ticket.state === 'landed') return { kind: 'landed', upload, key };
    const sent = await sendFile(call, ticket, sleep);
    if (sent.kind === 'landed' || sent.isFinal) return sent.kind === 'landed' ? sent : sent.refusal;
    last = sent.refusal;
  }
  return last ?? { kind: 'refused', status: 0, problem: 'it was not tried' };
};

type Refusal = Extract<Uploaded, { kind: 'refused' }>;
type Sent =
  | Extract<Uploaded, { kind: 'landed' }>
  /** Where it is not final, a new ticket may help. */
  | { readonly kind: 'not-sent'; readonly isFinal: boolean; readonly refusal: Refusal };

const refusalOf = ({ status, text }: ApiAnswer): Refusal => ({
  ...{ kind: 'refused', status, problem: problemText(text) },
});

const begin = (
  { url, key, dataset, idempotencyKey, file }: UploadCall,
  round: number,
  sleep: Sleep,
): Promise<ApiAnswer> =>
  callApi(
    {
      ...{ url, key, method: 'POST', path: `/datasets/${encodeURIComponent(dataset)}/uploads` },
      headers: {
        'Content-Type': 'application/json',
        'Idempotency-Key': round === 0 ? idempotencyKey : `${idempotencyKey}.${round}`,
      },
      body: JSON.stringify({
        ...{ file_name: file.name, size_bytes: file.sizeBytes, checksum_sha256: file.sha256 },
        ...(file.parts === null
          ? {}
          : { part_size: file.parts.sizeBytes, parts_sha256: file.parts.sha256 }),
      }),
    },
    sleep,
  );

const sendFile = async (call: UploadCall, ticket: Ticket, sleep: Sleep): Promise<Sent> => {
  const { upload, key, request, parts } = ticket;
  const { path, sizeBytes } = call.file;
  if (parts !== null) return await sendParts(call, ticket, parts, sleep);
  if (request === null) throw new Error('the API gave no request for the file');
  const answer = await trying(() => {
    let sent = 0;
    const onBytes = (bytes: number) => {
      sent += bytes;
      call.onProgress(sent);
    };
    return putFile(request, { path, from: 0, sizeBytes, onBytes });
  }, sleep);
  // 412: it is there already, put by a try whose answer was lost.
  if (isGood(answer) || answer.status === 412) return { kind: 'landed', upload, key };
  return notSent(answer);
};

const isGood = ({ status }: PutAnswer): boolean => status >= 200 && status < 300;

/** 403: the address has expired. All else is as wrong the next time. */
const notSent = ({ status, text }: PutAnswer): Sent => {
  const [, code] = /<Code>(\w+)<\/Code>/.exec(text) ?? [];
  const problem = `S3 did not take it: ${code ?? 'no reason'}`;
  return {
    ...{ kind: 'not-sent', isFinal: status !== 403 && status !== 404 },
    refusal: { kind: 'refused', status, problem },
  };
};

const sendParts = async (
  call: UploadCall,
  { upload, key }: Ticket,
  parts: readonly Part[],
  sleep: Sleep,
): Promise<Sent> => {
  const partBytes = call.file.parts?.sizeBytes ?? 0;
  const etags = new Map(
    parts.flatMap(({ number, etag }) => (etag === null ? [] : [[number, etag]])),
  );
  const sent = new Map(
    parts.map((part) => [part.number, part.request === null ? part.size_bytes : 0]),
  );
  const tell = () => call.onProgress(Array.from(sent.values()).reduce((a, b) => a + b, 0));
  let failed: Sent | undefined;
  const left = parts.flatMap((part) =>
    part.request === null ? [] : [{ ...part, request: part.request }],
  );
  const worker = async (): Promise<void> => {
    for (let part = left.shift(); part !== undefined; part = left.shift()) {
      if (failed !== undefined) return;
      const { number, size_bytes, request } = part;
      const answer = await trying(() => {
        sent.set(number, 0);
        const onBytes = (bytes: number) => {
          sent.set(number, (sent.get(number) ?? 0) + bytes);
          tell();
        };
        const from = (number - 1) * partBytes;
        return putFile(request, { path: call.file.path, from, sizeBytes: size_bytes, onBytes });
      }, sleep);
      if (!isGood(answer) || answer.etag === null) failed = notSent(answer);
      else etags.set(number, answer.etag);
    }
  };
  await Promise.all(Array.from({ length: partsAtOnce }, worker));
  if (failed !== undefined) return failed;
  return await complete(call, { upload, key }, etags, sleep);
};

const complete = async (
  { url, key: apiKey, dataset }: UploadCall,
  { upload, key }: Pick<Ticket, 'upload' | 'key'>,
  etags: ReadonlyMap<number, string>,
  sleep: Sleep,
): Promise<Sent> => {
  const answer = await callApi(
    {
      ...{ url, key: apiKey, method: 'POST' },
      path: `/datasets/${encodeURIComponent(dataset)}/uploads/${upload}/complete`,
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ parts: [...etags].map(([number, etag]) => ({ number, etag })) }),
    },
    sleep,
  );
  if (answer.status === 200) return { kind: 'landed', upload, key };
  const isFinal = answer.status !== 410 && answer.status !== 422;
  return { kind: 'not-sent', isFinal, refusal: refusalOf(answer) };
};
