import { DescribeExecutionCommand, type ExecutionStatus, SFNClient } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, test } from 'vitest';
import { sfnExecutionStatus } from '../../adapters/execution-status.ts';

const sfn = mockClient(SFNClient);
const arn = 'arn:aws:states:eu-west-1:111122223333:stateMachine:Pipe';
const { status } = sfnExecutionStatus(new SFNClient({ region: 'us-east-1' }), arn);

beforeEach(() => sfn.reset());

test.each<[ExecutionStatus, string]>([
  ['RUNNING', 'running'],
  ['PENDING_REDRIVE', 'running'],
  ['SUCCEEDED', 'ended'],
  ['FAILED', 'ended'],
  ['TIMED_OUT', 'ended'],
  ['ABORTED', 'ended'],
])('an execution that is %s is %s', async (found, ours) => {
  sfn.on(DescribeExecutionCommand).resolves({ status: found });
  expect(await status('run-1')).toBe(ours);
  const [call] = sfn.commandCalls(DescribeExecutionCommand);
  expect(call?.args[0].input.executionArn).toBe(
    'arn:aws:states:eu-west-1:111122223333:execution:Pipe:run-1',
  );
});

test('one that is not there is unknown, and one that may not be asked for is an error', async () => {
  const failing = (name: string) =>
    sfn.on(DescribeExecutionCommand).rejects(Object.assign(new Error(), { name }));
  failing('ExecutionDoesNotExist');
  expect(await status('run-1')).toBe('unknown');
  failing('AccessDeniedException');
  await expect(status('run-1')).rejects.toMatchObject({ name: 'PermanentError' });
});
