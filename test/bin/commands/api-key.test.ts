import { describe, expect, test } from 'vitest';
import { createKey, listKeys, revokeKey } from '../../../bin/commands/api-key.ts';
import { runProgram } from '../../../bin/headgate.ts';
import { PermanentError, TransientError } from '../../../core/errors.ts';
import { DatasetName } from '../../../core/ids.ts';
import { keyHashOf } from '../../../core/push/sender.ts';
import { fakeStack, heardOutput } from '../fake-stack.ts';

const [orders, reviews] = ['orders', 'reviews'].map((name) => DatasetName.parse(name));
const both = [orders, reviews].flatMap((name) => name ?? []);
const at = Date.UTC(2026, 10, 21, 5);
const clock = () => at;

/** The command line without any AWS: what it says before it would open the stack. */
const run = async (...args: string[]) => {
  const { out, stdout, stderr } = heardOutput();
  // Nothing listens there, so that a command that goes on fails with other words.
  const env = { HEADGATE_TARGET: 'aws', AWS_ENDPOINT_URL: 'http://127.0.0.1:9' };
  const code = await runProgram({ out, env, clock }, ['api-key', ...args]);
  return { code, text: stdout.join(''), said: stderr.join('') };
};

describe('api-key create', () => {
  test.each([
    ['of no letters', ''],
    ['that begins with a dot', '.shop'],
    ['with a blank', 'the shop'],
    ['with a line end', 'shop\n'],
    ['with a letter beyond ASCII', 'café'],
    ['of 65 characters', 'x'.repeat(65)],
  ])('refuses a name %s', async (_name, name) => {
    const { code, said } = await run('create', name, '--dataset', 'orders');
    expect(code).toBe(2);
    expect(said).toContain(`The name is '${name}'.\nIt may have letters, digits`);
  });

  test('refuses a dataset that is not there, and lists those that are', async () => {
    const { code, said } = await run('create', 'x'.repeat(64), '--dataset', 'nix');
    expect(code).toBe(2);
    expect(said).toMatch(/no dataset 'nix'[\s\S]*orders/);
  });

  test('refuses a dataset that windows fill', async () => {
    const { code, said } = await run('create', 's', '--dataset', 'clickstream_windows');
    expect(code).toBe(2);
    expect(said).toMatch(/are what the windows over clickstream come to/);
  });

  test('asks for a dataset', async () => {
    const { code, said } = await run('create', 'shop');
    expect(code).toBe(2);
    expect(said).toContain('--dataset');
  });

  test('tells the key, which the ledger knows by its hash alone', async () => {
    const { stack } = fakeStack();
    const made = await createKey(stack, 'shop', both, clock);
    expect(made).toEqual({
      ...{ keyId: 'id-shop', name: 'shop', datasets: ['orders', 'reviews'] },
      key: 'secret of shop',
    });
    const known = await stack.senders.senders(10);
    expect(known).toEqual([
      {
        ...{ keyId: 'id-shop', name: 'shop', datasets: ['orders', 'reviews'] },
        ...{ keyHash: keyHashOf('secret of shop'), createdAt: at, revokedAt: null },
      },
    ]);
    expect(JSON.stringify(known)).not.toContain('secret');
  });

  test('refuses a second key of a name, and makes none', async () => {
    const { stack } = fakeStack();
    const made: string[] = [];
    const apiKeys = {
      ...stack.apiKeys,
      create: (name: string) => {
        made.push(name);
        return stack.apiKeys.create(name);
      },
    };
    await createKey({ ...stack, apiKeys }, 'shop', both, clock);
    await expect(createKey({ ...stack, apiKeys }, 'shop', both, clock)).rejects.toMatchObject({
      exitCode: 1,
      message: expect.stringMatching(/a key of shop already[\s\S]*api-key revoke shop/),
    });
    expect(made).toEqual(['shop']);
  });

  test('lets nobody in whose key could not be made', async () => {
    const { stack } = fakeStack();
    const create = () => Promise.reject(new PermanentError('no more keys'));
    const world = { ...stack, apiKeys: { ...stack.apiKeys, create } };
    await expect(createKey(world, 'shop', both, clock)).rejects.toThrow('no more keys');
    expect(await stack.senders.senders(10)).toEqual([]);
  });
});

describe('api-key list', () => {
  test('tells who may send to what, and neither key nor hash', async () => {
    const { stack } = fakeStack();
    await createKey(stack, 'shop', both, clock);
    await createKey(stack, 'lab', both.slice(0, 1), () => at + 1);
    const listed = await listKeys(stack);
    expect(listed).toEqual([
      { keyId: 'id-lab', name: 'lab', datasets: ['orders'], createdAt: at + 1 },
      { keyId: 'id-shop', name: 'shop', datasets: ['orders', 'reviews'], createdAt: at },
    ]);
    expect(JSON.stringify(listed)).not.toMatch(/secret|[0-9a-f]{64}/);
  });

  test('leaves out what was revoked', async () => {
    const { stack } = fakeStack();
    await createKey(stack, 'shop', both, clock);
    await revokeKey(stack, 'shop', clock);
    expect(await listKeys(stack)).toEqual([]);
  });
});

describe('api-key revoke', () => {
  test('takes the rights, then the key; a second time there is none', async () => {
    const { stack } = fakeStack();
    await createKey(stack, 'shop', both, clock);
    const removed: string[] = [];
    const remove = async (id: string) => {
      removed.push(id);
      await stack.apiKeys.remove(id);
    };
    const apiKeys = { ...stack.apiKeys, remove };
    expect((await revokeKey({ ...stack, apiKeys }, 'shop', () => at + 5)).keyId).toBe('id-shop');
    expect(removed).toEqual(['id-shop']);
    const sender = await stack.senders.sender(keyHashOf('secret of shop'));
    expect(sender?.revokedAt).toBe(at + 5);
    await expect(revokeKey(stack, 'shop', clock)).rejects.toMatchObject({
      exitCode: 1,
      message: expect.stringMatching(/no key of shop[\s\S]*api-key list/),
    });
  });

  test('has taken the rights where API Gateway keeps the key', async () => {
    const { stack } = fakeStack();
    await createKey(stack, 'shop', both, clock);
    const remove = () => Promise.reject(new TransientError('later'));
    const world = { ...stack, apiKeys: { ...stack.apiKeys, remove } };
    await expect(revokeKey(world, 'shop', clock)).rejects.toThrow('later');
    expect((await stack.senders.sender(keyHashOf('secret of shop')))?.revokedAt).toBe(at);
  });

  test('frees the name for a new key', async () => {
    const { stack } = fakeStack();
    await createKey(stack, 'shop', both, clock);
    await revokeKey(stack, 'shop', clock);
    const apiKeys = {
      ...stack.apiKeys,
      create: async () => ({ keyId: 'id-2', value: 'another' }),
    };
    expect((await createKey({ ...stack, apiKeys }, 'shop', both, clock)).keyId).toBe('id-2');
    expect((await stack.senders.sender(keyHashOf('secret of shop')))?.revokedAt).toBe(at);
  });
});

describe('a key whose making died half way', () => {
  /** API Gateway has it, and the ledger does not. */
  const half = async () => {
    const { stack } = fakeStack();
    const addSender = () => Promise.reject(new TransientError('later'));
    const world = { ...stack, senders: { ...stack.senders, addSender } };
    await expect(createKey(world, 'shop', both, clock)).rejects.toThrow('later');
    return stack;
  };

  test('is listed as one of no dataset', async () => {
    const stack = await half();
    await createKey(stack, 'lab', both, clock);
    expect((await listKeys(stack)).map(({ name, datasets }) => [name, datasets])).toEqual([
      ['lab', ['orders', 'reviews']],
      ['shop', []],
    ]);
  });

  test('is revoked as any other', async () => {
    const stack = await half();
    expect((await revokeKey(stack, 'shop', clock)).keyId).toBe('id-shop');
    expect(await stack.apiKeys.list(10)).toEqual([]);
    expect(await listKeys(stack)).toEqual([]);
  });

  test('gives way to the next one of its name', async () => {
    const stack = await half();
    const removed: string[] = [];
    const remove = async (id: string) => {
      removed.push(id);
      await stack.apiKeys.remove(id);
    };
    await createKey({ ...stack, apiKeys: { ...stack.apiKeys, remove } }, 'shop', both, clock);
    expect(removed).toEqual(['id-shop']);
    expect(await listKeys(stack)).toMatchObject([{ name: 'shop', datasets: both }]);
  });
});
