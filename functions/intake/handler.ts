import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { PermanentError } from '../../core/errors.ts';
import { type Announced, landedFile, parseNotice } from '../../core/landing/notice.ts';
import type { LandedFile } from '../../core/ledger.ts';
import { settleBatch } from '../batch.ts';
import { type TakeInDeps, takeIn } from './take-in.ts';

export type IntakeDeps = TakeInDeps & {
  readonly landingBucket: string;
  /** The versions an announced object may be, for notices that do not name one. */
  readonly versionsOf: (object: Announced) => Promise<readonly string[]>;
};

/** Claims each landed file once and starts its run. One bad notice fails alone. */
export const intake =
  (deps: IntakeDeps) =>
  async ({ Records }: Pick<SQSEvent, 'Records'>): Promise<SQSBatchResponse> => {
    const read = await Promise.allSettled(Records.map((record) => filesOf(deps, record)));
    const files = new Map(
      read
        .flatMap((result) => (result.status === 'fulfilled' ? result.value : []))
        .map((file) => [file.fileId, file]),
    );
    const failures = await takeIn(deps, [...files.values()]);
    const results = new Map(Records.map(({ messageId }, index) => [messageId, read[index]]));
    return settleBatch(
      Records,
      async ({ messageId }) => {
        const result = results.get(messageId);
        if (result?.status !== 'fulfilled') throw result?.reason;
        const failed = result.value.find(({ fileId }) => failures.has(fileId));
        if (failed !== undefined) throw failures.get(failed.fileId);
      },
      deps.log,
    );
  };

/** The files that a message announces: one, or none when it is not about a new object. */
const filesOf = async (
  deps: IntakeDeps,
  { body, messageId }: SQSRecord,
): Promise<readonly LandedFile[]> => {
  const notice = parseNotice(body, deps.landingBucket);
  if (notice.kind === 'refused') {
    deps.count('NoticesRefused', 1);
    throw new PermanentError(`notice refused, ${notice.code}: ${notice.detail}`);
  }
  if (notice.kind === 'ignored') {
    deps.log.info('notice ignored', { messageId, rule: notice.rule });
    return [];
  }
  const { object } = notice;
  const versions = object.versionId === null ? await deps.versionsOf(object) : [object.versionId];
  if (versions.length === 0) deps.log.warn('object gone before its notice', { messageId });
  return versions.map((versionId) => landedFile(object, versionId));
};
