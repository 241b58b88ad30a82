import { randomUUID } from 'node:crypto';
import {
  GetTemplateCommand,
  UpdateStackCommand,
  waitUntilStackUpdateComplete,
} from '@aws-sdk/client-cloudformation';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { inject } from 'vitest';
import * as z from 'zod';
import { defaultStackName } from '../../../bin/local/deploy.ts';
import { assumedRoleEnv, makeRole, type Statement } from '../../../bin/local/roles.ts';
import { signedPost } from './signed.ts';
import { physicalId, type Stack } from './stack.ts';

const Document = z.object({
  Statement: z.array(
    z.object({
      Effect: z.enum(['Allow', 'Deny']),
      Action: z.union([z.string(), z.array(z.string())]),
      Resource: z.union([z.string(), z.array(z.string())]),
    }),
  ),
});

const iam = (input: Readonly<Record<string, string>>): Promise<string> =>
  signedPost('iam', new URLSearchParams({ Version: '2010-05-08', ...input }).toString(), {
    'content-type': 'application/x-www-form-urlencoded',
  });

/** The rights that a function's role has in the deployed stack. */
const statementsOf = async (role: string): Promise<readonly Statement[]> => {
  const list = await iam({ Action: 'ListRolePolicies', RoleName: role });
  const names = [...list.matchAll(/<member>([^<]+)<\/member>/g)].flatMap(([, name]) => name ?? []);
  const found = await Promise.all(
    names.map(async (PolicyName) => {
      const reply = await iam({ Action: 'GetRolePolicy', RoleName: role, PolicyName });
      const [, encoded = ''] = /<PolicyDocument>([^<]+)</.exec(reply) ?? [];
      return Document.parse(JSON.parse(decodeURIComponent(encoded))).Statement;
    }),
  );
  return found.flat();
};

/**
 * S3 as a function's role sees it. Only Lambda may take on that role itself, so this is a twin with
 * the same rights.
 */
export const s3As = async (stack: Stack, construct: string): Promise<S3Client> => {
  const { rootEnv } = inject('headgate');
  const role = await physicalId(stack, 'AWS::IAM::Role', `${construct}Role`);
  const statements = await statementsOf(role);
  const twin = await makeRole(rootEnv, `Twin${construct}${randomUUID().slice(0, 8)}`, statements);
  const env = await assumedRoleEnv(rootEnv, twin);
  return new S3Client({
    forcePathStyle: true,
    credentials: {
      accessKeyId: env.AWS_ACCESS_KEY_ID ?? '',
      secretAccessKey: env.AWS_SECRET_ACCESS_KEY ?? '',
      sessionToken: env.AWS_SESSION_TOKEN ?? '',
    },
  });
};

const Actions = z.union([z.string(), z.array(z.string())]);
const Policy = z.looseObject({
  Type: z.literal('AWS::IAM::Policy'),
  Properties: z.looseObject({
    PolicyDocument: z.looseObject({ Statement: z.array(z.looseObject({ Action: Actions })) }),
  }),
});
const Template = z.looseObject({ Resources: z.record(z.string(), z.unknown()) });

/** The template without one right of one role; it must be there to be taken. */
const without = (template: z.infer<typeof Template>, construct: string, right: string): unknown => {
  let taken = 0;
  const Resources = Object.entries(template.Resources).map(([id, resource]) => {
    const policy = Policy.safeParse(resource);
    if (!id.startsWith(`${construct}Role`) || !policy.success) return [id, resource];
    const { PolicyDocument } = policy.data.Properties;
    const Statement = PolicyDocument.Statement.map((statement) => {
      const kept = [statement.Action].flat().filter((action) => action !== right);
      taken += [statement.Action].flat().length - kept.length;
      return { ...statement, Action: kept };
    }).filter(({ Action }) => Action.length > 0);
    const Properties = {
      ...policy.data.Properties,
      PolicyDocument: { ...PolicyDocument, Statement },
    };
    return [id, { ...policy.data, Properties }];
  });
  if (taken === 0) throw new Error(`${construct} does not have ${right}`);
  return { ...template, Resources: Object.fromEntries(Resources) };
};

/** Takes a right out of the deployed template, does the work, and gives it back. */
export const withoutRight = async (
  stack: Stack,
  construct: string,
  right: string,
  work: () => Promise<void>,
): Promise<void> => {
  const reply = await stack.cloudFormation.send(
    new GetTemplateCommand({ StackName: defaultStackName }),
  );
  const template = Template.parse(JSON.parse(reply.TemplateBody ?? ''));
  await update(stack, without(template, construct, right));
  try {
    await work();
  } finally {
    await update(stack, template);
  }
};

/** By way of a bucket, as the template is larger than a request may be. */
const update = async ({ cloudFormation, s3 }: Stack, template: unknown): Promise<void> => {
  const Bucket = `e2e-template-${randomUUID()}`;
  await s3.send(new CreateBucketCommand({ Bucket }));
  const body = JSON.stringify(template);
  await s3.send(new PutObjectCommand({ Bucket, Key: 'template.json', Body: body }));
  await cloudFormation.send(
    new UpdateStackCommand({
      StackName: defaultStackName,
      TemplateURL: `${process.env.AWS_ENDPOINT_URL}/${Bucket}/template.json`,
      Capabilities: ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM'],
    }),
  );
  await waitUntilStackUpdateComplete(
    { client: cloudFormation, maxWaitTime: 60, minDelay: 1, maxDelay: 1 },
    { StackName: defaultStackName },
  );
};
