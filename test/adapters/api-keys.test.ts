import {
  APIGatewayClient,
  CreateApiKeyCommand,
  CreateUsagePlanKeyCommand,
  DeleteApiKeyCommand,
  GetApiKeysCommand,
} from '@aws-sdk/client-api-gateway';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { apiGatewayKeys } from '../../adapters/api-keys.ts';

const gateway = mockClient(APIGatewayClient);
const keys = apiGatewayKeys(new APIGatewayClient({ region: 'us-east-1' }), 'plan');

const failure = (name: string) => Object.assign(new Error('secret value'), { name });

beforeEach(() => gateway.reset());

describe('a new key', () => {
  test('is made enabled, and bound to the plan that limits it', async () => {
    gateway.on(CreateApiKeyCommand).resolves({ id: 'k1', value: 'secret' });
    gateway.on(CreateUsagePlanKeyCommand).resolves({});
    expect(await keys.create('shop')).toEqual({ keyId: 'k1', value: 'secret' });
    expect(gateway.commandCalls(CreateApiKeyCommand).map(({ args }) => args[0].input)).toEqual([
      { name: 'shop', enabled: true, description: expect.stringContaining('plan plan') },
    ]);
    const [plan, ...others] = gateway.commandCalls(CreateUsagePlanKeyCommand);
    expect(others).toEqual([]);
    expect(plan?.args[0].input).toEqual({ usagePlanId: 'plan', keyId: 'k1', keyType: 'API_KEY' });
  });

  test.each([
    ['no value', { id: 'k1' }],
    ['no id', { value: 'secret' }],
  ])('that is told with %s is an error', async (_name, reply) => {
    gateway.on(CreateApiKeyCommand).resolves(reply);
    await expect(keys.create('shop')).rejects.toMatchObject({ name: 'PermanentError' });
    expect(gateway.commandCalls(CreateUsagePlanKeyCommand)).toEqual([]);
  });

  test.each([
    ['TooManyRequestsException', 'TransientError'],
    ['LimitExceededException', 'TransientError'],
    ['UnauthorizedException', 'PermanentError'],
  ])('%s leaves as %s, from either call, without what was sent', async (name, ours) => {
    gateway.on(CreateApiKeyCommand).rejects(failure(name));
    const expected = { name: ours, message: `create the key shop: ${name}` };
    await expect(keys.create('shop')).rejects.toMatchObject(expected);
    gateway.on(CreateApiKeyCommand).resolves({ id: 'k1', value: 'secret' });
    gateway.on(CreateUsagePlanKeyCommand).rejects(failure(name));
    await expect(keys.create('shop')).rejects.toMatchObject(expected);
  });
});

describe('a key', () => {
  test('is removed by its id', async () => {
    gateway.on(DeleteApiKeyCommand).resolves({});
    await keys.remove('k1');
    const [call] = gateway.commandCalls(DeleteApiKeyCommand);
    expect(call?.args[0].input).toEqual({ apiKey: 'k1' });
  });

  test('that is gone is removed', async () => {
    gateway.on(DeleteApiKeyCommand).rejects(failure('NotFoundException'));
    await expect(keys.remove('k1')).resolves.toBeUndefined();
  });

  test.each([
    ['TooManyRequestsException', 'TransientError'],
    ['UnauthorizedException', 'PermanentError'],
  ])('%s on its removal leaves as %s', async (name, ours) => {
    gateway.on(DeleteApiKeyCommand).rejects(failure(name));
    await expect(keys.remove('k1')).rejects.toMatchObject({ name: ours });
  });
});

test('the keys of this stack are told from others by what they say of themselves', async () => {
  gateway.on(CreateApiKeyCommand).resolves({ id: 'k1', value: 'secret' });
  gateway.on(CreateUsagePlanKeyCommand).resolves({});
  await keys.create('shop');
  const { description } = gateway.commandCalls(CreateApiKeyCommand)[0]?.args[0].input ?? {};
  gateway
    .on(GetApiKeysCommand)
    .resolves({ items: [{ id: 'k1', name: 'shop', description }], position: 'more' })
    .on(GetApiKeysCommand, { position: 'more' })
    .resolves({
      items: [
        { id: 'k9', name: 'shop' },
        { id: 'k2', name: 'lab', description },
      ],
    });
  expect((await keys.list(10)).map(({ keyId, name }) => [keyId, name])).toEqual([
    ['k1', 'shop'],
    ['k2', 'lab'],
  ]);
  expect(await keys.list(1)).toHaveLength(1);
});
