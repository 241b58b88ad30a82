import * as z from 'zod';
import type { NoticeCode, Refusal } from '../codes.ts';
import { EpochMs } from '../ids.ts';
import type { LandedFile } from '../ledger.ts';
import { isoTime } from '../time.ts';
import { fileIdOf } from './file-id.ts';

/**
 * What a notice tells of an object. Keys stand here as they are: EventBridge does not encode them.
 */
export type Announced = Omit<LandedFile, 'fileId' | 'versionId'> & {
  /** Null from emulators: S3 itself always names the version in a versioned bucket. */
  readonly versionId: string | null;
  readonly etag: string;
};

/**
 * `refused` is a message that no later delivery can mend; it belongs into the dead-letter queue.
 */
export type Notice =
  | { readonly kind: 'landed'; readonly object: Announced }
  | { readonly kind: 'ignored'; readonly rule: string }
  | ({ readonly kind: 'refused' } & Refusal<NoticeCode>);

/** What S3 sends once, when notifications are switched on. */
const TestEvent = z.object({ Event: z.literal('s3:TestEvent') });

const EventHead = z.object({ source: z.literal('aws.s3'), 'detail-type': z.string() });

/** Only what we read: the rest of the event may change, and emulators leave parts of it out. */
const ObjectCreated = z.object({
  time: z.iso.datetime(),
  detail: z.object({
    bucket: z.object({ name: z.string().min(1) }),
    object: z.object({
      key: z.string().min(1),
      size: z.number().int().nonnegative(),
      etag: z.string(),
      'version-id': z.string().min(1).optional(),
      sequencer: z.string().default(''),
    }),
  }),
});

/** Reads one queue message: an EventBridge event of S3, whose bucket must be our landing. */
export const parseNotice = (body: string, landingBucket: string): Notice => {
  const event = fromJson(body);
  if (TestEvent.safeParse(event).success) return { kind: 'ignored', rule: 's3-test-event' };
  const head = EventHead.safeParse(event);
  if (!head.success) return refused('E_NOTICE', 'the message is no event of S3');
  const type = head.data['detail-type'];
  if (type !== 'Object Created') return { kind: 'ignored', rule: `event ${type}` };
  const created = ObjectCreated.safeParse(event);
  if (!created.success) return refused('E_NOTICE', `the event lacks ${pathsOf(created.error)}`);
  const { bucket, object } = created.data.detail;
  if (bucket.name !== landingBucket)
    return refused('E_FOREIGN', `bucket ${bucket.name} is not ${landingBucket}`);
  const { key, size: sizeBytes, etag, sequencer } = object;
  const versionId = object['version-id'] ?? null;
  const landedAt = epochMs(created.data.time);
  return {
    kind: 'landed',
    object: { bucket: bucket.name, key, versionId, etag, sizeBytes, sequencer, landedAt },
  };
};

/** The file that an announced object version is in the ledger. */
export const landedFile = (object: Announced, versionId: string): LandedFile => ({
  fileId: fileIdOf({ bucket: object.bucket, key: object.key, versionId }),
  bucket: object.bucket,
  key: object.key,
  versionId,
  sizeBytes: object.sizeBytes,
  sequencer: object.sequencer,
  landedAt: object.landedAt,
});

/**
 * The message that S3 sends of an object, made again: of one whose notice was lost, so that there
 * is one way in. A listing knows no sequencer, which then stays empty.
 */
export const noticeBody = (object: Announced): string =>
  JSON.stringify({
    version: '0',
    'detail-type': 'Object Created',
    source: 'aws.s3',
    time: isoTime(object.landedAt),
    detail: {
      bucket: { name: object.bucket },
      object: {
        key: object.key,
        size: object.sizeBytes,
        etag: object.etag,
        ...(object.versionId === null ? {} : { 'version-id': object.versionId }),
        sequencer: object.sequencer,
      },
    },
  });

const refused = (code: NoticeCode, detail: string): Notice => ({ kind: 'refused', code, detail });

/** Undefined for text that is no JSON: the shapes above refuse it like any other stranger. */
const fromJson = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
};

const pathsOf = (error: z.ZodError): string =>
  error.issues.map(({ path }) => path.join('.')).join(', ');

/** An ISO instant in UTC, which zod has checked, as milliseconds; core has no Date. */
const epochMs = (iso: string): EpochMs => {
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = iso
    .slice(0, 19)
    .split(/\D/)
    .map(Number);
  const fraction = /\.(\d{1,3})/.exec(iso)?.[1] ?? '';
  const seconds = ((dayNumber(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
  return EpochMs.parse(seconds * 1000 + Number(fraction.padEnd(3, '0')));
};

/** Days since 1970-01-01, counting years from March so that the leap day is the last of a year. */
const dayNumber = (year: number, month: number, day: number): number => {
  const marchYear = month <= 2 ? year - 1 : year;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const leapDays =
    Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400);
  return marchYear * 365 + leapDays + dayOfYear - 719_468;
};
