import { describe, expect, test } from 'vitest';
import { calling, classified } from '../../adapters/aws-errors.ts';
import { PermanentError, TransientError } from '../../core/errors.ts';

/** An error as the SDK throws it: a name, and what hangs on it. */
const failing = (name: string, more: object = {}): Error =>
  Object.assign(new Error('words of the service'), { name }, more);

describe('a failure that trying again can help is transient', () => {
  test.each([
    ['a throttle by name', failing('ThrottlingException')],
    ['a table above its throughput', failing('ProvisionedThroughputExceededException')],
    ['a slow-down of S3', failing('SlowDown', { $metadata: { httpStatusCode: 503 } })],
    ['a collision of transactions', failing('TransactionConflictException')],
    [
      'a transaction that was cancelled by a collision',
      failing('TransactionCanceledException', {
        CancellationReasons: [{ Code: 'None' }, { Code: 'TransactionConflict' }],
      }),
    ],
    ['any 500', failing('SomethingNew', { $metadata: { httpStatusCode: 500 } })],
    ['any 429', failing('SomethingNew', { $metadata: { httpStatusCode: 429 } })],
    ['what the SDK itself would retry', failing('SomethingNew', { $retryable: {} })],
    ['a time-out', failing('TimeoutError')],
    ['a broken connection', failing('Error', { code: 'ECONNRESET' })],
    ['a name that did not resolve', failing('Error', { code: 'EAI_AGAIN' })],
  ])('%s', (_name, error) => {
    const ours = classified(error, 'read file x');
    expect(ours).toBeInstanceOf(TransientError);
    expect(ours.cause).toBe(error);
  });
});

describe('a failure that trying again cannot help is permanent', () => {
  test.each([
    ['a missing right', failing('AccessDeniedException', { $metadata: { httpStatusCode: 400 } })],
    ['a request that is wrong', failing('ValidationException')],
    ['a missing table', failing('ResourceNotFoundException')],
    [
      'a transaction that was cancelled by a wrong action',
      failing('TransactionCanceledException', {
        CancellationReasons: [{ Code: 'ValidationError' }],
      }),
    ],
    ['a bug of ours', new TypeError('x is undefined')],
    ['what is no error at all', 'text'],
    ['nothing', undefined],
  ])('%s', (_name, error) => {
    expect(classified(error, 'read file x')).toBeInstanceOf(PermanentError);
  });
});

test('only refusals repeat the words of the service', () => {
  const refused = failing('AccessDenied');
  expect(classified(refused, 'put x').message).toBe('put x: AccessDenied: words of the service');
  expect(classified(failing('NoSuchKey'), 'get x').message).toBe('get x: NoSuchKey');
});

test('an error that is one of ours already stays as it is', async () => {
  const ours = new TransientError('lost');
  await expect(calling('read', () => Promise.reject(ours))).rejects.toBe(ours);
});
