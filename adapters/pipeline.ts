import { ExecutionAlreadyExists, type SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { Pipeline } from '../core/ports.ts';
import { classified } from './aws-errors.ts';

/**
 * Starts executions of one state machine. The name carries run and attempt: Step Functions answers
 * a second start of a running one with success, and of an ended one with ExecutionAlreadyExists.
 */
export const sfnPipeline = (client: SFNClient, stateMachineArn: string): Pipeline => ({
  start: async ({ runId, dataset, fence, work }) => {
    const name = fence === 1 ? runId : `${runId}-a${fence}`;
    const input = JSON.stringify({ runId, dataset, fence, work });
    try {
      await client.send(new StartExecutionCommand({ stateMachineArn, name, input }));
    } catch (error) {
      if (error instanceof ExecutionAlreadyExists) return;
      throw classified(error, `start execution ${name}`);
    }
  },
});
