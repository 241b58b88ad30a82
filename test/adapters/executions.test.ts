import {
  DescribeExecutionCommand,
  ExecutionDoesNotExist,
  GetExecutionHistoryCommand,
  SFNClient,
} from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { executionArn, sfnExecutions } from '../../adapters/executions.ts';
import { TransientError } from '../../core/errors.ts';

const machine = 'arn:aws:states:us-east-1:000000000000:stateMachine:pipeline';
const arn = 'arn:aws:states:us-east-1:000000000000:execution:pipeline:run-1';
const sfn = mockClient(SFNClient);
const read = sfnExecutions(new SFNClient({ region: 'us-east-1' }), machine);

beforeEach(() => {
  sfn.reset();
});

const described = { executionArn: arn, stateMachineArn: machine, status: 'FAILED' } as const;
const at = new Date(5_000);

describe('an execution', () => {
  test('has the ARN that Step Functions gives it', () => {
    expect(executionArn(machine, 'run-1')).toBe(arn);
  });

  test('is read with every page of its history', async () => {
    sfn.on(DescribeExecutionCommand, { executionArn: arn }).resolves({
      ...described,
      startDate: new Date(1_000),
      stopDate: new Date(9_000),
      error: 'RunFailed',
    });
    const base = { timestamp: at, type: 'TaskStateEntered' } as const;
    sfn
      .on(GetExecutionHistoryCommand)
      .resolvesOnce({
        events: [
          { ...base, id: 2, previousEventId: 1, stateEnteredEventDetails: { name: 'Plan' } },
        ],
        nextToken: 'more',
      })
      .resolvesOnce({
        events: [
          {
            ...base,
            id: 3,
            previousEventId: 2,
            type: 'TaskFailed',
            taskFailedEventDetails: {
              resourceType: 'lambda',
              resource: 'x',
              error: 'TransientError',
            },
          },
        ],
      });
    expect(await read('run-1')).toEqual({
      arn,
      status: 'FAILED',
      startedAtMs: 1_000,
      stoppedAtMs: 9_000,
      error: 'RunFailed',
      cause: null,
      events: [
        { id: 2, previousId: 1, atMs: 5_000, kind: 'entered', state: 'Plan' },
        { id: 3, previousId: 2, atMs: 5_000, kind: 'failed', error: 'TransientError' },
      ],
    });
    const pages = sfn.commandCalls(GetExecutionHistoryCommand);
    expect(pages.map((call) => call.args[0].input.nextToken)).toEqual([undefined, 'more']);
  });

  test.each([
    ['TaskStateEntered', 'entered'],
    ['MapStateExited', 'exited'],
    ['TaskSucceeded', 'succeeded'],
    ['LambdaFunctionTimedOut', 'failed'],
    ['ChoiceStateEntered', 'other'],
    ['FailStateEntered', 'other'],
    ['ExecutionFailed', 'other'],
  ] as const)('event %s is told as %s', async (type, kind) => {
    sfn.on(DescribeExecutionCommand).resolves(described);
    sfn.on(GetExecutionHistoryCommand).resolves({ events: [{ id: 1, timestamp: at, type }] });
    expect((await read('run-1'))?.events).toMatchObject([{ kind }]);
  });

  test('that is no longer kept is undefined, not an error', async () => {
    const gone = new ExecutionDoesNotExist({ message: 'gone', $metadata: {} });
    sfn.on(DescribeExecutionCommand).rejects(gone);
    expect(await read('run-1')).toBeUndefined();
  });

  test('that AWS throttles is worth another try', async () => {
    const error = Object.assign(new Error('slow down'), { name: 'ThrottlingException' });
    sfn.on(DescribeExecutionCommand).rejects(error);
    await expect(read('run-1')).rejects.toBeInstanceOf(TransientError);
  });
});
