import type { RunPointer } from './documents.ts';
import { limits } from './limits.ts';

/**
 * What Step Functions knows an attempt by: the run, its attempt from the second on, and which start
 * it is of those that only publish. Starting a name twice is a no-op, so that a start can be lost.
 */
export const executionName = ({
  runId,
  fence,
  from,
  again = 1,
}: Pick<RunPointer, 'runId' | 'fence' | 'from' | 'again'>): string => {
  const attempt = fence === 1 ? runId : `${runId}-a${fence}`;
  return from === undefined ? attempt : `${attempt}-p${again}`;
};

/** Names of the executions that only publish an attempt, in the order of their starts. */
export const publishNames = (run: Pick<RunPointer, 'runId' | 'fence'>): readonly string[] =>
  Array.from({ length: limits.publishStartsMax }, (_, at) =>
    executionName({ runId: run.runId, fence: run.fence, from: 'publish', again: at + 1 }),
  );
