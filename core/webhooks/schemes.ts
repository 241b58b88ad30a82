import { EpochMs } from '../ids.ts';
import { limits } from '../limits.ts';
import type { Claim, SchemeOf, Schemes } from './claim.ts';

const encoder = new TextEncoder();
const asText = (secret: string): Uint8Array => encoder.encode(secret);

const hexDigest = /^[0-9a-f]{64}$/i;
const base64Digest = /^[A-Za-z0-9+/]{43}=$/;
/** Ids of deliveries are kept, and are nothing but ids. */
const nonceRule = /^[!-~]{1,200}$/;
const secondsRule = /^[0-9]{1,12}$/;

const fromHex = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../g) ?? [], (two) => Number.parseInt(two, 16));
const fromBase64 = (text: string): Uint8Array =>
  Uint8Array.from(atob(text), (char) => char.charCodeAt(0));

const secondsOf = (text: string | undefined): EpochMs | undefined =>
  text !== undefined && secondsRule.test(text) ? EpochMs.parse(Number(text) * 1000) : undefined;

/** A claim only where there are signatures, and no more than are compared. */
const claimed = (claim: Claim): Claim | undefined =>
  claim.signatures.length > 0 && claim.signatures.length <= limits.webhookSignaturesMax
    ? claim
    : undefined;

/** https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries */
const github: SchemeOf = {
  secret: asText,
  read: (header) => {
    const nonce = header('x-github-delivery');
    const [, hex = ''] = /^sha256=(.*)$/s.exec(header('x-hub-signature-256') ?? '') ?? [];
    if (nonce === undefined || !nonceRule.test(nonce) || !hexDigest.test(hex)) return undefined;
    return claimed({ at: null, nonce, prefix: '', signatures: [fromHex(hex)] });
  },
};

/** https://docs.stripe.com/webhooks/signature */
const stripe: SchemeOf = {
  secret: asText,
  read: (header) => {
    const parts = (header('stripe-signature') ?? '').split(',').map((part) => part.trim());
    const valuesOf = (name: string): readonly string[] =>
      parts.flatMap((part) => (part.startsWith(`${name}=`) ? [part.slice(name.length + 1)] : []));
    const [time, ...others] = valuesOf('t');
    const at = secondsOf(time);
    if (at === undefined || others.length > 0) return undefined;
    const signatures = valuesOf('v1').filter((hex) => hexDigest.test(hex));
    return claimed({ at, nonce: null, prefix: `${time}.`, signatures: signatures.map(fromHex) });
  },
};

/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
const standard: SchemeOf = {
  secret: (text) => {
    const [, coded] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text) ?? [];
    return coded === undefined ? asText(text) : fromBase64(coded);
  },
  read: (header) => {
    const nonce = header('webhook-id');
    const time = header('webhook-timestamp');
    const at = secondsOf(time);
    if (nonce === undefined || !nonceRule.test(nonce) || at === undefined) return undefined;
    const signatures = (header('webhook-signature') ?? '')
      .split(' ')
      .flatMap((one) => (one.startsWith('v1,') ? [one.slice('v1,'.length)] : []))
      .filter((coded) => base64Digest.test(coded));
    const prefix = `${nonce}.${time}.`;
    return claimed({ at, nonce, prefix, signatures: signatures.map(fromBase64) });
  },
};

/** How each kind of sender signs. */
export const schemeOf: Schemes = { github, stripe, standard };
