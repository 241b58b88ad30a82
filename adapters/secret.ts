import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PermanentError } from '../core/errors.ts';
import { calling } from './aws-errors.ts';

/** Reads the text of a secret; it is asked for only when a dataset needs it, and never logged. */
export const secretText = (client: SecretsManagerClient, arn: string): Promise<string> =>
  calling(`read the secret ${arn}`, async () => {
    const { SecretString: text } = await client.send(new GetSecretValueCommand({ SecretId: arn }));
    if (text !== undefined && text !== '') return text;
    throw new PermanentError(`the secret ${arn} holds no text; put one in and drop the file again`);
  });
