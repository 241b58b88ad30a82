import * as z from 'zod';
import type { NoticeCode } from './codes.ts';
import { DatasetName, EpochMs, FileId, RunId } from './ids.ts';
import { type Announced, landedFile, noticeBody, parseNotice } from './landing/notice.ts';
import { type FileEntry, LandedFile } from './ledger.ts';
import { limits } from './limits.ts';

/**
 * open (nobody has done anything) → redriven (sent to intake again) → resolved (its file is in the
 * ledger, or a person dismissed it). A redriven message that fails again is a letter of its own.
 */
export const letterStates = ['open', 'redriven', 'resolved'] as const;
export type LetterState = (typeof letterStates)[number];

/** A message that intake could not take, kept so that nothing of it depends on a queue. */
export const DeadLetter = z.object({
  /** SQS's id of the message: the same message is recorded once. */
  messageId: z.string().min(1),
  state: z.enum(letterStates),
  /** When it was recorded. */
  at: EpochMs,
  updatedAt: EpochMs,
  code: z.string(),
  detail: z.string(),
  /** What it is about, as far as that can be told. */
  dataset: DatasetName.nullable(),
  fileId: FileId.nullable(),
  runId: RunId.nullable(),
  object: LandedFile.omit({ fileId: true, versionId: true })
    .extend({ versionId: z.string().nullable(), etag: z.string() })
    .nullable(),
  /** As it came, up to `letterCharsMax`. */
  body: z.string(),
  /** True when the body is not whole. */
  cut: z.boolean(),
});
export type DeadLetter = z.infer<typeof DeadLetter>;

/** A message of the dead-letter queue as Lambda hands it over. */
export type DeadMessage = {
  readonly messageId: string;
  readonly body: string;
  /** Why EventBridge could not deliver it; null when it had been delivered. */
  readonly undelivered: string | null;
};

/** The file that a message is about, its entry, and which version it is. */
export type Tied = {
  readonly fileId: FileId | null;
  readonly entry: Pick<FileEntry, 'dataset' | 'runId'> | undefined;
};

/** The object that a message announces; null for a message that announces none. */
export const announcedBy = (body: string, landingBucket: string): Announced | null => {
  const notice = parseNotice(body, landingBucket);
  return notice.kind === 'landed' ? notice.object : null;
};

/** The file of an announced object, when the notice names the version. */
export const announcedFile = (object: Announced): FileId | null =>
  object.versionId === null ? null : landedFile(object, object.versionId).fileId;

/** What is written down of a message that was given up on. */
export const letterOf = (
  { messageId, body, undelivered }: DeadMessage,
  landingBucket: string,
  { fileId, entry }: Tied,
  now: EpochMs,
): DeadLetter => ({
  ...{ messageId, state: 'open', at: now, updatedAt: now },
  ...reasonOf(body, landingBucket, undelivered),
  ...about(body, landingBucket, { fileId, entry }),
  body: body.slice(0, limits.letterCharsMax),
  cut: body.length > limits.letterCharsMax,
});

const about = (body: string, landingBucket: string, { fileId, entry }: Tied) => {
  const object = announcedBy(body, landingBucket);
  const prefix = DatasetName.safeParse(object?.key.split('/')[0]);
  const dataset = entry?.dataset ?? prefix.data ?? null;
  return { object, fileId, dataset, runId: entry?.runId ?? null };
};

const reasonOf = (
  body: string,
  landingBucket: string,
  undelivered: string | null,
): { code: NoticeCode; detail: string } => {
  const notice = parseNotice(body, landingBucket);
  if (notice.kind === 'refused') return { code: notice.code, detail: notice.detail };
  const detail =
    undelivered === null
      ? 'intake failed on it in every delivery'
      : `EventBridge could not deliver it (${undelivered})`;
  return { code: 'E_UNTAKEN', detail };
};

/** Codes that stand in the message itself: delivering it again gives the same answer. */
export const isHopeless = ({ code }: Pick<DeadLetter, 'code'>): boolean =>
  code === 'E_NOTICE' || code === 'E_FOREIGN';

/** What is sent to intake again; null when only a part of it was kept and nothing else is known. */
export const sentAgain = ({ body, cut, object }: DeadLetter): string | null => {
  if (!cut) return body;
  return object === null ? null : noticeBody(object);
};

/** Whether a letter in one state may go into another; the same again changes nothing. */
export const letterMoves = (from: LetterState, to: LetterState): boolean =>
  letterStates.indexOf(from) < letterStates.indexOf(to);
