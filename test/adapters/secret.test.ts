import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { expect, test } from 'vitest';
import { secretText } from '../../adapters/secret.ts';
import { PermanentError } from '../../core/errors.ts';

const arn = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:salt-x';

test('a secret is its text', async () => {
  const mock = mockClient(SecretsManagerClient);
  mock.on(GetSecretValueCommand, { SecretId: arn }).resolves({ SecretString: 'grains' });
  expect(await secretText(new SecretsManagerClient({ region: 'us-east-1' }), arn)).toBe('grains');
});

test('an empty one is told with its ARN and what to do', async () => {
  const mock = mockClient(SecretsManagerClient);
  mock.on(GetSecretValueCommand).resolves({ SecretString: '' });
  const read = secretText(new SecretsManagerClient({ region: 'us-east-1' }), arn);
  await expect(read).rejects.toThrow(PermanentError);
  await expect(read).rejects.toThrow(/salt-x holds no text; put one in/);
});
