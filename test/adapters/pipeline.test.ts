import { ExecutionAlreadyExists, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, test } from 'vitest';
import { sfnPipeline } from '../../adapters/pipeline.ts';
import { runIdOf } from '../../core/landing/run-id.ts';
import { at, fence, orders } from '../support/landed.ts';

const sfn = mockClient(SFNClient);
const pipeline = sfnPipeline(new SFNClient({ region: 'us-east-1' }), 'arn:pipeline');
const runId = runIdOf(orders, at(0), []);
const pointer = (attempt: number) => ({ runId, dataset: orders, fence: fence(attempt) });

beforeEach(() => sfn.reset());

test.each([
  [1, runId],
  [2, `${runId}-a2`],
])('attempt %i is an execution of that name', async (attempt, name) => {
  sfn.on(StartExecutionCommand).resolves({});
  await pipeline.start(pointer(attempt));
  expect(sfn.commandCalls(StartExecutionCommand)[0]?.args[0].input).toEqual({
    stateMachineArn: 'arn:pipeline',
    name,
    input: JSON.stringify(pointer(attempt)),
  });
});

test('a released run is told whose work goes on', async () => {
  sfn.on(StartExecutionCommand).resolves({});
  await pipeline.start({ ...pointer(2), work: fence(1) });
  expect(sfn.commandCalls(StartExecutionCommand)[0]?.args[0].input).toMatchObject({
    name: `${runId}-a2`,
    input: JSON.stringify({ ...pointer(2), work: 1 }),
  });
});

test('an execution that exists was started: there is nothing to do', async () => {
  const exists = new ExecutionAlreadyExists({ $metadata: {}, message: '' });
  sfn.on(StartExecutionCommand).rejects(exists);
  await expect(pipeline.start(pointer(1))).resolves.toBeUndefined();
});

test.each([
  ['ThrottlingException', 'TransientError'],
  ['ExecutionLimitExceeded', 'TransientError'],
  ['StateMachineDoesNotExist', 'PermanentError'],
])('%s leaves as %s', async (name, ours) => {
  sfn.on(StartExecutionCommand).rejects(Object.assign(new Error(), { name }));
  await expect(pipeline.start(pointer(1))).rejects.toMatchObject({ name: ours });
});
