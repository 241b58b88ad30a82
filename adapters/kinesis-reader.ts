import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  type KinesisClient,
  type _Record as KinesisRecord,
} from '@aws-sdk/client-kinesis';
import { TransientError } from '../core/errors.ts';
import { EpochMs } from '../core/ids.ts';
import type { StreamReader } from '../core/ports.ts';
import type { RawRecord } from '../core/stream/segment.ts';
import { compareSequences } from '../core/stream/sequence.ts';
import { calling } from './aws-errors.ts';

/** Pages of one reading; a segment has no more records than one batch, which is a few of them. */
const pagesMax = 200;

/** Reads a shard itself, where the batches of Lambda do not bring all that is needed. */
export const kinesisReader = (client: KinesisClient): StreamReader => ({
  read: async (of) =>
    await calling(`read ${of.shard} of ${of.streamArn}`, async () => {
      const { ShardIterator: first } = await client.send(new GetShardIteratorCommand(startOf(of)));
      const records: RawRecord[] = [];
      let next = first;
      for (let page = 0; next !== undefined; page += 1) {
        if (page === pagesMax) throw new TransientError(`read ${of.shard}: ${of.to} is too far`);
        const reply = await client.send(
          new GetRecordsCommand({ ShardIterator: next, StreamARN: of.streamArn }),
        );
        const found = (reply.Records ?? []).map((record) => rawOf(of.shard, record));
        records.push(...found.filter(({ sequence }) => compareSequences(sequence, of.to) <= 0));
        const isReached = found.some(({ sequence }) => compareSequences(sequence, of.to) >= 0);
        const isEnd = found.length === 0 && reply.MillisBehindLatest === 0;
        if (isReached || isEnd) break;
        next = reply.NextShardIterator;
      }
      return records;
    }),
});

const startOf = ({ streamArn, shard, after }: Parameters<StreamReader['read']>[0]) => {
  const at = { StreamARN: streamArn, ShardId: shard };
  return after === null
    ? ({ ...at, ShardIteratorType: 'TRIM_HORIZON' } as const)
    : ({
        ...at,
        ShardIteratorType: 'AFTER_SEQUENCE_NUMBER',
        StartingSequenceNumber: after,
      } as const);
};

const rawOf = (shard: string, record: KinesisRecord): RawRecord => ({
  shard,
  sequence: record.SequenceNumber ?? '',
  partitionKey: record.PartitionKey ?? '',
  arrivedAt: EpochMs.parse(record.ApproximateArrivalTimestamp?.getTime() ?? 0),
  payload: record.Data ?? new Uint8Array(),
});
