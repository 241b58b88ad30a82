import { DescribeExecutionCommand, ExecutionDoesNotExist } from '@aws-sdk/client-sfn';
import * as z from 'zod';
import { systemClock } from '../../adapters/clock.ts';
import { queueDepth } from '../../adapters/queue-depth.ts';
import { redriveLetters } from '../../bin/commands/redrive.ts';
import { type RunEntry, terminalRunStates } from '../../core/ledger.ts';
import { physicalId, type Stack } from '../e2e/support/clients.ts';
import { executionName } from '../e2e/support/executions.ts';
import { notify } from '../e2e/support/queue.ts';
import { signedPost } from '../e2e/support/signed.ts';
import type { FaultyAws } from './local-stack.ts';
import type { LandedFile } from './oracle.ts';

/** What `heal` did, and what nobody can help any more. */
export type Healed = { readonly helped: readonly string[]; readonly lost: readonly string[] };

/**
 * Helps on what nothing moves any more, as an operator would: dead letters are delivered again, and
 * a run whose execution died for good is told so. Doing it without need changes nothing. A notice
 * that is nowhere, of a file that the ledger does not know or whose run was never started, was
 * acknowledged too early.
 */
export const heal = async (
  { stack, segmentQueueUrl }: Pick<FaultyAws, 'stack' | 'segmentQueueUrl'>,
  landed: readonly LandedFile[],
): Promise<Healed> => {
  const { sqs, outputs } = stack;
  const unheard: string[] = [];
  const runs = new Map<string, RunEntry>();
  // Before the files: a notice that is taken in meanwhile is in neither place.
  const queues = [outputs.NoticeQueueUrl, segmentQueueUrl];
  const [notices = 0, segments = 0] = await Promise.all(queues.map((url) => depthOf(sqs, url)));
  const dead = await depthOf(sqs, outputs.DeadLetterQueueUrl);
  for (const { fileId, key } of landed) {
    const file = await stack.ledger.file(fileId);
    const run = file?.runId ? await stack.ledger.run(file.runId) : undefined;
    if (file === undefined || run?.state === 'CREATED') unheard.push(key);
    else if (run !== undefined && !terminalRunStates.includes(run.state)) runs.set(run.runId, run);
  }
  const redriven = await redrive(stack);
  const helped = redriven === 0 ? [] : [`${redriven} dead letters`];
  for (const run of runs.values()) {
    const action = await handOn(stack, run);
    if (action !== undefined) helped.push(`${run.runId}: ${action}`);
  }
  const isNowhere = notices + segments + dead + redriven === 0;
  const told = (key: string): string => `the notice of ${key} was acknowledged too early`;
  return { helped, lost: isNowhere ? unheard.map(told) : [] };
};

const depthOf = async (sqs: Stack['sqs'], url: string): Promise<number> => {
  const { waiting, inFlight } = await queueDepth(sqs, url);
  return waiting + inFlight;
};

/** `headgate redrive --all`; says how many were sent again. */
const redrive = async (stack: Stack): Promise<number> => {
  const notices = { send: (body: string) => notify(stack, [body]) };
  const all = { id: [], all: true, dismiss: false, dryRun: false };
  const redriven = await redriveLetters({ ledger: stack.ledger, notices }, all, systemClock);
  return redriven.filter(({ outcome }) => outcome === 'sent').length;
};

/** What the pipeline's own Catch would have done, had it lived. */
const handOn = async (stack: Stack, run: RunEntry): Promise<string | undefined> => {
  const status = await executionStatus(stack, run);
  // It may have ended well since the run was read.
  const now = await stack.ledger.run(run.runId);
  if (status === 'RUNNING' || now?.state !== run.state || now.fence !== run.fence) return undefined;
  const { runId, dataset } = run;
  // An attempt that is in the ledger and was never started is the one before it's to start.
  const fence = status === 'none' ? run.fence - 1 : run.fence;
  const pointer = { runId, dataset, fence };
  const error = { Error: 'States.Runtime', Cause: `the execution is ${status}` };
  const event = { ...pointer, error, pipelineArn: stack.outputs.PipelineArn };
  const { action } = Action.parse(await invoke(stack, 'Quarantine', event));
  if (action === 'publish') await invoke(stack, 'Publish', pointer);
  return action;
};

const executionStatus = async ({ sfn, outputs }: Stack, run: RunEntry): Promise<string> => {
  const machine = outputs.PipelineArn.replace(':stateMachine:', ':execution:');
  try {
    const executionArn = `${machine}:${executionName(run)}`;
    const { status = 'RUNNING' } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    return status;
  } catch (error) {
    if (error instanceof ExecutionDoesNotExist) return 'none';
    throw error;
  }
};

const Action = z.object({ action: z.string() });

const invoke = async (stack: Stack, stage: string, event: object): Promise<unknown> => {
  const name = await physicalId(stack, 'AWS::Lambda::Function', `Stages${stage}Function`);
  const path = `/2015-03-31/functions/${name}/invocations`;
  const type = { 'content-type': 'application/json' };
  return JSON.parse(await signedPost('lambda', JSON.stringify(event), type, path));
};
