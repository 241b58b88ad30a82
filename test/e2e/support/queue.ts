import {
  GetQueueAttributesCommand,
  type QueueAttributeName,
  SendMessageBatchCommand,
} from '@aws-sdk/client-sqs';
import { queueDepth } from '../../../adapters/queue-depth.ts';
import type { Stack } from './stack.ts';
import { until } from './until.ts';

const batchMax = 10;

/** Sends bodies to the queue of notices, as EventBridge does. */
export const notify = async ({ sqs, outputs }: Stack, bodies: readonly string[]): Promise<void> => {
  for (let from = 0; from < bodies.length; from += batchMax) {
    const Entries = bodies
      .slice(from, from + batchMax)
      .map((MessageBody, at) => ({ Id: `n${at}`, MessageBody }));
    const QueueUrl = outputs.NoticeQueueUrl;
    const { Failed = [] } = await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    if (Failed.length > 0) throw new Error(`the queue refused ${Failed.length} notices`);
  }
};

/** Nothing waits and nothing is in work: every notice so far has been taken in. */
export const queueIsEmpty = ({ sqs, outputs }: Stack): Promise<true> =>
  until('an empty queue of notices', async () => {
    const { waiting, inFlight } = await queueDepth(sqs, outputs.NoticeQueueUrl);
    return waiting + inFlight === 0 ? true : undefined;
  });

/** One attribute of a queue. */
export const queueAttribute = async (
  { sqs }: Stack,
  QueueUrl: string,
  name: QueueAttributeName,
): Promise<string> => {
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [name] }),
  );
  return Attributes?.[name] ?? '';
};
