import { deflateSync, inflateSync } from 'node:zlib';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import { DeadLetter } from '../core/dead-letter.ts';
import { type ContentId, type DatasetName, FileId, type RunId } from '../core/ids.ts';
import { FileEntry, RunEntry } from '../core/ledger.ts';
import { placeOf } from '../core/operate/pages.ts';
import { Sender } from '../core/push/sender.ts';
import { bounded, RunSummary } from '../core/quality/summary.ts';
import { type Cursor, Marker } from '../core/reconcile/marker.ts';
import { ShardEntry } from '../core/stream/segment.ts';

/**
 * How the ledger lies in its one table. `status` and `at` are the keys of the index `byStatus`:
 * every file and run by its state, newest first.
 */
export type Item = Record<string, AttributeValue>;

/** Name of the index over `status` and `at`; the table's construct must make it. */
export const statusIndex = 'byStatus';

const keyed = (pk: string, sk: string): Item => ({ pk: { S: pk }, sk: { S: sk } });

/** The partition that holds a dataset's history. */
export const historyKey = (dataset: DatasetName): string => `HISTORY#${dataset}`;

/** Primary keys of everything in the table. */
export const itemKeys = {
  file: (fileId: FileId): Item => keyed(`FILE#${fileId}`, 'FILE'),
  run: (runId: RunId): Item => keyed(`RUN#${runId}`, 'RUN'),
  content: (dataset: DatasetName, contentId: ContentId): Item =>
    keyed(`CONTENT#${dataset}#${contentId}`, 'CONTENT'),
  lock: (dataset: DatasetName): Item => keyed(`LOCK#${dataset}`, 'LOCK'),
  /** Run ids begin with their time, so that the newest sorts last. */
  summary: (dataset: DatasetName, runId: RunId): Item => keyed(historyKey(dataset), runId),
  letter: (messageId: string): Item => keyed(`DEAD#${messageId}`, 'DEAD'),
  cursor: (): Item => keyed('RECONCILE', 'CURSOR'),
  shard: (stream: string, shard: string): Item => keyed(`SHARD#${stream}#${shard}`, 'SHARD'),
  delivery: (source: string, nonce: string): Item =>
    keyed(`DELIVERY#${source}#${nonce}`, 'DELIVERY'),
  sender: (keyHash: string): Item => keyed(`SENDER#${keyHash}`, 'SENDER'),
} as const;

/** The value of `status`: what kind of entry it is, and its state. */
export const fileStatus = (state: FileEntry['state']): string => `FILE#${state}`;
export const runStatus = (state: RunEntry['state']): string => `RUN#${state}`;
export const letterStatus = (state: DeadLetter['state']): string => `DEAD#${state}`;

export const senderStatus = (state: 'ACTIVE' | 'REVOKED'): string => `SENDER#${state}`;

export const fileItem = (entry: FileEntry): Item => ({
  ...marshall({
    ...entry,
    status: fileStatus(entry.state),
    at: placeOf(entry.landedAt, entry.fileId),
  }),
  ...itemKeys.file(entry.fileId),
});

export const runItem = (entry: RunEntry): Item => ({
  ...marshall({
    ...entry,
    status: runStatus(entry.state),
    at: placeOf(entry.createdAt, entry.runId),
  }),
  ...itemKeys.run(entry.runId),
});

/** Items are outside data like any other: another version of the code may have written them. */
export const toFile = (item: Item): FileEntry => FileEntry.parse(unmarshall(item));
export const toRun = (item: Item): RunEntry => RunEntry.parse(unmarshall(item));

const ContentItem = z.object({ owner: FileId, claimedAt: z.number() });

/** The file that publishes a content, and since when: a release claims it anew. */
export const contentClaim = (item: Item) => ContentItem.parse(unmarshall(item));

/** As one text: statistics may be numbers that DynamoDB cannot hold. */
export const summaryItem = (summary: RunSummary): Item => ({
  ...marshall({ summary: JSON.stringify(bounded(summary)) }),
  ...itemKeys.summary(summary.dataset, summary.runId),
});

const SummaryItem = z.object({ summary: z.string() });

export const toSummary = (item: Item): RunSummary =>
  RunSummary.parse(JSON.parse(SummaryItem.parse(unmarshall(item)).summary));

/** The time it was recorded is `recordedAt` here: `at` is the index's key. */
export const letterItem = ({ at, ...letter }: DeadLetter): Item => ({
  ...marshall({
    ...letter,
    recordedAt: at,
    status: letterStatus(letter.state),
    at: placeOf(at, letter.messageId),
  }),
  ...itemKeys.letter(letter.messageId),
});

const LetterItem = z.looseObject({ recordedAt: z.number() });

export const toLetter = (item: Item): DeadLetter => {
  const found = LetterItem.parse(unmarshall(item));
  return DeadLetter.parse({ ...found, at: found.recordedAt });
};

export const cursorItem = ({ marker, turn }: Cursor): Item => ({
  ...marshall({ marker, turn }),
  ...itemKeys.cursor(),
});

const CursorItem = z.object({ marker: Marker, turn: z.number() });

export const toCursor = (item: Item): Cursor => CursorItem.parse(unmarshall(item));

export const senderItem = (sender: Sender): Item => ({
  ...marshall({
    ...sender,
    status: senderStatus(sender.revokedAt === null ? 'ACTIVE' : 'REVOKED'),
    at: placeOf(sender.createdAt, sender.keyId),
  }),
  ...itemKeys.sender(sender.keyHash),
});

export const toSender = (item: Item): Sender => Sender.parse(unmarshall(item));

/** An item has 400 KB at most, and a batch of small aggregated records some 100,000 places. */
const plainSegmentMax = 50_000;

/** The segment as one text: a list of numbers would cost several times as much. */
const segmentText = (segment: ShardEntry['segment']): string | Uint8Array | null => {
  if (segment === null) return null;
  const text = JSON.stringify(segment);
  return text.length > plainSegmentMax ? deflateSync(text) : text;
};

export const shardItem = ({ segment, ...entry }: ShardEntry): Item => ({
  ...marshall({ ...entry, segment: segmentText(segment) }),
  ...itemKeys.shard(entry.stream, entry.shard),
});

const ShardItem = z.looseObject({
  segment: z.union([z.string(), z.instanceof(Uint8Array)]).nullable(),
});

export const toShard = (item: Item): ShardEntry => {
  const { segment, ...entry } = ShardItem.parse(unmarshall(item));
  const text = segment instanceof Uint8Array ? inflateSync(segment).toString('utf8') : segment;
  const decided: unknown = text === null ? null : JSON.parse(text);
  const { stream, shard, checkpoint, turn } = ShardEntry.omit({ segment: true }).parse(entry);
  return ShardEntry.parse({ stream, shard, checkpoint, segment: decided, turn });
};
