import { createHmac } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import { EpochMs } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import type { Scheme } from '../../core/webhooks/webhook.ts';

const compared = vi.hoisted(() => ({ calls: 0 }));
vi.mock('node:crypto', async (original) => {
  const real = await original<typeof import('node:crypto')>();
  const timingSafeEqual: typeof real.timingSafeEqual = (a, b) => {
    compared.calls += 1;
    return real.timingSafeEqual(a, b);
  };
  return { ...real, timingSafeEqual };
});

// Test files of a worker share their modules: this one needs its own, over the counting one.
vi.resetModules();
const { secretsIn, verify } = await import('../../core/webhooks/verify.ts');

const now = EpochMs.parse(Date.UTC(2026, 10, 21, 5));
const body = Buffer.from('{"id":"evt_1","n":1}');
const own = 'whsec_c2VjcmV0IG9mIHRoZSBzaG9w';
const other = 'whsec_c2VjcmV0IG9mIGFub3RoZXI=';

type Headers = Readonly<Record<string, string>>;
type Signing = {
  readonly secret?: string;
  readonly atMs?: number;
  readonly body?: Buffer;
  readonly id?: string;
};

const keyOf = (scheme: Scheme, secret: string) =>
  scheme === 'standard' ? Buffer.from(secret.replace('whsec_', ''), 'base64') : secret;
const mac = (scheme: Scheme, secret: string, text: Uint8Array | string, coding: 'hex' | 'base64') =>
  createHmac('sha256', keyOf(scheme, secret)).update(text).digest(coding);

/** The headers of a delivery as the senders make them, each by its own documentation. */
const sign = (scheme: Scheme, of: Signing = {}): Headers => {
  const { secret = own, atMs = now, body: signed = body, id = 'd-1' } = of;
  const time = String(Math.floor(atMs / 1000));
  const text = (prefix: string) => Buffer.concat([Buffer.from(prefix), signed]);
  switch (scheme) {
    case 'github':
      return {
        'x-github-delivery': id,
        'x-hub-signature-256': `sha256=${mac(scheme, secret, signed, 'hex')}`,
      };
    case 'stripe':
      return { 'stripe-signature': `t=${time},v1=${mac(scheme, secret, text(`${time}.`), 'hex')}` };
    case 'standard': {
      const signature = mac(scheme, secret, text(`${id}.${time}.`), 'base64');
      return {
        ...{ 'webhook-id': id, 'webhook-timestamp': time },
        'webhook-signature': `v1,${signature}`,
      };
    }
  }
};

const verified = (scheme: Scheme, headers: Headers, bytes: Buffer = body, secrets = [own]) =>
  verify(scheme, { header: (name) => headers[name], body: bytes, secrets, now });

const schemes = ['github', 'stripe', 'standard'] as const;
const timed = ['stripe', 'standard'] as const;

describe.each(schemes)('a webhook signed as %s does', (scheme) => {
  test('is taken when its source has signed these bytes', () => {
    compared.calls = 0;
    expect(verified(scheme, sign(scheme)).kind).toBe('verified');
    expect(compared.calls).toBe(1);
  });

  test('is taken with any of several secrets, and each is compared in constant time', () => {
    compared.calls = 0;
    const answers = [
      [own, other],
      [other, own],
    ].map((secrets) => verified(scheme, sign(scheme), body, secrets).kind);
    expect(answers).toEqual(['verified', 'verified']);
    expect(compared.calls).toBe(4);
  });

  const signed = sign(scheme);
  const changed = (change: (value: string, name: string) => string): Headers =>
    Object.fromEntries(Object.entries(signed).map(([name, value]) => [name, change(value, name)]));
  const oneByte = Buffer.from(body);
  oneByte[oneByte.length - 2] = 0x32;

  test.each<[string, Headers, Buffer, string]>([
    ['no header', {}, body, 'malformed'],
    ['empty headers', changed(() => ''), body, 'malformed'],
    [
      'a text for a signature',
      changed((value) => value.replace(/[^=,]{20,}=?$/, 'nonsense')),
      body,
      'malformed',
    ],
    [
      'half a signature',
      changed((value) => (value.length > 40 ? value.slice(0, -10) : value)),
      body,
      'malformed',
    ],
    ['another source’s secret', sign(scheme, { secret: other }), body, 'signature'],
    ['a body changed by one byte', signed, oneByte, 'signature'],
    ['a blank behind the body', signed, Buffer.concat([body, Buffer.from(' ')]), 'signature'],
    ['an empty body', signed, Buffer.alloc(0), 'signature'],
    ['the same JSON, written otherwise', signed, Buffer.from('{"id": "evt_1","n":1}'), 'signature'],
  ])('is refused with %s', (_name, headers, bytes, why) => {
    expect(verified(scheme, headers, bytes)).toEqual({ kind: 'refused', why });
  });

  test('is refused while its source has no secret', () => {
    expect(verified(scheme, signed, body, [])).toEqual({ kind: 'refused', why: 'no-secret' });
  });

  test('signs bytes, also those that are no text', () => {
    const bytes = Buffer.from([0xff, 0xfe, 0x00, 0x80]);
    expect(verified(scheme, sign(scheme, { body: bytes }), bytes).kind).toBe('verified');
  });
});

describe.each(timed)('the time of a webhook of %s', (scheme) => {
  const window = limits.webhookWindowMs;
  test.each([
    ['at the start of the window', -window, 'verified'],
    ['at its end', window, 'verified'],
    ['a second before it', -window - 1000, 'refused'],
    ['a second behind it, in the future', window + 1000, 'refused'],
    ['years ago', -1e11, 'refused'],
  ])('%s', (_name, offset, kind) => {
    const told = verified(scheme, sign(scheme, { atMs: now + offset }));
    expect(told).toMatchObject(kind === 'verified' ? { kind } : { kind, why: 'stale' });
  });

  test.each(['', '1e3', '-5', ' 1', '0x10', '1.5', '9'.repeat(13)])(
    'is refused where it is %j',
    (time) => {
      const headers = Object.fromEntries(
        Object.entries(sign(scheme)).map(([name, value]) => [
          name,
          name === 'webhook-timestamp' ? time : value.replace(/^t=\d+/, `t=${time}`),
        ]),
      );
      expect(verified(scheme, headers)).toEqual({ kind: 'refused', why: 'malformed' });
    },
  );

  test('is signed: another one breaks the signature', () => {
    const later = String(Math.floor(now / 1000) + 1);
    const headers = Object.fromEntries(
      Object.entries(sign(scheme)).map(([name, value]) => [
        name,
        name === 'webhook-timestamp' ? later : value.replace(/^t=\d+/, `t=${later}`),
      ]),
    );
    expect(verified(scheme, headers)).toEqual({ kind: 'refused', why: 'signature' });
  });
});

describe('signatures', () => {
  test('in upper-case hex are the same digests', () => {
    const { 'x-github-delivery': id = '', 'x-hub-signature-256': one = '' } = sign('github');
    const upper = {
      'x-github-delivery': id,
      'x-hub-signature-256': `sha256=${one.slice(7).toUpperCase()}`,
    };
    expect(verified('github', upper).kind).toBe('verified');
  });

  test.each<[string, Scheme, (good: string, bad: string) => Headers, boolean]>([
    [
      'of Stripe, the second right',
      'stripe',
      (good, bad) => ({ 'stripe-signature': `${bad},${good.replace(/^t=\d+,/, '')}` }),
      true,
    ],
    [
      'of Stripe, in another scheme',
      'stripe',
      (good) => ({ 'stripe-signature': good.replace('v1=', 'v0=') }),
      false,
    ],
    [
      'of Stripe, with two times',
      'stripe',
      (good) => ({ 'stripe-signature': `t=1,${good}` }),
      false,
    ],
  ])('several %s', (_name, scheme, headersOf, isRight) => {
    const of = (signing: Signing) => sign(scheme, signing)['stripe-signature'] ?? '';
    const headers = headersOf(of({}), of({ secret: other }));
    expect(verified(scheme, headers).kind).toBe(isRight ? 'verified' : 'refused');
  });

  test('of the standard stand side by side, and one right one is enough', () => {
    const good = sign('standard');
    const [right, wrong] = [good, sign('standard', { secret: other })].map(
      (one) => one['webhook-signature'] ?? '',
    );
    const both = { ...good, 'webhook-signature': `${wrong} v1a,x ${right}` };
    expect(verified('standard', both).kind).toBe('verified');
    const many = { ...good, 'webhook-signature': Array(11).fill(right).join(' ') };
    expect(verified('standard', many)).toEqual({ kind: 'refused', why: 'malformed' });
  });

  test('of the standard name the delivery: another id breaks them', () => {
    const headers = { ...sign('standard'), 'webhook-id': 'd-2' };
    expect(verified('standard', headers)).toEqual({ kind: 'refused', why: 'signature' });
  });
});

describe('what tells deliveries apart', () => {
  const nonceOf = (scheme: Scheme, signing: Signing) => {
    const told = verified(scheme, sign(scheme, signing), signing.body ?? body);
    return told.kind === 'verified' ? told.nonce : told.why;
  };

  test('is the id of the delivery where there is one', () => {
    expect(nonceOf('github', { id: 'd-9' })).toBe('d-9');
    expect(nonceOf('standard', { id: 'd-9' })).toBe('d-9');
  });

  test('is the id of the event where only the body has one, signed again or not', () => {
    const nonces = [now, now - 60_000].map((atMs) => nonceOf('stripe', { atMs }));
    expect(new Set(nonces).size).toBe(1);
    expect(nonceOf('stripe', { body: Buffer.from('{"n":1,"id":"evt_2"}') })).not.toBe(nonces[0]);
  });

  test.each(['[1]', '{"id":1}', '{}', 'no json'])('is the body where %s has no id', (text) => {
    expect(nonceOf('stripe', { body: Buffer.from(text) })).toMatch(/^body [0-9a-f]{64}$/);
  });

  test.each(['', ' ', 'ü', 'a b', 'x'.repeat(201), 'a\nb'])('is never %j', (id) => {
    expect(verified('github', sign('github', { id }))).toMatchObject({ why: 'malformed' });
  });
});

test('secrets are one a line, five at most', () => {
  expect(secretsIn('new\n old \r\n\n')).toEqual(['new', 'old']);
  expect(secretsIn('\n')).toEqual([]);
  expect(secretsIn('1\n2\n3\n4\n5\n6')).toHaveLength(5);
});
