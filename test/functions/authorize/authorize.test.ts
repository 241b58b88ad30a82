import { describe, expect, test } from 'vitest';
import { DatasetName, EpochMs } from '../../../core/ids.ts';
import { keyHashOf } from '../../../core/push/sender.ts';
import { authorize } from '../../../functions/authorize/handler.ts';
import { memorySenders } from '../../support/memory-senders.ts';

const stage = 'arn:aws:execute-api:eu-central-1:000000000000:abc123/v1';
const methodArn = `${stage}/POST/datasets/orders/records`;

const asked = async (headers: Record<string, string>) => {
  const { senders } = memorySenders();
  const logged: string[] = [];
  const say = (message: string, fields: object) =>
    void logged.push(message + JSON.stringify(fields));
  const named = { name: 'shop', keyId: 'id1', createdAt: EpochMs.parse(0) };
  const datasets = [DatasetName.parse('orders'), DatasetName.parse('reviews')];
  await senders.addSender({ ...named, keyHash: keyHashOf('good'), datasets, revokedAt: null });
  await senders.addSender({
    ...{ ...named, keyHash: keyHashOf('old'), keyId: 'id2', datasets },
    revokedAt: EpochMs.parse(1),
  });
  const decide = authorize({ log: { info: say, warn: say, error: say }, senders });
  return { logged, answer: decide({ headers, methodArn }) };
};

describe('a key of the API', () => {
  test('lets its holder send to its datasets, and to no other', async () => {
    const { answer } = await asked({ 'X-Api-Key': 'good' });
    expect(await answer).toEqual({
      principalId: 'key id1',
      policyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Action: 'execute-api:Invoke',
            Resource: ['orders', 'reviews'].flatMap((dataset) => [
              `${stage}/POST/datasets/${dataset}/*`,
              `${stage}/DELETE/datasets/${dataset}/uploads/*`,
            ]),
          },
        ],
      },
    });
  });

  test.each([
    ['that nobody knows', { 'x-api-key': 'bad-canary' }],
    ['that was revoked', { 'x-api-key': 'old' }],
    ['that is not there', {}],
  ])('%s is 401 for API Gateway, and stands in no log', async (_name, headers) => {
    const { answer, logged } = await asked(headers);
    // API Gateway compares the whole message.
    await expect(answer).rejects.toThrow(/^Unauthorized$/);
    expect(logged.join()).not.toMatch(/canary|old/);
  });
});
