import {
  GetExecutionHistoryCommand,
  type HistoryEvent,
  paginateListExecutions,
} from '@aws-sdk/client-sfn';
import * as z from 'zod';
import type { RunEntry } from '../../../core/ledger.ts';
import type { Stack } from './stack.ts';

/** A state of an execution and what it gave. */
export type Visit = { readonly state: string; readonly output: Readonly<Record<string, unknown>> };

/** Step Functions names it by the run; a later attempt has its number behind that. */
export const executionName = ({ runId, fence }: Pick<RunEntry, 'runId' | 'fence'>): string =>
  fence === 1 ? runId : `${runId}-a${fence}`;

/** Everything that Step Functions kept of an execution. */
export const history = async (
  { sfn, outputs }: Stack,
  name: string,
): Promise<readonly HistoryEvent[]> => {
  const machine = outputs.PipelineArn.replace(':stateMachine:', ':execution:');
  const { events = [] } = await sfn.send(
    new GetExecutionHistoryCommand({ executionArn: `${machine}:${name}`, maxResults: 1000 }),
  );
  return events;
};

const Output = z.record(z.string(), z.unknown());

/** The states that were left, in order, with their outputs. */
export const visits = (events: readonly HistoryEvent[]): readonly Visit[] =>
  events.flatMap(({ stateExitedEventDetails: details }) =>
    details?.name === undefined
      ? []
      : [{ state: details.name, output: Output.parse(JSON.parse(details.output ?? '{}')) }],
  );

/** Tasks that did not come back. */
export const failures = (events: readonly HistoryEvent[]): readonly HistoryEvent[] =>
  events.filter(({ type }) => type === 'TaskFailed' || type === 'TaskTimedOut');

/** Names of all executions there ever were. */
export const executionNames = async ({ sfn, outputs }: Stack): Promise<readonly string[]> => {
  const names: string[] = [];
  const input = { stateMachineArn: outputs.PipelineArn };
  for await (const { executions = [] } of paginateListExecutions({ client: sfn }, input))
    names.push(...executions.flatMap(({ name }) => name ?? []));
  return names.sort();
};
