import type { APIGatewayProxyResult } from 'aws-lambda';
import type { Problem } from '../../core/api/problem.ts';
import type { Dataset } from '../../core/dataset.ts';
import { PermanentError } from '../../core/errors.ts';
import { s3Uri } from '../../core/layout.ts';
import { limits } from '../../core/limits.ts';
import type { Clock, Store } from '../../core/ports.ts';
import { takesFiles } from '../../core/push/as-records.ts';
import type { Uploads } from '../../core/upload/port.ts';
import { planUpload, Upload, uploadKey } from '../../core/upload/upload.ts';
import { answering, jsonAnswer, problemAnswer } from '../answer.ts';
import { bytesOf, callKey, type Refused, type RouteEvent, refused, senderOf } from '../request.ts';
import type { Telemetry } from '../telemetry.ts';
import { abort, complete, gone, landedAs, parsedParts } from './end.ts';
import { ticketOf } from './ticket.ts';

export type UploadDeps = Telemetry & {
  readonly store: Pick<Store, 'get' | 'list' | 'putOnce'>;
  readonly uploads: Uploads;
  readonly cleanBucket: string;
  readonly now: Clock;
  readonly datasetNamed: (name: string) => Dataset | undefined;
};

type UploadEvent = RouteEvent & { readonly httpMethod: string };

const created = 201;
const noContent = 204;

/**
 * Lets a sender put a file into landing itself: what it may put, and where, is signed, and the
 * bytes never pass through here. The file then goes the way of any other.
 */
export const upload = (deps: UploadDeps) =>
  answering(deps, async (event: UploadEvent): Promise<APIGatewayProxyResult> => {
    const dataset = deps.datasetNamed(event.pathParameters?.dataset ?? '');
    if (dataset === undefined || !takesFiles(dataset))
      return problemAnswer({ name: 'not-found', detail: 'no dataset is declared under this name' });
    const sender = senderOf(event);
    if (typeof sender !== 'string') return problemAnswer(sender.problem);
    const body = jsonOf(event);
    if (body.kind === 'refused') return problemAnswer(body.problem);
    const id = event.pathParameters?.upload;
    if (id === undefined) return await begin(deps, dataset, sender, event, body.value);
    const known = await found(deps, dataset, sender, id);
    if (known === undefined) return problemAnswer(unknown);
    return event.httpMethod === 'DELETE'
      ? await giveUp(deps, known)
      : await end(deps, known, body.value);
  });

const giveUp = async (deps: UploadDeps, known: Upload): Promise<APIGatewayProxyResult> => {
  const problem = await abort(deps, known);
  if (problem !== undefined) return problemAnswer(problem);
  return { statusCode: noContent, headers: { 'Cache-Control': 'no-store' }, body: '' };
};

const end = async (
  deps: UploadDeps,
  known: Upload,
  body: unknown,
): Promise<APIGatewayProxyResult> => {
  const parts = parsedParts(body);
  if (parts === undefined) return problemAnswer(unreadableParts);
  const ended = await complete(deps, known, parts);
  return ended.kind === 'landed' ? jsonAnswer(200, landedAs(known)) : problemAnswer(ended.problem);
};

const unknown: Problem = {
  name: 'not-found',
  detail: 'no upload of this sender has this id; ids are kept as long as clean rows are',
};

const unreadableParts: Problem = {
  name: 'bad-request',
  pointer: '/parts',
  detail: 'the body is no object with parts, a list of number and etag',
};

const begin = async (
  deps: UploadDeps,
  dataset: Dataset,
  sender: string,
  event: UploadEvent,
  body: unknown,
): Promise<APIGatewayProxyResult> => {
  const key = callKey(event);
  if (typeof key !== 'string') return problemAnswer(key.problem);
  const plan = planUpload(dataset, { sender, key, body });
  if (plan.kind === 'refused') return problemAnswer(plan.problem);
  const standing = await decide(deps, plan);
  if (standing.announced_sha256 !== plan.upload.announced_sha256) return problemAnswer(reused);
  const ticket = await ticketOf(deps, standing);
  if (ticket === undefined) return problemAnswer(gone);
  deps.log.info('upload let in', {
    ...{ upload: standing.upload, dataset: dataset.name, state: ticket.state },
    ...{ sizeBytes: standing.size_bytes, parts: ticket.parts?.length ?? 0 },
  });
  deps.count('UploadsBegun', 1, dataset.name);
  return jsonAnswer(created, ticket);
};

const reused: Problem = {
  name: 'key-reused',
  detail: 'a call with this Idempotency-Key announced another file; use a new key for each file',
};

/** The upload that stands: this one, or that of the same call before. */
const decide = async (
  { store, uploads, cleanBucket }: UploadDeps,
  { upload, parts }: Extract<ReturnType<typeof planUpload>, { kind: 'plan' }>,
): Promise<Upload> => {
  const uri = s3Uri(cleanBucket, uploadKey(upload.dataset, upload.upload));
  const before = await ifThere(store, uri);
  if (before !== undefined) return parsed(before, upload.upload);
  const id = parts === null ? null : await uploads.begin(upload, parts.checksums !== null);
  const multipart = parts === null || id === null ? null : { ...parts, id };
  const own: Upload = { ...upload, multipart };
  if ((await store.putOnce(uri, JSON.stringify(own))) === 'written') return own;
  // Another call was first: what this one has begun at S3 is of no use.
  if (id !== null) await uploads.abort({ key: upload.key, id });
  return parsed(await store.get(uri), upload.upload);
};

const ifThere = async (
  store: Pick<Store, 'get' | 'list'>,
  uri: string,
): Promise<Buffer | undefined> => {
  const listed = await store.list(uri);
  return listed.some((object) => object.uri === uri) ? await store.get(uri) : undefined;
};

const parsed = (bytes: Buffer, id: string): Upload => {
  const standing = Upload.safeParse(JSON.parse(bytes.toString('utf8')));
  if (standing.success) return standing.data;
  throw new PermanentError(`what is written of the upload ${id} cannot be read`);
};

/** Another sender's upload is none: its id tells nothing. */
const found = async (
  { store, cleanBucket }: UploadDeps,
  { name }: Dataset,
  sender: string,
  id: string,
): Promise<Upload | undefined> => {
  if (!/^[0-9a-f]{32}$/.test(id)) return undefined;
  const bytes = await ifThere(store, s3Uri(cleanBucket, uploadKey(name, id)));
  const standing = bytes === undefined ? undefined : parsed(bytes, id);
  return standing?.sender === sender ? standing : undefined;
};

/** A body that is not there counts as an empty object: DELETE has none. */
const jsonOf = (event: RouteEvent): { kind: 'json'; value: unknown } | Refused => {
  const bytes = bytesOf(event);
  if (bytes.length > limits.uploadBodyBytesMax)
    return refused({
      name: 'too-large',
      detail: `the body has more than ${limits.uploadBodyBytesMax} bytes; it announces a file and does not hold it`,
    });
  try {
    return { kind: 'json', value: bytes.length === 0 ? {} : JSON.parse(bytes.toString('utf8')) };
  } catch {
    return refused({ name: 'bad-request', pointer: '', detail: 'the body is no JSON' });
  }
};
