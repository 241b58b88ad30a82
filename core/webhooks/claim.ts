import type { EpochMs } from '../ids.ts';
import type { Scheme } from './webhook.ts';

/** A header by its name in small letters. */
export type Header = (name: string) => string | undefined;

/** What a delivery says of itself in its headers; nothing of it is proven yet. */
export type Claim = {
  /** When it was signed; null where nothing signs a time. */
  readonly at: EpochMs | null;
  /** Tells the delivery from others; null where only the body does. */
  readonly nonce: string | null;
  /** What stands before the body in what is signed. */
  readonly prefix: string;
  /** Any of them may be right: a sender that changes its secret signs with both. */
  readonly signatures: readonly Uint8Array[];
};

/** How one kind of sender signs. */
export type SchemeOf = {
  /** Undefined: a header is missing or not well formed. */
  readonly read: (header: Header) => Claim | undefined;
  /** The bytes of a secret, as it is written down. */
  readonly secret: (text: string) => Uint8Array;
};

export type Schemes = Readonly<Record<Scheme, SchemeOf>>;
