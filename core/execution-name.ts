import type { RunPointer } from './documents.ts';

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
