import type { SQSBatchResponse, SQSRecord } from 'aws-lambda';
import { errorFields, type Log } from './log.ts';

/** Runs `work` on every record and reports only the failed ones, so SQS redelivers just those. */
export const settleBatch = async (
  records: readonly SQSRecord[],
  work: (record: SQSRecord) => Promise<void>,
  log: Pick<Log, 'error'>,
): Promise<SQSBatchResponse> => {
  const batchItemFailures: SQSBatchResponse['batchItemFailures'] = [];
  const attempt = async (record: SQSRecord): Promise<void> => {
    try {
      await work(record);
    } catch (error) {
      log.error('record failed', { messageId: record.messageId, ...errorFields(error) });
      batchItemFailures.push({ itemIdentifier: record.messageId });
    }
  };
  await Promise.all(records.map(attempt));
  return { batchItemFailures };
};
