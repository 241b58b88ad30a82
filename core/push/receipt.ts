import * as z from 'zod';
import { sha256 } from '../hash.ts';
import { DatasetName } from '../ids.ts';
import { joined } from '../stream/bytes.ts';
import type { Outcome } from './sift.ts';

const Reason = z.object({ code: z.string(), field: z.string().nullable() });

/**
 * What a sender is told of a call, and keeps. The first receipt of a call stands: whoever repeats
 * the call gets the same one, also after the contract has changed.
 */
export const Receipt = z.object({
  receipt: z.string().regex(/^[0-9a-f]{32}$/),
  dataset: DatasetName,
  /** ISO 8601, UTC. */
  received_at: z.string(),
  /** Of the contract that the records were judged by. */
  contract_version: z.string(),
  /** SHA-256 of the media type and the unpacked body: tells a repeat from another call. */
  body_sha256: z.string().regex(/^[0-9a-f]{64}$/),
  records: z.number().int().positive(),
  accepted: z.number().int().nonnegative(),
  rejected: z.number().int().nonnegative(),
  /** In the order of the body. */
  outcomes: z.array(
    z.discriminatedUnion('outcome', [
      z.object({ index: z.number().int(), outcome: z.literal('accepted') }),
      z.object({
        index: z.number().int(),
        outcome: z.literal('rejected'),
        reasons: z.array(Reason),
      }),
    ]),
  ),
  /** Keys in the landing bucket; null where there is no such record. */
  landed: z.object({ accepted: z.string().nullable(), rejected: z.string().nullable() }),
});
export type Receipt = z.infer<typeof Receipt>;

/** Identity of a call: who sent it, to which dataset, under which key. */
export const receiptId = (sender: string, dataset: DatasetName, key: string): string =>
  sha256([sender, dataset, key].join('\0')).slice(0, 32);

/** Identity of what was sent; the same bytes as lines and as one document are other records. */
export const bodyId = (mediaType: string, body: Uint8Array): string =>
  sha256(`${mediaType}\0${sha256(body)}`);

/** The lines of one kind of outcome as the object that they land as; null without any. */
export const linesOf = (
  lines: readonly Uint8Array[],
  outcomes: readonly Pick<Outcome, 'index' | 'outcome'>[],
  wanted: Outcome['outcome'],
): Uint8Array | null => {
  const own = outcomes.flatMap(({ index, outcome }) =>
    outcome === wanted ? (lines[index] ?? []) : [],
  );
  return own.length === 0 ? null : joined(own.flatMap((line) => [line, lineFeed]));
};

const lineFeed = new Uint8Array([0x0a]);
