import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, test } from 'vitest';
import { stackOutputs } from '../../adapters/stack-outputs.ts';
import { PermanentError } from '../../core/errors.ts';

const cloudFormation = mockClient(CloudFormationClient);
const client = new CloudFormationClient({ region: 'us-east-1' });

beforeEach(() => {
  cloudFormation.reset();
});

const failsWith = (name: string, message: string): void => {
  const error = Object.assign(new Error(message), { name });
  cloudFormation.on(DescribeStacksCommand).rejects(error);
};

test('outputs are told by their keys', async () => {
  const outputs = [{ OutputKey: 'LandingBucket', OutputValue: 'landing' }, { OutputKey: 'Empty' }];
  const stack = {
    StackName: 'S',
    CreationTime: new Date(0),
    StackStatus: 'CREATE_COMPLETE',
  } as const;
  cloudFormation
    .on(DescribeStacksCommand, { StackName: 'S' })
    .resolves({ Stacks: [{ ...stack, Outputs: outputs }] });
  expect(await stackOutputs(client, 'S')).toEqual({ LandingBucket: 'landing' });
});

test('a stack that is not there is undefined, not an error', async () => {
  failsWith('ValidationError', 'Stack with id S does not exist');
  expect(await stackOutputs(client, 'S')).toBeUndefined();
});

test('a missing right is told as permanent', async () => {
  failsWith('AccessDenied', 'not authorized to perform cloudformation:DescribeStacks');
  await expect(stackOutputs(client, 'S')).rejects.toBeInstanceOf(PermanentError);
});
