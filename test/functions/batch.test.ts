import { expect, test } from 'vitest';
import { TransientError } from '../../core/errors.ts';
import { settleBatch } from '../../functions/batch.ts';
import { sqsRecord } from '../support/events.ts';
import { fakeTelemetry } from '../support/fakes.ts';

test('a record that fails is reported alone, and its error is logged without its cause', async () => {
  const { log, lines } = fakeTelemetry();
  const done: string[] = [];
  const records = ['m1', 'm2', 'm3'].map((id) => sqsRecord(id, id));
  const response = await settleBatch(
    records,
    async ({ messageId }) => {
      if (messageId === 'm2') throw new TransientError('throttled', { cause: new Error('secret') });
      done.push(messageId);
    },
    log,
  );
  expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: 'm2' }] });
  expect(done).toEqual(['m1', 'm3']);
  expect(lines).toMatchObject([{ fields: { messageId: 'm2', detail: 'throttled' } }]);
  expect(JSON.stringify(lines)).not.toContain('secret');
});
