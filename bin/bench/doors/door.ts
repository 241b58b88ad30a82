import type { Store } from '../../../core/ports.ts';
import type { Telemetry } from '../../../functions/telemetry.ts';
import { UserError } from '../../console/errors.ts';

/** How many records came through, and how many did not. */
export type Told = { readonly accepted: number; readonly rejected: number };

/** The same records for both, made before the clock starts. */
export type Turn = {
  readonly ours: () => unknown;
  readonly peer: () => unknown;
  /** What of them Headgate wrote, and what the peer told; asked when the clock has stopped. */
  readonly taken: () => Told;
  readonly checked: () => Told;
  readonly planted: Told;
};

/** A function of Headgate and a peer that does less, for the same records. */
export type Door = { readonly records: number; readonly turn: (at: number) => Turn };

export const silent: Telemetry = {
  log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  count: () => undefined,
};

const LF = 0x0a;
const linesOf = (bytes: Uint8Array): number =>
  bytes.reduce((lines, byte) => (byte === LF ? lines + 1 : lines), 0);

/** A store that keeps what is written until it is asked, so that only the work is measured. */
export const keepingStore = () => {
  const landed: [string, Uint8Array][] = [];
  const store: Pick<Store, 'get' | 'putOnce'> = {
    get: () => Promise.reject(new UserError({ what: 'nothing was written before' })),
    putOnce: async (uri, bytes) => {
      if (uri.startsWith('s3://landing/')) landed.push([uri, Buffer.from(bytes)]);
      return 'written';
    },
  };
  const told = (): Told => {
    const lines = { accepted: 0, rejected: 0 };
    for (const [uri, bytes] of landed)
      lines[uri.endsWith('-rejected.jsonl') ? 'rejected' : 'accepted'] += linesOf(bytes);
    return lines;
  };
  return { store, told };
};
