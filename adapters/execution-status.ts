import { DescribeExecutionCommand, type SFNClient } from '@aws-sdk/client-sfn';
import type { Executions } from '../core/ports.ts';
import { classified, errorName } from './aws-errors.ts';
import { executionArn } from './executions.ts';

/** Someone is about to redrive it: no other attempt may come in between. */
const running: readonly (string | undefined)[] = ['RUNNING', 'PENDING_REDRIVE'];

/** Whether executions of one state machine run. */
export const sfnExecutionStatus = (client: SFNClient, stateMachineArn: string): Executions => ({
  status: async (name) => {
    const arn = executionArn(stateMachineArn, name);
    try {
      const { status } = await client.send(new DescribeExecutionCommand({ executionArn: arn }));
      return running.includes(status) ? 'running' : 'ended';
    } catch (error) {
      if (errorName(error) === 'ExecutionDoesNotExist') return 'unknown';
      throw classified(error, `look at execution ${name}`);
    }
  },
});
