import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Notices } from '../core/ports.ts';
import { calling } from './aws-errors.ts';

/** Sends to the queue that intake reads, as EventBridge does. */
export const sqsNotices = (client: SQSClient, queueUrl: string): Notices => ({
  send: (body) =>
    calling('send a notice', async () => {
      await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body }));
    }),
});
