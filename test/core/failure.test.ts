import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  CaughtError,
  decideFailure,
  type Failure,
  type FailureDecision,
  failureText,
} from '../../core/failure.ts';
import { type RunState, runStates } from '../../core/ledger.ts';
import { limits } from '../../core/limits.ts';
import { at, fence, landed } from '../support/landed.ts';

const [a, b] = [landed('a').fileId, landed('b').fileId];
const died = { Error: 'Runtime.ExitError', Cause: '' };
const bug = { Error: 'PermanentError', Cause: '' };
const last = limits.attemptsMax;

const failure = (state: RunState, owner: number, more: Partial<Failure> = {}): Failure => ({
  run: { state, fence: fence(owner), files: [a, b] },
  fence: fence(1),
  error: died,
  part: null,
  ...more,
});

const releasedAfter = (work: number) => ({
  ...{ by: 'ana', at: at(0), work: fence(work) },
  reason: { code: 'E_QUALITY', detail: 'd' },
});

const loaded = { snapshotId: '7', attempt: fence(1) };

describe('decideFailure', () => {
  test.each<[string, Failure, FailureDecision]>([
    ['a first failure is tried again', failure('STARTED', 1), { kind: 'next-attempt' }],
    ['a run that nobody noted as started, too', failure('CREATED', 1), { kind: 'next-attempt' }],
    [
      'the last attempt is the end',
      failure('STARTED', last, { fence: fence(last) }),
      { kind: 'quarantine-run' },
    ],
    [
      'attempts before a release do not count',
      failure('STARTED', last, {
        fence: fence(last),
        run: { ...failure('STARTED', last).run, released: releasedAfter(1) },
      }),
      { kind: 'next-attempt' },
    ],
    ['a bug is the end at once', failure('STARTED', 1, { error: bug }), { kind: 'quarantine-run' }],
    ['a loading run asks the table first', failure('LOADING', 1), { kind: 'look-in-table' }],
    [
      'even when the error is a bug',
      failure('LOADING', 1, { error: bug }),
      { kind: 'look-in-table' },
    ],
    [
      'visible rows are published, also after a bug in the last attempt',
      failure('LOADING', last, { fence: fence(last), error: bug, loaded }),
      { kind: 'publish', loaded },
    ],
    [
      'rows that are not visible are loaded by the next attempt',
      failure('LOADING', 1, { loaded: null }),
      { kind: 'next-attempt' },
    ],
    ['an ended run stays as it is', failure('PUBLISHED', 1), { kind: 'ended' }],
    ['a held run stays as it is', failure('HELD', 1, { error: bug }), { kind: 'ended' }],
    ['a failed run says so again', failure('FAILED', 1), { kind: 'failed' }],
    ['a newer attempt is left alone', failure('STARTED', 3), { kind: 'ended' }],
    ['a newer attempt at work is left alone', failure('LOADING', 2), { kind: 'ended' }],
    [
      'the next attempt whose start was lost is started',
      failure('STARTED', 2),
      { kind: 'start-again', fence: fence(2) },
    ],
    ['a late part starts no attempt', failure('STARTED', 2, { part: [a] }), { kind: 'ended' }],
    [
      'a part of one file is that file’s doing',
      failure('STARTED', 1, { part: [a] }),
      { kind: 'quarantine-file', fileId: a, code: 'E_RESOURCE' },
    ],
    [
      'so is one for which even a large worker is too small',
      failure('STARTED', 1, { part: [a], error: { Error: 'ResourceError', Cause: '' } }),
      { kind: 'quarantine-file', fileId: a, code: 'E_RESOURCE' },
    ],
    ['a part of several is isolated', failure('STARTED', 1, { part: [a, b] }), { kind: 'isolate' }],
    [
      'a bug in a part of several, too',
      failure('STARTED', 1, { part: [a, b], error: bug }),
      { kind: 'isolate' },
    ],
    [
      'a bug in the part of one of several files ends that file alone',
      failure('STARTED', 2, { fence: fence(2), part: [a], error: bug }),
      { kind: 'quarantine-file', fileId: a, code: 'E_INTERNAL' },
    ],
    [
      'a bug in the only file of a run ends the run',
      {
        ...failure('STARTED', 1, { part: [a], error: bug }),
        run: { state: 'STARTED', fence: fence(1), files: [a] },
      },
      { kind: 'quarantine-run' },
    ],
    [
      'our error is known by its text where its name was lost',
      failure('STARTED', 1, {
        error: {
          Error: 'Runtime.HandlerError',
          Cause: JSON.stringify({
            errorType: 'Runtime.HandlerError',
            errorMessage: 'PermanentError: put s3://x: AccessDenied',
          }),
        },
      }),
      { kind: 'quarantine-run' },
    ],
  ])('%s', (_name, given, decision) => {
    expect(decideFailure(given)).toEqual(decision);
  });

  const any = fc.record({
    run: fc.record({ state: fc.constantFrom(...runStates), fence: fc.integer({ min: 1, max: 5 }) }),
    fence: fc.integer({ min: 1, max: 5 }),
    error: fc.constantFrom(
      died,
      bug,
      { Error: 'TransientError', Cause: '' },
      { Error: 'States.Timeout', Cause: '' },
    ),
    part: fc.constantFrom(null, [], [a], [a, b]),
    snapshotId: fc.constantFrom(undefined, null, '7'),
  });

  test('nothing is given up or started by one who does not own the run', () => {
    fc.assert(
      fc.property(any, ({ run, fence: own, part, error, snapshotId }) => {
        const given = { run: { ...run, fence: fence(run.fence), files: [a] }, fence: fence(own) };
        const more = snapshotId === undefined ? {} : { snapshotId };
        const { kind } = decideFailure({ ...given, part, error, ...more });
        if (run.fence !== own) expect(['ended', 'start-again']).toContain(kind);
        if (kind === 'quarantine-run' && run.state === 'LOADING' && part === null)
          expect(snapshotId).toBeNull();
        if (kind === 'next-attempt') expect(own).toBeLessThan(limits.attemptsMax);
      }),
    );
  });
});

describe('failureText', () => {
  const lambda = (errorType: string, errorMessage: string) =>
    JSON.stringify({ errorType, errorMessage, trace: ['at x'] });
  test.each([
    [
      'our own words are told',
      'PermanentError',
      lambda('PermanentError', 'PermanentError: no right'),
      'PermanentError: no right',
    ],
    [
      'as those about a full worker are',
      'ResourceError',
      lambda('ResourceError', 'ResourceError: full'),
      'ResourceError: full',
    ],
    [
      'Lambda’s words about a dead worker are told',
      'Runtime.ExitError',
      lambda('Runtime.ExitError', 'signal: killed'),
      'Runtime.ExitError: signal: killed',
    ],
    ['a stranger’s words are not', 'TypeError', lambda('TypeError', 'secret'), 'TypeError'],
    ['nor text that is no JSON', 'States.Timeout', 'secret', 'States.Timeout'],
    ['nor JSON of another shape', 'States.TaskFailed', '[1]', 'States.TaskFailed'],
    ['nor nothing', 'States.Timeout', '', 'States.Timeout'],
  ])('%s', (_name, name, Cause, text) => {
    expect(failureText({ Error: name, Cause })).toBe(text);
  });

  test('a text is at most 300 characters', () => {
    const Cause = lambda('PermanentError', `PermanentError: ${'x'.repeat(1_000)}`);
    expect(failureText({ Error: 'PermanentError', Cause }).length).toBe(300);
  });

  test('an error that Step Functions left empty is still one', () => {
    expect(CaughtError.parse({})).toEqual({ Error: 'Unknown', Cause: '' });
  });
});
