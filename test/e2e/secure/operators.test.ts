import { beforeAll, expect, inject, test } from 'vitest';
import type { AwsEnv } from '../../../bin/local/local-aws.ts';
import { assumedRoleEnv, makeRole, type Statement } from '../../../bin/local/roles.ts';
import { callOperators } from '../support/operator.ts';
import { openStack, type Stack } from '../support/stack.ts';

const run = 'orders-20200101T000000Z-0123456789';

let stack: Stack;
let reader: AwsEnv;
let stranger: AwsEnv;

/** A role with these rights, and no other. */
const roleWith = async (name: string, statements: readonly Statement[]): Promise<AwsEnv> => {
  const { rootEnv } = inject('headgate');
  return await assumedRoleEnv(rootEnv, await makeRole(rootEnv, name, statements));
};

beforeAll(async () => {
  stack = await openStack();
  const api = `arn:aws:execute-api:*:*:${stack.outputs.ApiId}/v1`;
  reader = await roleWith('OperatorReader', [
    {
      ...{ Effect: 'Allow', Action: 'execute-api:Invoke' },
      Resource: [`${api}/GET/runs`, `${api}/GET/runs/${run}`, `${api}/GET/runs/*/rejects`],
    },
  ]);
  const Resource = `arn:aws:s3:::${stack.outputs.CleanBucket}`;
  stranger = await roleWith('OperatorStranger', [
    { Effect: 'Allow', Action: 's3:ListBucket', Resource },
  ]);
});

test.each([
  'GET /runs',
  'GET /datasets',
  `POST /runs/${run}/release`,
  `GET /runs/${run}/rejects/raw`,
])('a role without the right is refused %s', async (call) => {
  expect((await callOperators(stack, call, { signer: stranger })).status).toBe(403);
});

test('a role with some rights may do that, and no more', async () => {
  const status = async (call: string) =>
    (await callOperators(stack, call, { signer: reader })).status;
  expect(await status('GET /runs')).toBe(200);
  // There is no such run: the call came through.
  expect(await status(`GET /runs/${run}`)).toBe(404);
  expect(await status(`GET /runs/${run}/rejects`)).toBe(404);
  expect(await status(`GET /runs/${run}/rejects/raw`)).toBe(403);
  expect(await status(`POST /runs/${run}/release`)).toBe(403);
  expect(await status('GET /datasets/orders')).toBe(403);
});

test('a signature by a wrong secret is refused', async () => {
  const forged = { ...reader, AWS_SECRET_ACCESS_KEY: 'a'.repeat(40) };
  const reply = await callOperators(stack, 'GET /runs', { signer: forged });
  expect(reply.status).toBe(403);
});
