import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  type SFNClient,
} from '@aws-sdk/client-sfn';
import { classified, errorName } from './aws-errors.ts';

/** One event of an execution, reduced to what a person asks: which state, when, with what. */
export type ExecutionEvent = {
  readonly id: number;
  readonly previousId: number;
  readonly atMs: number;
  readonly kind: 'entered' | 'exited' | 'succeeded' | 'failed' | 'other';
  /** Of the state; on `entered` and `exited` only. */
  readonly state?: string;
  /** JSON text. */
  readonly output?: string;
  readonly error?: string;
};

/** One execution of the pipeline: one attempt of a run. */
export type Execution = {
  readonly arn: string;
  readonly status: string;
  readonly startedAtMs: number;
  readonly stoppedAtMs: number | null;
  readonly error: string | null;
  readonly cause: string | null;
  readonly events: readonly ExecutionEvent[];
};

/** Pages of 1,000 events; Step Functions ends an execution at 25,000. */
const pagesMax = 25;

/** The execution's ARN, from its state machine's: Step Functions builds it the same way. */
export const executionArn = (stateMachineArn: string, name: string): string =>
  `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;

/** Reads one execution with its history; undefined when it never was, or is no longer kept. */
export const sfnExecutions =
  (client: SFNClient, stateMachineArn: string) =>
  async (name: string): Promise<Execution | undefined> => {
    const arn = executionArn(stateMachineArn, name);
    try {
      const found = await client.send(new DescribeExecutionCommand({ executionArn: arn }));
      return {
        arn,
        status: found.status ?? 'UNKNOWN',
        startedAtMs: found.startDate?.getTime() ?? 0,
        stoppedAtMs: found.stopDate?.getTime() ?? null,
        error: found.error ?? null,
        cause: found.cause ?? null,
        events: await history(client, arn),
      };
    } catch (error) {
      if (errorName(error) === 'ExecutionDoesNotExist') return undefined;
      throw classified(error, `read execution ${name}`);
    }
  };

const history = async (client: SFNClient, arn: string): Promise<ExecutionEvent[]> => {
  const events: ExecutionEvent[] = [];
  let token: string | undefined;
  for (let page = 0; page < pagesMax; page += 1) {
    const reply = await client.send(
      new GetExecutionHistoryCommand({
        executionArn: arn,
        maxResults: 1000,
        ...(token === undefined ? {} : { nextToken: token }),
      }),
    );
    events.push(...(reply.events ?? []).map(eventOf));
    token = reply.nextToken;
    if (token === undefined) break;
  }
  return events;
};

/** States that do work; a Choice or a Fail only says which way it went. */
const worked = /^(Task|Map|Parallel)State(Entered|Exited)$/;
const succeeded = /^(Task|LambdaFunction)Succeeded$/;
const failed = /^(Task|LambdaFunction)\w*(Failed|TimedOut)$/;

const kindOf = (type: string): ExecutionEvent['kind'] => {
  if (worked.test(type)) return type.endsWith('Entered') ? 'entered' : 'exited';
  if (failed.test(type)) return 'failed';
  return succeeded.test(type) ? 'succeeded' : 'other';
};

const eventOf = (event: HistoryEvent): ExecutionEvent => {
  const kind = kindOf(event.type ?? '');
  const state = event.stateEnteredEventDetails?.name ?? event.stateExitedEventDetails?.name;
  const output =
    event.stateExitedEventDetails?.output ??
    event.taskSucceededEventDetails?.output ??
    event.lambdaFunctionSucceededEventDetails?.output;
  const error =
    event.taskFailedEventDetails?.error ??
    event.lambdaFunctionFailedEventDetails?.error ??
    event.taskTimedOutEventDetails?.error;
  return {
    id: event.id ?? 0,
    previousId: event.previousEventId ?? 0,
    atMs: event.timestamp?.getTime() ?? 0,
    kind,
    ...(state === undefined ? {} : { state }),
    ...(output === undefined ? {} : { output }),
    ...(error === undefined ? {} : { error }),
  };
};
