const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const digits = new TextEncoder().encode(ALPHABET);
const NONE = 255;
const values = new Uint8Array(256).fill(NONE);
for (let value = 0; value < digits.length; value++) values[digits[value] ?? 0] = value;
const PAD = 0x3d;
const decoder = new TextDecoder();

/** Bytes as base64 of RFC 4648, padded. */
export const toBase64 = (bytes: Uint8Array): string => {
  const out = new Uint8Array(Math.ceil(bytes.length / 3) * 4).fill(PAD);
  let to = 0;
  for (let at = 0; at < bytes.length; at += 3) {
    const left = Math.min(3, bytes.length - at);
    const bits = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    for (let digit = 0; digit <= left; digit++) {
      out[to + digit] = digits[(bits >> (18 - 6 * digit)) & 63] ?? PAD;
    }
    to += 4;
  }
  return decoder.decode(out);
};

/** The bytes of such a text; undefined when it is none, or not the only one of its bytes. */
export const fromBase64 = (text: string): Uint8Array | undefined => {
  if (text.length % 4 !== 0) return undefined;
  const pads = text.endsWith('==') ? 2 : Number(text.endsWith('='));
  const count = text.length - pads;
  const out = new Uint8Array((text.length / 4) * 3 - pads);
  let bits = 0;
  let to = 0;
  for (let at = 0; at < count; at++) {
    const value = values[text.charCodeAt(at)] ?? NONE;
    if (value === NONE) return undefined;
    bits = ((bits << 6) | value) & 0xffffff;
    if (at % 4 === 0) continue;
    out[to++] = (bits >> (6 - 2 * (at % 4))) & 255;
  }
  // The bits that padding leaves over are zero, so that equal bytes are equal texts.
  return (bits & ((1 << (2 * pads)) - 1)) === 0 ? out : undefined;
};
