import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { issuerKeys } from '../../adapters/issuer-keys.ts';
import { fakeClock } from '../support/fakes.ts';

const issuer = 'https://issuer.example/pool';
const wellKnown = `${issuer}/.well-known/openid-configuration`;
const jwksUri = 'https://keys.example/jwks.json';
const jwk = (kid: string) => ({
  ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }),
  kid,
});

/** An issuer with keys that change, which counts how often it is asked for them. */
const fakeIssuer = () => {
  const asked: string[] = [];
  const state = {
    document: { issuer, jwks_uri: jwksUri } as object,
    keys: [jwk('a')] as unknown,
    status: 200,
    asked,
  };
  const { now, advance } = fakeClock();
  const fetch = async (url: string, init: RequestInit): Promise<Response> => {
    asked.push(url);
    expect(init.redirect).toBe('error');
    expect(init.signal).toBeInstanceOf(AbortSignal);
    const body = url === wellKnown ? state.document : { keys: state.keys };
    return new Response(JSON.stringify(body), { status: state.status });
  };
  const find = issuerKeys(issuer, { now, fetch });
  return { state, advance, find, asked };
};
const minute = 60_000;

describe('the keys of an issuer', () => {
  test('are found where its document says, and kept', async () => {
    const { find, asked } = fakeIssuer();
    expect((await find('a'))?.kid).toBe('a');
    expect((await find('a'))?.kid).toBe('a');
    expect(asked).toEqual([wellKnown, jwksUri]);
  });

  test('are asked for again for a name that is not there, once a minute at most', async () => {
    const { find, asked, state, advance } = fakeIssuer();
    await find('a');
    state.keys = [jwk('a'), jwk('b')];
    for (let again = 0; again < 50; again += 1) expect(await find(`x${again}`)).toBeUndefined();
    expect(asked).toHaveLength(2);
    advance(minute);
    expect((await find('b'))?.kid).toBe('b');
    expect(asked).toHaveLength(4);
    for (let again = 0; again < 50; again += 1) await find(`x${again}`);
    expect(asked).toHaveLength(4);
  });

  test('are asked for again after ten minutes, and one that is gone is not taken', async () => {
    const { find, state, advance } = fakeIssuer();
    await find('a');
    state.keys = [jwk('b')];
    advance(10 * minute - 1);
    expect(await find('a')).toBeDefined();
    advance(1);
    expect(await find('a')).toBeUndefined();
  });

  test('are used for an hour when the issuer does not answer, and no longer', async () => {
    const { find, state, advance } = fakeIssuer();
    await find('a');
    state.status = 500;
    advance(59 * minute);
    expect(await find('a')).toBeDefined();
    advance(minute);
    await expect(find('a')).rejects.toMatchObject({ name: 'TransientError' });
    state.status = 200;
    await expect(find('a')).rejects.toMatchObject({ name: 'TransientError' });
    advance(5_000);
    expect(await find('a')).toBeDefined();
  });

  test('of kinds that are not taken are passed over', async () => {
    const { find, state } = fakeIssuer();
    state.keys = [{ kty: 'oct', k: 'c2VjcmV0', kid: 'shared' }, null, 7, jwk('a')];
    expect(await find('shared')).toBeUndefined();
    expect(await find('a')).toBeDefined();
  });
});

describe('an issuer is not believed whose', () => {
  test.each<[string, object]>([
    ['document names another', { issuer: 'https://other.example', jwks_uri: jwksUri }],
    ['keys lie in the open', { issuer, jwks_uri: 'http://keys.example/jwks.json' }],
    ['document names no keys', { issuer }],
  ])('%s', async (_name, document) => {
    const { find, state, asked } = fakeIssuer();
    state.document = document;
    await expect(find('a')).rejects.toMatchObject({ name: 'PermanentError' });
    expect(asked).toEqual([wellKnown]);
  });

  test('keys are none', async () => {
    const { find, state } = fakeIssuer();
    state.keys = 'many';
    await expect(find('a')).rejects.toMatchObject({ name: 'PermanentError' });
  });

  test('answer has no end', async () => {
    const { find, state } = fakeIssuer();
    state.document = { issuer, jwks_uri: jwksUri, more: 'x'.repeat(300_000) };
    await expect(find('a')).rejects.toMatchObject({ name: 'TransientError' });
  });
});
