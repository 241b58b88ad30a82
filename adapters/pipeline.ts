import { ExecutionAlreadyExists, type SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { executionName } from '../core/execution-name.ts';
import type { Pipeline } from '../core/ports.ts';
import { classified } from './aws-errors.ts';

/**
 * Starts executions of one state machine. The name carries run and attempt: Step Functions answers
 * a second start of a running one with success, and of an ended one with ExecutionAlreadyExists.
 */
export const sfnPipeline = (client: SFNClient, stateMachineArn: string): Pipeline => ({
  start: async ({ runId, dataset, fence, work, from, again }) => {
    const name = executionName({ runId, fence, from, again });
    const input = JSON.stringify({ runId, dataset, fence, work, from, again });
    try {
      await client.send(new StartExecutionCommand({ stateMachineArn, name, input }));
    } catch (error) {
      if (error instanceof ExecutionAlreadyExists) return;
      throw classified(error, `start execution ${name}`);
    }
  },
});
