import type { EpochMs } from '../ids.ts';

/** Deliveries of webhooks that were taken, by their source and what tells them apart. */
export type Deliveries = {
  isKnown(source: string, nonce: string): Promise<boolean>;
  /** `known`: it was taken before, or at the same time. Forgotten some time after `until`. */
  remember(source: string, nonce: string, until: EpochMs): Promise<'new' | 'known'>;
};

/** The text of the secret of a source; it may be some time old. */
export type SecretOf = (source: string) => Promise<string | undefined>;
