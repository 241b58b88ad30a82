import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { calling } from './aws-errors.ts';

/** About how many messages a queue holds; SQS itself only says about. */
export type QueueDepth = { readonly waiting: number; readonly inFlight: number };

/** Asks a queue for its depth: a growing one, or anything in a dead-letter queue, needs a look. */
export const queueDepth = (client: SQSClient, queueUrl: string): Promise<QueueDepth> =>
  calling(`read the depth of ${queueUrl}`, async () => {
    const { Attributes: found = {} } = await client.send(
      new GetQueueAttributesCommand({
        QueueUrl: queueUrl,
        AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
      }),
    );
    return {
      waiting: Number(found.ApproximateNumberOfMessages ?? 0),
      inFlight: Number(found.ApproximateNumberOfMessagesNotVisible ?? 0),
    };
  });
