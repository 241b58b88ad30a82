import { type KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { TransientError } from '../core/errors.ts';
import { calling } from './aws-errors.ts';

/** A record on its way into a stream. */
export type StreamPut = { readonly partitionKey: string; readonly data: string };

/** Puts records; those that Kinesis throttled are put again, a few times. */
export type PutRecords = (records: readonly StreamPut[]) => Promise<void>;

const recordsPerPut = 500;
const triesMax = 10;

export const kinesisProducer =
  (
    client: KinesisClient,
    streamName: string,
    sleep: (ms: number) => Promise<unknown>,
  ): PutRecords =>
  async (records) => {
    let left = [...records];
    for (let turn = 0; left.length > 0; turn += 1) {
      if (turn * recordsPerPut > records.length + triesMax * recordsPerPut)
        throw new TransientError(`${left.length} records were not taken by ${streamName}`);
      const batch = left.slice(0, recordsPerPut);
      const failed = await putSome(client, streamName, batch);
      left = [...failed, ...left.slice(recordsPerPut)];
      if (failed.length > 0) await sleep(200);
    }
  };

const putSome = (
  client: KinesisClient,
  StreamName: string,
  batch: readonly StreamPut[],
): Promise<readonly StreamPut[]> =>
  calling(`put ${batch.length} records`, async () => {
    const Records = batch.map(({ partitionKey, data }) => ({
      PartitionKey: partitionKey,
      Data: Buffer.from(data),
    }));
    const { Records: results = [] } = await client.send(
      new PutRecordsCommand({ StreamName, Records }),
    );
    return batch.filter((_, at) => results[at]?.ErrorCode !== undefined);
  });
