import { describe, expect, test } from 'vitest';
import type { ExecutionEvent } from '../../../adapters/executions.ts';
import { stagesOf } from '../../../bin/commands/stages.ts';

type Told = Partial<ExecutionEvent> & Pick<ExecutionEvent, 'id' | 'previousId' | 'kind'>;
const events = (told: readonly Told[]): ExecutionEvent[] =>
  told.map((event) => ({ atMs: event.id * 100, ...event }));

const reply = (payload: object): string => JSON.stringify({ StatusCode: 200, Payload: payload });

describe('the stages of an execution', () => {
  test('a task’s own reply is told, without its pointer', () => {
    const [stage] = stagesOf(
      events([
        { id: 1, previousId: 0, kind: 'other' },
        { id: 2, previousId: 1, kind: 'entered', state: 'Gate' },
        { id: 3, previousId: 2, kind: 'other' },
        {
          id: 4,
          previousId: 3,
          kind: 'succeeded',
          output: reply({ decision: 'publish', score: 99.5 }),
        },
        { id: 5, previousId: 4, kind: 'exited', state: 'Gate', output: '{"runId":"r"}' },
      ]),
      true,
    );
    expect(stage).toEqual({
      name: 'Gate',
      status: 'succeeded',
      times: 1,
      failures: 0,
      durationMs: 300,
      output: { decision: 'publish', score: 99.5 },
      error: null,
    });
  });

  test('parts that run side by side are one stage, their counts added', () => {
    const stages = stagesOf(
      events([
        { id: 1, previousId: 0, kind: 'entered', state: 'ValidateParts' },
        { id: 2, previousId: 1, kind: 'other' },
        { id: 3, previousId: 2, kind: 'other' },
        { id: 4, previousId: 3, kind: 'entered', state: 'Validate' },
        { id: 5, previousId: 2, kind: 'other' },
        { id: 6, previousId: 5, kind: 'entered', state: 'Validate' },
        { id: 7, previousId: 6, kind: 'succeeded', output: reply({ part: 2, rowsIn: 5 }) },
        { id: 8, previousId: 4, kind: 'succeeded', output: reply({ part: 1, rowsIn: 7 }) },
        { id: 9, previousId: 8, kind: 'exited', state: 'Validate' },
        { id: 10, previousId: 7, kind: 'exited', state: 'Validate' },
        { id: 11, previousId: 10, kind: 'exited', state: 'ValidateParts' },
      ]),
      true,
    );
    expect(stages).toMatchObject([
      { name: 'ValidateParts', times: 1, durationMs: 1_000, status: 'succeeded' },
      { name: 'Validate', times: 2, durationMs: 600, output: { rowsIn: 12 } },
    ]);
    expect(stages[1]?.output).not.toHaveProperty('part');
  });

  test('a try that failed and one that then passed are both told', () => {
    const [stage] = stagesOf(
      events([
        { id: 1, previousId: 0, kind: 'entered', state: 'Load' },
        { id: 2, previousId: 1, kind: 'failed', error: 'TransientError' },
        { id: 3, previousId: 2, kind: 'other' },
        { id: 4, previousId: 3, kind: 'succeeded', output: reply({ tries: 2 }) },
        { id: 5, previousId: 4, kind: 'exited', state: 'Load' },
      ]),
      true,
    );
    expect(stage).toMatchObject({ status: 'succeeded', failures: 1, error: 'TransientError' });
  });

  test.each([
    ['one that was caught', [{ id: 3, previousId: 2, kind: 'exited', state: 'Load' }] as const],
    ['one that ended it all', [] as const],
  ])('a failed stage is told as such: %s', (_name, rest) => {
    const [stage] = stagesOf(
      events([
        { id: 1, previousId: 0, kind: 'entered', state: 'Load' },
        { id: 2, previousId: 1, kind: 'failed', error: 'PermanentError' },
        ...rest,
      ]),
      true,
    );
    expect(stage).toMatchObject({ status: 'failed', error: 'PermanentError' });
  });

  test.each([
    ['runs while the execution does', false, 'running'],
    ['has failed when the execution has ended', true, 'failed'],
  ])('a stage without an exit %s', (_name, hasEnded, status) => {
    const told = events([{ id: 1, previousId: 0, kind: 'entered', state: 'Plan' }]);
    expect(stagesOf(told, hasEnded)).toMatchObject([{ status, durationMs: null }]);
  });

  test('how the execution ends is no failure of its last stage', () => {
    const [stage] = stagesOf(
      events([
        { id: 1, previousId: 0, kind: 'entered', state: 'Quarantine' },
        { id: 2, previousId: 1, kind: 'succeeded', output: reply({ action: 'quarantined' }) },
        { id: 3, previousId: 2, kind: 'exited', state: 'Quarantine' },
        { id: 4, previousId: 3, kind: 'failed', error: 'RunFailed' },
      ]),
      true,
    );
    expect(stage).toMatchObject({ status: 'succeeded', failures: 0 });
  });
});
