import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStacksCommand,
  waitUntilStackCreateComplete,
} from '@aws-sdk/client-cloudformation';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import * as z from 'zod';
import type { AwsEnv } from './local-aws.ts';

/** One statement of an IAM policy. */
export type Statement = {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
};

/** What a client needs; the environment names are the SDK's own. */
const clientOptions = (env: AwsEnv) => {
  const parsed = z
    .object({
      AWS_ENDPOINT_URL: z.url(),
      AWS_REGION: z.string(),
      AWS_ACCESS_KEY_ID: z.string(),
      AWS_SECRET_ACCESS_KEY: z.string(),
      AWS_SESSION_TOKEN: z.string().optional(),
    })
    .parse(env);
  return {
    endpoint: parsed.AWS_ENDPOINT_URL,
    region: parsed.AWS_REGION,
    credentials: {
      accessKeyId: parsed.AWS_ACCESS_KEY_ID,
      secretAccessKey: parsed.AWS_SECRET_ACCESS_KEY,
      ...(parsed.AWS_SESSION_TOKEN ? { sessionToken: parsed.AWS_SESSION_TOKEN } : {}),
    },
  };
};

const roleTemplate = (statements: readonly Statement[]) => ({
  Resources: {
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: {
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }],
        },
        Policies: [
          {
            PolicyName: 'only',
            PolicyDocument: { Version: '2012-10-17', Statement: statements },
          },
        ],
      },
    },
  },
  Outputs: { RoleArn: { Value: { 'Fn::GetAtt': ['Role', 'Arn'] } } },
});

/** Rights come with a role and end with the local AWS: for trials of what a caller may do. */
export const makeRole = async (
  env: AwsEnv,
  stackName: string,
  statements: readonly Statement[],
): Promise<string> => {
  const client = new CloudFormationClient(clientOptions(env));
  try {
    await client.send(
      new CreateStackCommand({
        StackName: stackName,
        TemplateBody: JSON.stringify(roleTemplate(statements)),
        Capabilities: ['CAPABILITY_IAM'],
      }),
    );
    await waitUntilStackCreateComplete(
      { client, maxWaitTime: 30, minDelay: 1, maxDelay: 1 },
      { StackName: stackName },
    );
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: stackName }));
    const outputs = Stacks?.[0]?.Outputs ?? [];
    return z.string().parse(outputs.find((output) => output.OutputKey === 'RoleArn')?.OutputValue);
  } finally {
    client.destroy();
  }
};

/** The same AWS seen with a role's eyes: root keys pass every policy and would prove nothing. */
export const assumedRoleEnv = async (env: AwsEnv, roleArn: string): Promise<AwsEnv> => {
  const client = new STSClient(clientOptions(env));
  try {
    const { Credentials } = await client.send(
      new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: 'headgate-driver' }),
    );
    const credentials = z
      .object({ AccessKeyId: z.string(), SecretAccessKey: z.string(), SessionToken: z.string() })
      .parse(Credentials);
    return {
      ...env,
      AWS_ACCESS_KEY_ID: credentials.AccessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.SecretAccessKey,
      AWS_SESSION_TOKEN: credentials.SessionToken,
    };
  } finally {
    client.destroy();
  }
};
