import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { EpochMs } from '../../../core/ids.ts';
import { TokenKey } from '../../../core/operate/issuer.ts';
import { operatorRoutes } from '../../../core/operate/routes.ts';
import { authorizeOperator } from '../../../functions/authorize-operator/handler.ts';
import { fakeTelemetry } from '../../support/fakes.ts';

const issuer = 'https://issuer.example/pool';
const audience = 'headgate';
const now = EpochMs.parse(1_795_237_200_000);
const seconds = now / 1000;
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
const weak = generateKeyPairSync('rsa', { modulusLength: 1024 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });

const published = (kid: string, key: KeyObject, more: object = {}): TokenKey =>
  TokenKey.parse({ ...key.export({ format: 'jwk' }), kid, ...more });
const keySet = new Map(
  [
    published('rsa', rsa.publicKey, { alg: 'RS256', use: 'sig' }),
    published('weak', weak.publicKey),
    published('ec', ec.publicKey),
    published('enc', rsa.publicKey, { use: 'enc' }),
    published('ps', rsa.publicKey, { alg: 'PS256' }),
  ].map((key) => [key.kid, key]),
);

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const good = { iss: issuer, aud: audience, exp: seconds + 60, sub: 'ana' };

type Made = {
  readonly header?: object;
  readonly claims?: object;
  readonly key?: KeyObject;
  readonly signature?: (signed: string) => Buffer;
};

const token = ({
  header = {},
  claims = {},
  key = rsa.privateKey,
  signature,
}: Made = {}): string => {
  const signed = `${part({ alg: 'RS256', kid: 'rsa', ...header })}.${part({ ...good, ...claims })}`;
  const encoding = key.asymmetricKeyType === 'ec' ? { dsaEncoding: 'ieee-p1363' as const } : {};
  const made = signature?.(signed) ?? sign('sha256', Buffer.from(signed), { key, ...encoding });
  return `${signed}.${made.toString('base64url')}`;
};

const arn = 'arn:aws:execute-api:eu-central-1:000000000000:abc/v1/POST/runs/r/release';
const telemetry = fakeTelemetry();
const authorize = (authorizationToken: string) =>
  authorizeOperator({
    log: telemetry.log,
    expected: { issuer, audience },
    keys: async (kid) => keySet.get(kid),
    now: () => now,
  })({ authorizationToken, methodArn: arn });

describe('a good token', () => {
  test.each<[string, Made]>([
    ['signed by RSA', {}],
    ['signed by an elliptic curve', { header: { alg: 'ES256', kid: 'ec' }, key: ec.privateKey }],
    ['for several', { claims: { aud: ['others', audience] } }],
    ['that names its client instead', { claims: { aud: undefined, client_id: audience } }],
    ['that has expired as clocks differ', { claims: { exp: seconds - 29 } }],
    ['that begins as clocks differ', { claims: { nbf: seconds + 29 } }],
  ])('%s lets its holder call the routes of operators, and no other', async (_name, made) => {
    const { principalId, policyDocument } = await authorize(`Bearer ${token(made)}`);
    expect(principalId).toBe('token ana');
    const [statement, ...others] = policyDocument.Statement;
    expect(others).toEqual([]);
    expect(statement).toMatchObject({ Effect: 'Allow', Action: 'execute-api:Invoke' });
    const resources: string[] = Reflect.get(statement ?? {}, 'Resource');
    expect(resources).toHaveLength(operatorRoutes.length);
    const api = 'arn:aws:execute-api:eu-central-1:000000000000:abc/v1';
    expect(resources).toContain(`${api}/POST/runs/*/release`);
    expect(resources).toContain(`${api}/GET/runs`);
    expect(resources.filter((one) => /POST.*records|\/\*$|\/v1\/\*/.test(one))).toEqual([
      `${api}/GET/datasets/*`,
      `${api}/GET/runs/*`,
      `${api}/GET/files/*`,
    ]);
  });
});

const { exp: _exp, ...endless } = good;
const unsigned = (): Buffer => Buffer.alloc(0);
/** What someone makes who takes the public key for a shared one. */
const byPublicKey = (signed: string): Buffer =>
  createHmac('sha256', rsa.publicKey.export({ type: 'spki', format: 'pem' }))
    .update(signed)
    .digest();

describe('a token is refused that', () => {
  test.each<[string, Made, string]>([
    ['has expired', { claims: { exp: seconds - 30 } }, 'expired'],
    ['is not valid yet', { claims: { nbf: seconds + 31 } }, 'not yet valid'],
    ['is of another issuer', { claims: { iss: `${issuer}/` } }, 'issuer'],
    ['is for others', { claims: { aud: 'others' } }, 'audience'],
    ['is for nobody', { claims: { aud: undefined } }, 'audience'],
    [
      'is for others, whose client is ours',
      { claims: { aud: 'x', client_id: audience } },
      'audience',
    ],
    ['has no end', { claims: { exp: undefined } }, 'claims'],
    ['has an end in words', { claims: { exp: String(seconds + 60) } }, 'claims'],
    ['is of nobody', { claims: { sub: undefined } }, 'claims'],
    ['is of someone with a line end', { claims: { sub: 'ana\nroot' } }, 'claims'],
    ['has no signature and says so', { header: { alg: 'none' }, signature: unsigned }, 'header'],
    ['has no signature', { signature: unsigned }, 'signature'],
    ['is signed by the public key', { header: { alg: 'HS256' }, signature: byPublicKey }, 'header'],
    ['says RSA of that', { signature: byPublicKey }, 'signature'],
    ['is signed by another key', { key: other.privateKey }, 'signature'],
    ['names no key', { header: { kid: undefined } }, 'header'],
    ['names a key nobody has', { header: { kid: 'x' } }, 'unknown key'],
    ['names a key of another kind', { header: { kid: 'ec' } }, 'key of another kind'],
    ['names a key that encrypts', { header: { kid: 'enc' } }, 'key of another kind'],
    ['names a key of another algorithm', { header: { kid: 'ps' } }, 'key of another kind'],
    ['is signed by a weak key', { header: { kid: 'weak' }, key: weak.privateKey }, 'signature'],
    ['brings its own key', { header: { kid: 'x', jwk: { kty: 'oct' } } }, 'unknown key'],
    ['asks for more than is known', { header: { crit: ['b64'], b64: false } }, 'header'],
  ])('%s', async (_name, made, why) => {
    telemetry.lines.length = 0;
    await expect(authorize(`Bearer ${token(made)}`)).rejects.toThrow(/^Unauthorized$/);
    expect(telemetry.lines.map(({ fields }) => fields)).toEqual([{ why }]);
  });

  test('was changed after it was signed', async () => {
    const [head, , signature] = token().split('.');
    const changed = `${head}.${part({ ...good, sub: 'root' })}.${signature}`;
    await expect(authorize(`Bearer ${changed}`)).rejects.toThrow(/^Unauthorized$/);
  });

  test.each([
    ['is none', 'Bearer x'],
    ['is empty', 'Bearer '],
    ['is missing', ''],
    ['has another scheme', `Basic ${'a'.repeat(9)}`],
    ['has a fourth part', `Bearer ${part({})}.${part({})}.a.b`],
    ['has claims that are no object', `Bearer ${part({ alg: 'RS256', kid: 'rsa' })}.${part(1)}.a`],
    ['is very long', `Bearer ${'a'.repeat(9_000)}.b.c`],
    ['is no JSON', 'Bearer a.b.c'],
  ])('%s', async (_name, text) => {
    await expect(authorize(text)).rejects.toThrow(/^Unauthorized$/);
  });

  test('has no end, however it is written', async () => {
    const signed = `${part({ alg: 'RS256', kid: 'rsa' })}.${part(endless)}`;
    const made = sign('sha256', Buffer.from(signed), rsa.privateKey).toString('base64url');
    await expect(authorize(`Bearer ${signed}.${made}`)).rejects.toThrow(/^Unauthorized$/);
  });
});

describe('what is written down of a refused token', () => {
  beforeAll(() => void telemetry.lines.splice(0));
  test('holds nothing of it', async () => {
    await authorize(`Bearer ${token({ claims: { aud: 'others' } })}`).catch(() => undefined);
    expect(JSON.stringify(telemetry.lines)).not.toMatch(/ana|eyJ|others/);
  });
});
