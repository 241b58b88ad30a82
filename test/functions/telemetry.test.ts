import type { Context } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { PermanentError, ResourceError, TransientError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import { instrumented } from '../../functions/telemetry.ts';

const context: Context = {
  ...{ callbackWaitsForEmptyEventLoop: false, functionName: 'probe', functionVersion: '1' },
  ...{ invokedFunctionArn: 'arn', memoryLimitInMB: '128', awsRequestId: 'request-1' },
  ...{ logGroupName: 'g', logStreamName: 's' },
  ...{ getRemainingTimeInMillis: () => 1, done: () => {}, fail: () => {}, succeed: () => {} },
};

let printed: string[] = [];
const capture = (...args: unknown[]) => void printed.push(args.join(' '));

beforeEach(() => {
  printed = [];
  // Powertools prints through the global console in dev mode, and through its own otherwise.
  vi.stubEnv('POWERTOOLS_DEV', 'true');
  vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false');
  for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const)
    vi.spyOn(console, method).mockImplementation(capture);
});

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

const thrownBy = async (error: unknown): Promise<unknown> => {
  const handler = instrumented('probe', () => async () => {
    throw error;
  });
  return await handler({}, context).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
};

describe('what leaves a stage', () => {
  test('a small result, as it is', async () => {
    const handler = instrumented('probe', () => async (event: { n: number }) => ({ n: event.n }));
    expect(await handler({ n: 1 }, context)).toEqual({ n: 1 });
  });

  test('never a result that could hold rows', async () => {
    const handler = instrumented('probe', () => async () => 'x'.repeat(limits.payloadBytesMax));
    await expect(handler({}, context)).rejects.toMatchObject({
      name: 'PermanentError',
      message: expect.stringContaining('the payload has'),
    });
  });

  test.each([
    ['a throttle', new TransientError('later', { cause: 42 }), 'TransientError', 'later'],
    ['a full disk', new ResourceError('full', { cause: 42 }), 'ResourceError', 'full'],
    ['a missing right', new PermanentError('no'), 'PermanentError', 'no'],
    ['a bug', new TypeError('value 42'), 'PermanentError', 'unexpected TypeError'],
    [
      'an assertion',
      new Error('assertion failed: 1 = 2'),
      'PermanentError',
      'assertion failed: 1 = 2',
    ],
    ['no error at all', 'value 42', 'PermanentError', 'unexpected string'],
  ])('%s has one of our names and no values', async (_name, error, name, message) => {
    const thrown = await thrownBy(error);
    expect(thrown).toMatchObject({ name, message: `${name}: ${message}` });
    expect(thrown).not.toHaveProperty('cause');
  });

  test('no words but ours are printed, and the place of the fault is', async () => {
    await thrownBy(new TransientError('later', { cause: new Error('value 42') }));
    await thrownBy(new Error('value 42\n    and more of value 42'));
    const lines = printed.join('\n');
    expect(lines).not.toContain('value 42');
    expect(lines).toContain('later');
    expect(lines).toContain('telemetry.test.ts');
    expect(lines).toContain('request-1');
  });
});

test('a count is one line with the service, and with the dataset where it is known', async () => {
  const handler = instrumented('probe', ({ count }) => async () => {
    count('FilesQuarantined', 2, 'orders');
    count('FilesIgnored', 1);
  });
  await handler({}, context);
  const metrics = printed.filter((line) => line.includes('_aws')).map((line) => JSON.parse(line));
  const dimensions = metrics.map((line) => line._aws.CloudWatchMetrics[0].Dimensions);
  expect(metrics).toMatchObject([
    { FilesQuarantined: 2, service: 'probe', dataset: 'orders' },
    { FilesIgnored: 1, service: 'probe' },
  ]);
  expect(dimensions).toEqual([[['service'], ['service', 'dataset']], [['service']]]);
  expect(metrics[0]._aws.CloudWatchMetrics[0].Namespace).toBe('Headgate');
});
