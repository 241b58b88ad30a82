import {
  GetRecordsCommand,
  type GetRecordsCommandOutput,
  GetShardIteratorCommand,
  KinesisClient,
} from '@aws-sdk/client-kinesis';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { kinesisReader } from '../../adapters/kinesis-reader.ts';

const kinesis = mockClient(KinesisClient);
const reader = kinesisReader(new KinesisClient({ region: 'us-east-1' }));
const of = { streamArn: 'Events', shard: 'shardId-000000000000' };

const record = (SequenceNumber: string) => ({
  ...{ SequenceNumber, PartitionKey: `key ${SequenceNumber}`, Data: Buffer.from('{}') },
  ApproximateArrivalTimestamp: new Date(5),
});

type Page = Partial<Pick<GetRecordsCommandOutput, 'NextShardIterator' | 'MillisBehindLatest'>> & {
  readonly sequences: readonly string[];
};
/** The pages of a shard, one behind the other. */
const pages = (all: readonly Page[]): void => {
  kinesis.on(GetShardIteratorCommand).resolves({ ShardIterator: 'at 0' });
  for (const [at, { sequences, ...more }] of all.entries())
    kinesis.on(GetRecordsCommand, { ShardIterator: `at ${at}` }).resolves({
      ...{ Records: sequences.map(record), NextShardIterator: `at ${at + 1}` },
      ...{ MillisBehindLatest: 1_000, ...more },
    });
};
const read = async (to: string, after: string | null = null) =>
  (await reader.read({ ...of, after, to })).map(({ sequence }) => sequence);
const asked = (): number => kinesis.commandCalls(GetRecordsCommand).length;
const start = () => kinesis.commandCalls(GetShardIteratorCommand)[0]?.args[0].input;

beforeEach(() => kinesis.reset());

describe('a reading of a shard', () => {
  test('begins with what Kinesis has kept, where nothing is behind it', async () => {
    pages([{ sequences: ['1'] }]);
    expect(await read('1')).toEqual(['1']);
    expect(start()).toEqual({
      ...{ StreamARN: of.streamArn, ShardId: of.shard, ShardIteratorType: 'TRIM_HORIZON' },
    });
  });

  test('begins behind the record that it is told', async () => {
    pages([{ sequences: ['6', '7'] }]);
    expect(await read('7', '5')).toEqual(['6', '7']);
    expect(start()).toEqual({
      ...{ StreamARN: of.streamArn, ShardId: of.shard, StartingSequenceNumber: '5' },
      ShardIteratorType: 'AFTER_SEQUENCE_NUMBER',
    });
  });

  test('gives records as they are', async () => {
    pages([{ sequences: ['1'] }]);
    const [first] = await reader.read({ ...of, after: null, to: '1' });
    expect({ ...first, payload: Buffer.from(first?.payload ?? '') }).toEqual({
      ...{ shard: of.shard, sequence: '1', partitionKey: 'key 1', arrivedAt: 5 },
      payload: Buffer.from('{}'),
    });
  });

  test('goes over pages, empty ones too, up to the record that it is told', async () => {
    pages([{ sequences: ['8', '9'] }, { sequences: [] }, { sequences: ['10', '11'] }]);
    expect(await read('10')).toEqual(['8', '9', '10']);
    expect(asked()).toBe(3);
  });

  test('ends where a later record shows that the last one is not there', async () => {
    pages([{ sequences: ['8'] }, { sequences: ['12'] }, { sequences: ['13'] }]);
    expect(await read('10')).toEqual(['8']);
    expect(asked()).toBe(2);
  });

  test('ends where nothing more has come', async () => {
    pages([{ sequences: ['8'] }, { sequences: [], MillisBehindLatest: 0 }, { sequences: ['9'] }]);
    expect(await read('10')).toEqual(['8']);
    expect(asked()).toBe(2);
  });

  test('goes on behind the newest page, which may not be the last', async () => {
    pages([{ sequences: ['8'], MillisBehindLatest: 0 }, { sequences: ['9'] }]);
    expect(await read('9')).toEqual(['8', '9']);
  });

  test('ends with its shard', async () => {
    kinesis.on(GetShardIteratorCommand).resolves({ ShardIterator: 'at 0' });
    kinesis.on(GetRecordsCommand).resolves({ Records: [record('8')], MillisBehindLatest: 1 });
    expect(await read('10')).toEqual(['8']);
    expect(asked()).toBe(1);
  });

  test('that never comes to its end is tried another time', async () => {
    kinesis.on(GetShardIteratorCommand).resolves({ ShardIterator: 'at 0' });
    kinesis.on(GetRecordsCommand).resolves({ Records: [record('8')], NextShardIterator: 'at 0' });
    await expect(read('10')).rejects.toMatchObject({ name: 'TransientError' });
    expect(asked()).toBe(200);
  });

  test.each([
    ['ProvisionedThroughputExceededException', 'TransientError'],
    ['LimitExceededException', 'TransientError'],
    ['KMSThrottlingException', 'TransientError'],
    ['AccessDeniedException', 'PermanentError'],
    ['ResourceNotFoundException', 'PermanentError'],
  ])('%s leaves as %s, from either call', async (name, ours) => {
    const failure = Object.assign(new Error(), { name });
    kinesis.on(GetShardIteratorCommand).rejects(failure);
    await expect(read('1')).rejects.toMatchObject({ name: ours });
    kinesis.on(GetShardIteratorCommand).resolves({ ShardIterator: 'at 0' });
    kinesis.on(GetRecordsCommand).rejects(failure);
    await expect(read('1')).rejects.toMatchObject({ name: ours });
  });
});
