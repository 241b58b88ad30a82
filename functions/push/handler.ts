import type { APIGatewayProxyResult } from 'aws-lambda';
import { contractVersion } from '../../core/contract.ts';
import type { Dataset } from '../../core/dataset.ts';
import { PermanentError } from '../../core/errors.ts';
import { s3Uri } from '../../core/layout.ts';
import type { Clock, Store } from '../../core/ports.ts';
import { asRecords, takesRecords, whyNoRecords } from '../../core/push/as-records.ts';
import { pushKeys, receiptKey } from '../../core/push/key.ts';
import type { Problem } from '../../core/push/problem.ts';
import { bodyId, linesOf, Receipt, receiptId } from '../../core/push/receipt.ts';
import { type JudgeLine, siftRecords } from '../../core/push/sift.ts';
import { isoTime } from '../../core/time.ts';
import { answering, jsonAnswer, problemAnswer } from '../answer.ts';
import type { Telemetry } from '../telemetry.ts';
import { type PushEvent, type PushRequest, readRequest } from './request.ts';

export type PushDeps = Telemetry & {
  readonly store: Pick<Store, 'get' | 'putOnce'>;
  readonly landingBucket: string;
  readonly cleanBucket: string;
  readonly now: Clock;
  readonly datasetNamed: (name: string) => Dataset | undefined;
  readonly judgeOf: (dataset: Dataset) => JudgeLine;
};

const accepted = 202;

/**
 * Takes records in: judged at once, durable before the answer, published by the one way that files
 * go. A call that is repeated finds its receipt and changes nothing.
 */
export const push = (deps: PushDeps) =>
  answering(deps, async (event: PushEvent): Promise<APIGatewayProxyResult> => {
    const dataset = deps.datasetNamed(event.pathParameters?.dataset ?? '');
    if (dataset === undefined)
      return problemAnswer({ name: 'not-found', detail: 'no dataset is declared under this name' });
    if (!takesRecords(dataset))
      return problemAnswer({
        name: 'not-for-records',
        detail: whyNoRecords(dataset),
      });
    const request = readRequest(event);
    if (request.kind === 'refused') return problemAnswer(request.problem);
    const taken = await take(deps, dataset, request);
    return 'receipt' in taken ? jsonAnswer(accepted, taken) : problemAnswer(taken);
  });

/** The receipt decides, then what it speaks of lands: whoever repeats the call ends what began. */
const take = async (
  deps: PushDeps,
  dataset: Dataset,
  request: PushRequest,
): Promise<Receipt | Problem> => {
  const receipt = await decide(deps, receiptOf(deps, dataset, request));
  if (receipt.body_sha256 !== bodyId(request.mediaType, request.body)) return reused;
  for (const outcome of ['accepted', 'rejected'] as const) {
    const key = receipt.landed[outcome];
    const bytes = linesOf(request.lines, receipt.outcomes, outcome);
    if (key === null || bytes === null) continue;
    if (!(await land(deps, s3Uri(deps.landingBucket, key), bytes))) return reused;
  }
  deps.log.info('records landed', {
    ...{ receipt: receipt.receipt, dataset: dataset.name },
    ...{ accepted: receipt.accepted, rejected: receipt.rejected },
  });
  deps.count('RecordsAccepted', receipt.accepted, dataset.name);
  deps.count('RecordsRejected', receipt.rejected, dataset.name);
  return receipt;
};

const reused: Problem = {
  name: 'key-reused',
  detail: 'a call with this Idempotency-Key sent other records; use a new key for each call',
};

const receiptOf = (
  { judgeOf, now }: PushDeps,
  declared: Dataset,
  { sender, key, mediaType, body, lines }: PushRequest,
): Receipt => {
  const dataset = asRecords(declared);
  const outcomes = siftRecords(dataset, lines, judgeOf(dataset));
  const rejected = outcomes.filter(({ outcome }) => outcome === 'rejected').length;
  const id = receiptId(sender, dataset.name, key);
  const keys = pushKeys(dataset.name, id);
  return Receipt.parse({
    receipt: id,
    dataset: dataset.name,
    received_at: isoTime(now()),
    contract_version: contractVersion(declared),
    body_sha256: bodyId(mediaType, body),
    records: lines.length,
    accepted: lines.length - rejected,
    rejected,
    outcomes,
    landed: {
      accepted: rejected < lines.length ? keys.accepted : null,
      rejected: rejected > 0 ? keys.rejected : null,
    },
  });
};

/** The receipt that stands: this one, or that of the same call before. */
const decide = async ({ store, cleanBucket }: PushDeps, own: Receipt): Promise<Receipt> => {
  const uri = s3Uri(cleanBucket, receiptKey(own.dataset, own.receipt));
  if ((await store.putOnce(uri, JSON.stringify(own))) === 'written') return own;
  const found = Receipt.safeParse(JSON.parse((await store.get(uri)).toString('utf8')));
  if (found.success) return found.data;
  throw new PermanentError(`the receipt ${own.receipt} of ${own.dataset} cannot be read`);
};

/** False: other records landed under this name, at a time whose receipts have expired. */
const land = async ({ store }: PushDeps, uri: string, bytes: Uint8Array): Promise<boolean> => {
  const own = Buffer.from(bytes);
  if ((await store.putOnce(uri, own)) === 'written') return true;
  return own.equals(await store.get(uri));
};
