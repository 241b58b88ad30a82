import type { KinesisStreamEvent, KinesisStreamRecord } from 'aws-lambda';

/** One in so many readings is hotter than a sensor can say. */
const BAD_EVERY = 50;
const SENSORS = 40;
const FIRST_AT = Date.UTC(2026, 2, 4, 5);
const STEP_MS = 37;
/** As long as those of Kinesis, and in the order of the records. */
const FIRST_SEQUENCE = 49_570n * 10n ** 51n;

export const streamArn = 'arn:aws:kinesis:eu-central-1:123456789012:stream/events';
export const shardId = 'shardId-000000000000';

const isBad = (at: number): boolean => at % BAD_EVERY === BAD_EVERY - 1;

/** How many of the first so many readings the contract rejects. */
export const badOf = (readings: number): number => Math.floor(readings / BAD_EVERY);

const readingAt = (at: number): string =>
  JSON.stringify({
    reading_id: `reading-${at}-of-the-bench`,
    sensor_id: `sensor-${at % SENSORS}`,
    celsius: isBad(at) ? 4_000 : 20 + (at % 100) / 8,
    measured_at: new Date(FIRST_AT + at * STEP_MS).toISOString(),
  });

const recordAt = (at: number): KinesisStreamRecord => {
  const sequenceNumber = String(FIRST_SEQUENCE + BigInt(at));
  return {
    eventID: `${shardId}:${sequenceNumber}`,
    eventName: 'aws:kinesis:record',
    eventSource: 'aws:kinesis',
    eventSourceARN: streamArn,
    eventVersion: '1.0',
    awsRegion: 'eu-central-1',
    invokeIdentityArn: 'arn:aws:iam::123456789012:role/bench',
    kinesis: {
      approximateArrivalTimestamp: (FIRST_AT + at) / 1000,
      data: Buffer.from(readingAt(at)).toString('base64'),
      kinesisSchemaVersion: '1.0',
      partitionKey: `sensor-${at % SENSORS}`,
      sequenceNumber,
    },
  };
};

/** A batch of one shard as Lambda is given it: readings of sensors, `from` on. */
export const readingBatch = (from: number, readings: number): KinesisStreamEvent => ({
  Records: Array.from({ length: readings }, (_, at) => recordAt(from + at)),
});
