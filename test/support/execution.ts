import * as z from 'zod';
import { PartPointer, type RunPointer } from '../../core/documents.ts';

export type Stage = (event: unknown) => Promise<unknown>;
export type StageName = 'plan' | 'validate' | 'transform' | 'gate' | 'load' | 'publish';

const Planned = z.object({ parts: z.number() });
const Gated = z.object({ decision: z.enum(['publish', 'hold', 'nothing']) });
const Handled = z.object({ action: z.string() });

/** As Step Functions tells an error of a Lambda function. */
const caught = (error: unknown) => ({
  Error: error instanceof Error ? error.name : 'Unknown',
  Cause:
    error instanceof Error
      ? JSON.stringify({ errorType: error.name, errorMessage: error.message })
      : '',
});

/** What the execution says of the machine it runs in. */
const pipelineArn = 'arn:aws:states:us-east-1:000000000000:stateMachine:pipeline';

/** How often the state machine repeats a stage that failed with a TransientError. */
const retriesMax = 3;

const withRetries = async (stage: Stage, event: unknown, retries = 0): Promise<unknown> => {
  try {
    return await stage(event);
  } catch (error) {
    if (caught(error).Error === 'PermanentError' || retries >= retriesMax) throw error;
    return await withRetries(stage, event, retries + 1);
  }
};

/** The flow of lib/pipeline.ts over handlers in this process: retries, Catch and all. */
export const runExecution = async (
  stages: Readonly<Record<StageName, Stage>>,
  quarantine: Stage,
  pointer: RunPointer,
): Promise<void> => {
  const run = (name: StageName, event: unknown = pointer) => withRetries(stages[name], event);
  const validatePart = async (part: number): Promise<void> => {
    const event = PartPointer.parse({ ...pointer, part });
    try {
      await run('validate', event);
    } catch (error) {
      const handled = Handled.parse(
        await quarantine({ ...event, pipelineArn, error: caught(error) }),
      );
      if (handled.action === 'isolate') throw error;
    }
  };
  if (pointer.from === 'publish') {
    await run('publish');
    return;
  }
  try {
    if (pointer.work === undefined) {
      const { parts } = Planned.parse(await run('plan'));
      for (let part = 1; part <= parts; part += 1) await validatePart(part);
      await run('transform');
    }
    const { decision } = Gated.parse(await run('gate'));
    if (decision !== 'publish') return;
    await run('load');
    await run('publish');
  } catch (error) {
    const handled = Handled.parse(
      await quarantine({ ...pointer, pipelineArn, error: caught(error) }),
    );
    if (handled.action === 'publish') await run('publish');
  }
};
