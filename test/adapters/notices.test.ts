import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, test } from 'vitest';
import { sqsNotices } from '../../adapters/notices.ts';

const sqs = mockClient(SQSClient);
const notices = sqsNotices(new SQSClient({ region: 'us-east-1' }), 'https://queue');

beforeEach(() => sqs.reset());

test('a notice goes to the queue as it is', async () => {
  sqs.on(SendMessageCommand).resolves({});
  await notices.send('{"a": 1}');
  expect(sqs.commandCalls(SendMessageCommand)[0]?.args[0].input).toEqual({
    QueueUrl: 'https://queue',
    MessageBody: '{"a": 1}',
  });
});

test.each([
  ['ThrottlingException', 'TransientError'],
  ['AccessDenied', 'PermanentError'],
])('%s leaves as %s', async (name, ours) => {
  sqs.on(SendMessageCommand).rejects(Object.assign(new Error(), { name }));
  await expect(notices.send('a')).rejects.toMatchObject({ name: ours });
});
