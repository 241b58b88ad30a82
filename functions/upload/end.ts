import * as z from 'zod';
import type { Problem } from '../../core/api/problem.ts';
import type { Uploads } from '../../core/upload/port.ts';
import { judgeParts, partsOf, type Upload, type UploadedPart } from '../../core/upload/upload.ts';
import type { Telemetry } from '../telemetry.ts';

export type EndDeps = Telemetry & { readonly uploads: Uploads };

export type Ended =
  | { readonly kind: 'landed' }
  | { readonly kind: 'refused'; readonly problem: Problem };

const Parts = z.object({
  parts: z.array(z.object({ number: z.number().int(), etag: z.string() })).optional(),
});
type SentParts = NonNullable<z.infer<typeof Parts>['parts']>;

/** What the sender says of the parts it sent; undefined where it cannot be read. */
export const parsedParts = (body: unknown): SentParts | undefined => {
  const read = Parts.safeParse(body);
  return read.success ? (read.data.parts ?? []) : undefined;
};

/** An upload whose file is in landing. */
export const landedAs = ({ upload, dataset, file_name, size_bytes, key }: Upload) => ({
  ...{ upload, dataset, file_name, size_bytes, key, state: 'landed' as const },
});

const refused = (problem: Problem): Ended => ({ kind: 'refused', problem });
const landed: Ended = { kind: 'landed' };

/** Numbers that are named in a problem; a sender asks for the others with the next call. */
const namedMax = 20;

/** Makes the file of its parts, once all are there as they were announced. */
export const complete = async (deps: EndDeps, upload: Upload, told: SentParts): Promise<Ended> => {
  const { uploads } = deps;
  const { key, multipart, size_bytes } = upload;
  if ((await uploads.size(key)) !== undefined) return landed;
  if (multipart === null) return refused(notSent);
  const place = { key, id: multipart.id };
  const there = await uploads.parts(place);
  if (there === undefined) return refused(gone);
  const judged = judgeParts(partsOf(upload), there);
  if (judged.kind === 'too-large') {
    await uploads.abort(place);
    deps.log.warn('upload aborted', { upload: upload.upload, reason: 'too large' });
    return refused(larger);
  }
  if (judged.kind === 'missing') return refused(missing(judged.numbers));
  const differing = told.filter((part) => !isAs(part, there)).map(({ number }) => number);
  if (differing.length > 0) return refused(missing(differing));
  const end = await uploads.finish(place, there, size_bytes);
  if (end === 'refused') return refused(missing([]));
  if (end === 'gone' && (await uploads.size(key)) === undefined) return refused(gone);
  deps.log.info('upload landed', { upload: upload.upload, dataset: upload.dataset });
  deps.count('UploadsLanded', 1, upload.dataset);
  return landed;
};

const isAs = ({ number, etag }: SentParts[number], there: readonly UploadedPart[]): boolean =>
  there.some((part) => part.number === number && bare(part.etag) === bare(etag));

const bare = (etag: string): string => etag.replaceAll('"', '');

const notSent: Problem = {
  name: 'upload-incomplete',
  detail: 'the file has not come; send it with the request of the upload',
};

const missing = (numbers: readonly number[]): Problem => ({
  name: 'upload-incomplete',
  detail:
    numbers.length === 0
      ? 'S3 does not take the parts as they are; begin again with a new Idempotency-Key'
      : `parts are missing or others than announced: ${numbers.slice(0, namedMax).join(', ')}` +
        `${numbers.length > namedMax ? ' and others' : ''}; send them, and complete it again`,
});

const larger: Problem = {
  name: 'too-large',
  detail: 'the parts have more bytes than were announced; the upload is aborted, begin again',
};

/** An upload of which nothing is left. */
export const gone: Problem = {
  name: 'upload-ended',
  detail: 'it was aborted, or given up after a day; take a new Idempotency-Key and begin again',
};

/** Gives an upload up; the problem where its file has landed, which nobody takes back. */
export const abort = async (deps: EndDeps, upload: Upload): Promise<Problem | undefined> => {
  const { key, multipart } = upload;
  if ((await deps.uploads.size(key)) !== undefined)
    return { name: 'upload-ended', detail: 'its file has landed, and landing keeps what it has' };
  if (multipart !== null) await deps.uploads.abort({ key, id: multipart.id });
  deps.log.info('upload aborted', { upload: upload.upload, dataset: upload.dataset });
  return undefined;
};
