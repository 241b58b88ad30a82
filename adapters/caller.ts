import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';
import { PermanentError } from '../core/errors.ts';
import { calling } from './aws-errors.ts';

/** The ARN of whoever these credentials belong to; asking needs no right. */
export const stsCaller = (client: STSClient) => async (): Promise<string> => {
  const found = await calling('ask who is calling', () =>
    client.send(new GetCallerIdentityCommand()),
  );
  if (found.Arn !== undefined) return found.Arn;
  throw new PermanentError('STS names no caller');
};
