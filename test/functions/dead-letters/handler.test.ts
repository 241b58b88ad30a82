import { describe, expect, test } from 'vitest';
import { TransientError } from '../../../core/errors.ts';
import { landedFile, parseNotice } from '../../../core/landing/notice.ts';
import { deadLetters } from '../../../functions/dead-letters/handler.ts';
import { landingBucket, objectCreated, sqsRecord } from '../../support/events.ts';
import { fakeClock, fakeTelemetry } from '../../support/fakes.ts';
import { breakOnce, crashAt, type Fault, faulty } from '../../support/faults.ts';
import { claimed } from '../../support/landed.ts';
import { ledgerState, memoryLedger } from '../../support/memory-ledger.ts';

const world = () => {
  const state = ledgerState();
  const telemetry = fakeTelemetry();
  const worker = (fault: Fault = () => undefined, versions: readonly string[] = []) =>
    deadLetters({
      ...telemetry,
      ledger: faulty(fault).wrap(memoryLedger(state)),
      versionsOf: async () => versions,
      landingBucket,
      now: fakeClock().now,
    });
  return { state, telemetry, worker };
};

const sound = objectCreated({ key: 'orders/a.csv' });
const fileOf = (body: string, versionId = 'v1') => {
  const notice = parseNotice(body, landingBucket);
  if (notice.kind !== 'landed') throw new Error('not a notice');
  return landedFile(notice.object, versionId);
};
const records = (...bodies: string[]) => ({
  Records: bodies.map((body, at) => sqsRecord(`m${at}`, body)),
});

describe('a dead letter', () => {
  test('with a sound notice is tied to its file, and to the run when there is one', async () => {
    const { state, telemetry, worker } = world();
    const { runId } = await claimed(memoryLedger(state), [fileOf(sound)]);
    expect(await worker()(records(sound))).toEqual({ batchItemFailures: [] });
    expect(state.letters.get('m0')).toMatchObject({
      ...{ state: 'open', code: 'E_UNTAKEN', dataset: 'orders', runId, body: sound, cut: false },
      ...{ fileId: fileOf(sound).fileId, object: { key: 'orders/a.csv', versionId: 'v1' } },
    });
    expect(telemetry.counted('DeadLetters')).toBe(1);
  });

  test.each([
    ['text', 'hello', 'E_NOTICE'],
    ['nothing at all', '', 'E_NOTICE'],
    ['a notice of another bucket', objectCreated({ key: 'a', bucket: 'other' }), 'E_FOREIGN'],
  ])('that is %s is kept as well', async (_what, body, code) => {
    const { state, worker } = world();
    await worker()(records(body));
    expect(state.letters.get('m0')).toMatchObject({ code, body, fileId: null, object: null });
  });

  test('that EventBridge could not deliver says so', async () => {
    const { state, worker } = world();
    const attribute = { dataType: 'String', stringValue: 'NO_PERMISSIONS' };
    const record = { ...sqsRecord('m0', sound), messageAttributes: { ERROR_CODE: attribute } };
    await worker()({ Records: [record] });
    expect(state.letters.get('m0')?.detail).toContain('NO_PERMISSIONS');
  });

  test.each<[string, readonly string[], string | null]>([
    ['the only version', ['v7'], 'v7'],
    ['none of several', ['v7', 'v8'], null],
    ['none where there is none', [], null],
  ])('that names no version is tied to %s', async (_what, versions, tied) => {
    const { state, worker } = world();
    const body = objectCreated({ key: 'orders/a.csv', versionId: null });
    await worker(() => undefined, versions)(records(body));
    const expected = tied === null ? null : fileOf(body, tied).fileId;
    expect(state.letters.get('m0')?.fileId).toBe(expected);
  });

  test('delivered again is the same letter, also after it was redriven', async () => {
    const { state, worker } = world();
    await worker()(records(sound));
    await memoryLedger(state).moveLetter('m0', 'redriven', fakeClock().now());
    await worker()(records(sound));
    expect([...state.letters.values()].map((letter) => letter.state)).toEqual(['redriven']);
  });
});

describe('a consumer that fails', () => {
  test('leaves the message in the queue, and only that one', async () => {
    const { state, worker } = world();
    const broken = await worker(breakOnce(0, new TransientError('throttled')))(
      records(sound, 'hello'),
    );
    expect(broken.batchItemFailures).toEqual([{ itemIdentifier: 'm0' }]);
    expect([...state.letters.keys()]).toEqual(['m1']);
  });

  test.each([0, 1, 2, 3])('at point %i never acknowledges what is not kept', async (at) => {
    const { state, worker } = world();
    const { batchItemFailures } = await worker(crashAt(at))(records(sound));
    expect(batchItemFailures.length === 1 || state.letters.has('m0')).toBe(true);
    await worker()(records(sound));
    expect([...state.letters.keys()]).toEqual(['m0']);
  });
});
