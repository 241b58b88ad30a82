import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { announcedBy, announcedFile, letterOf, type Tied } from '../../core/dead-letter.ts';
import type { FileId } from '../../core/ids.ts';
import { type Announced, landedFile } from '../../core/landing/notice.ts';
import type { Clock, Ledger } from '../../core/ports.ts';
import { settleBatch } from '../batch.ts';
import type { Telemetry } from '../telemetry.ts';

export type DeadLettersDeps = Telemetry & {
  readonly ledger: Pick<Ledger, 'file' | 'recordLetter'>;
  /** The versions an announced object may be, for notices that do not name one. */
  readonly versionsOf: (object: Announced) => Promise<readonly string[]>;
  readonly landingBucket: string;
  readonly now: Clock;
};

/**
 * Writes down what intake gave up on, notice or not, so that it neither expires with its queue nor
 * is looked for by hand. A message is taken from the queue only once it is in the ledger.
 */
export const deadLetters =
  (deps: DeadLettersDeps) =>
  ({ Records }: Pick<SQSEvent, 'Records'>): Promise<SQSBatchResponse> =>
    settleBatch(Records, (record) => keep(deps, record), deps.log);

const keep = async (deps: DeadLettersDeps, record: SQSRecord): Promise<void> => {
  const { messageId, body } = record;
  const tied = await tie(deps, body);
  const message = { messageId, body, undelivered: undelivered(record) };
  const letter = letterOf(message, deps.landingBucket, tied, deps.now());
  const { code, fileId, runId, dataset } = letter;
  // Counted first: an alarm too many is better than one that a crash has swallowed.
  deps.count('DeadLetters', 1, dataset ?? undefined);
  await deps.ledger.recordLetter(letter);
  deps.log.warn('dead letter kept', { messageId, code, fileId, runId });
};

const tie = async (deps: DeadLettersDeps, body: string): Promise<Tied> => {
  const object = announcedBy(body, deps.landingBucket);
  const fileId = object === null ? null : (announcedFile(object) ?? (await onlyFile(deps, object)));
  return { fileId, entry: fileId === null ? undefined : await deps.ledger.file(fileId) };
};

const onlyFile = async (deps: DeadLettersDeps, object: Announced): Promise<FileId | null> => {
  const [version, ...others] = await deps.versionsOf(object);
  if (version === undefined || others.length > 0) return null;
  return landedFile(object, version).fileId;
};

/** EventBridge says why, when it sends an event here that it could not deliver. */
const undelivered = ({ messageAttributes }: SQSRecord): string | null =>
  messageAttributes.ERROR_CODE?.stringValue ?? null;
