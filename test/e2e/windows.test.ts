import { type KinesisClient, ListShardsCommand, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import { beforeAll, describe, expect, test } from 'vitest';
import { kinesisClient } from '../../adapters/clients.ts';
import { unique } from './support/drops.ts';
import { headgateJson } from './support/headgate.ts';
import { signedPost } from './support/signed.ts';
import { openStack, type Stack } from './support/stack.ts';
import { until } from './support/until.ts';

let stack: Stack;
let kinesis: KinesisClient;
let StreamName: string;

beforeAll(async () => {
  stack = await openStack();
  kinesis = kinesisClient();
  StreamName = stack.outputs.StreamName ?? 'the stack has no stream';
});

/** Puts records of one partition key in their order; what was throttled is put again. */
const put = async (records: readonly (string | Uint8Array)[], key: string): Promise<void> => {
  for (let left = [...records]; left.length > 0; ) {
    const batch = left.slice(0, 500);
    const { Records: results = [] } = await kinesis.send(
      new PutRecordsCommand({
        StreamName,
        Records: batch.map((data) => ({ PartitionKey: key, Data: Buffer.from(data) })),
      }),
    );
    const failed = batch.filter((_, at) => results[at]?.ErrorCode !== undefined);
    left = [...failed, ...left.slice(500)];
  }
};

const MINUTE = 60_000;
const YEAR = 365 * 24 * 60 * MINUTE;
/** A whole minute, a while ago: what is told of here has happened, and what closes it as well. */
const base = Math.floor(Date.now() / MINUTE) * MINUTE - 60 * MINUTE;
const closing = base + 10 * MINUTE;
/** Later than all of that: two sensors may share a shard, and with it its watermark. */
const later = base + 20 * MINUTE;

type Reading = { readonly sensor: string; readonly at: number; readonly celsius: number };
const printed = ({ sensor, at, celsius }: Reading): string =>
  JSON.stringify({
    ...{ reading_id: unique(), sensor_id: sensor, celsius },
    measured_at: new Date(at).toISOString(),
  });

type Found = Readonly<Record<string, unknown>>;
const rowsOf = async (sql: string): Promise<readonly Found[]> => {
  const rows = await headgateJson('query', sql).catch(() => []);
  return Array.isArray(rows) ? rows : [];
};

/** What counts of the windows of a sensor, the placeholders apart. */
const windowsOf = (sensor: string) =>
  rowsOf(`SELECT epoch_ms(window_start) AS start, readings::INTEGER AS readings,
    min_celsius AS least, max_celsius AS most, version::INTEGER AS version
    FROM curated.sensor_readings_windows WHERE sensor_id = '${sensor}' AND NOT is_gap
    QUALIFY row_number() OVER (PARTITION BY window_id ORDER BY version DESC) = 1
      AND NOT retracted ORDER BY start`);

/** The same of all events at once. */
const minutesOf = (readings: readonly Reading[]) => {
  const byMinute = Map.groupBy(readings, ({ at }) => Math.floor(at / MINUTE) * MINUTE);
  return [...byMinute]
    .sort(([a], [b]) => a - b)
    .map(([start, own]) => {
      const celsius = own.map((reading) => reading.celsius);
      return [start, own.length, Math.min(...celsius), Math.max(...celsius)];
    });
};

const plain = (rows: readonly Found[]) =>
  rows.map(({ start, readings, least, most }) => [start, readings, least, most]);

/**
 * A reading into each shard that is open. The stream has come as far as the last of its shards:
 * what another test has sent into one would hold all windows open until it counts as idle.
 */
const moveAll = async (to: number): Promise<void> => {
  const { Shards = [] } = await kinesis.send(new ListShardsCommand({ StreamName }));
  const open = Shards.filter(
    (each) => each.SequenceNumberRange?.EndingSequenceNumber === undefined,
  );
  const reading: Reading = { sensor: `pace-${unique()}`, at: to, celsius: 20 };
  for (const { HashKeyRange } of open)
    await kinesis.send(
      new PutRecordsCommand({
        StreamName,
        Records: [
          {
            PartitionKey: reading.sensor,
            ExplicitHashKey: HashKeyRange?.StartingHashKey,
            Data: Buffer.from(printed(reading)),
          },
        ],
      }),
    );
};

/** A shard that has ended counts until it is idle; then a schedule looks, once a minute. */
const settleMs = 150_000;

/** Until the windows of a sensor are these, those apart that only close the others. */
const settled = (
  sensor: string,
  readings: readonly Reading[],
  before = closing,
): Promise<readonly Found[]> => {
  const wanted = JSON.stringify(minutesOf(readings));
  const probe = async (): Promise<readonly Found[] | undefined> => {
    const found = (await windowsOf(sensor)).filter(({ start }) => Number(start) < before);
    return JSON.stringify(plain(found)) === wanted ? found : undefined;
  };
  return until(`the windows of ${sensor}`, probe, { timeoutMs: settleMs });
};

const lateOf = (sensor: string) =>
  rowsOf(`SELECT kind, epoch_ms(event_time) AS happened, event_id FROM curated.sensor_readings_late
    WHERE sensor_id = '${sensor}' ORDER BY kind, happened`);

describe('windows of one minute', () => {
  const sensor = `w-${unique()}`;
  const at = (seconds: number, celsius: number): Reading => ({
    ...{ sensor, at: base + seconds * 1_000, celsius },
  });
  /** Out of order within what is allowed, on the edges, and often. */
  const history = Array.from({ length: 200 }, (_, index) =>
    at(((index * 37) % 240) + (index % 7 === 0 ? 0 : 0.5), 15 + ((index * 13) % 50) / 2),
  );
  /** It closes what lies before it, and is the only one of its minute. */
  const last = at(600, 20);

  beforeAll(async () => {
    const poison = [new Uint8Array([0xff, 0xfe]), 'no json', '{"reading_id": 1}', ''].filter(
      (each) => each.length > 0,
    );
    const records: (string | Uint8Array)[] = history.map(printed);
    records.splice(20, 0, ...poison);
    await put([...records, printed(last)], sensor);
    await moveAll(last.at);
  });

  test('come to what all events at once come to', async () => {
    const rows = await settled(sensor, history);
    expect(plain(rows)).toEqual(minutesOf(history));
  });

  test('tell of events that came late, which are in them all the same', async () => {
    const rows = await until('late rows', async () => {
      const found = await lateOf(sensor);
      return found.length > 0 ? found : undefined;
    });
    const kinds = new Set(rows.map(({ kind }) => kind));
    expect([...kinds]).toEqual(['late']);
    expect(new Set(rows.map(({ event_id }) => event_id)).size).toBe(rows.length);
  });

  test('are restated when a late event comes, as the next version', async () => {
    await settled(sensor, history);
    const late = at(30, 99);
    await put([printed(late)], sensor);
    const rows = await settled(sensor, [...history, late]);
    expect(rows[0]).toMatchObject({ most: 99 });
    expect(Number(rows[0]?.version)).toBeGreaterThan(1);
    const told = await until('the event as one that is too late', async () => {
      const found = (await lateOf(sensor)).filter(({ kind }) => kind === 'too_late');
      return found.length > 0 ? found : undefined;
    });
    expect(told.map((row) => row.happened)).toEqual([base + 30_000]);
  });
});

test('A15 an event years ahead, or years behind, is told apart and moves nothing', async () => {
  const sensor = `far-${unique()}`;
  const at = (ms: number): Reading => ({ sensor, at: ms, celsius: 20 });
  const [now, ahead, behind] = [later + 1_000, Date.now() + 10 * YEAR, base - YEAR];
  await put([at(now), at(ahead), at(behind), at(later + 2_000)].map(printed), sensor);
  await put([at(later + 11 * MINUTE)].map(printed), sensor);
  await moveAll(later + 11 * MINUTE);
  const rows = await until('the events apart', async () => {
    const found = await lateOf(sensor);
    return found.length >= 2 ? found : undefined;
  });
  expect(rows.map(({ kind, happened }) => [kind, happened])).toEqual([
    ['future', ahead],
    ['too_late', behind],
  ]);
  // Had the watermark moved with the first, the events of now were late, and its window closed.
  const own = [at(behind), at(now), at(later + 2_000)];
  const windows = await settled(sensor, own, later + 10 * MINUTE);
  expect(windows).toHaveLength(2);
});

/** Hears what the topic tells, as any subscriber does; the text of the messages so far. */
const subscribed = async (): Promise<() => Promise<readonly string[]>> => {
  const { sqs, outputs } = stack;
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: unique() }));
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
  );
  const arn = Attributes?.QueueArn ?? '';
  const statement = {
    ...{ Effect: 'Allow', Principal: { Service: 'sns.amazonaws.com' } },
    ...{ Action: 'sqs:SendMessage', Resource: arn },
  };
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
  const body = new URLSearchParams({
    ...{ Action: 'Subscribe', Version: '2010-03-31', Protocol: 'sqs' },
    ...{ TopicArn: outputs.AlertTopicArn ?? '', Endpoint: arn },
  }).toString();
  const type = { 'content-type': 'application/x-www-form-urlencoded' };
  await signedPost('sns', body, type);
  const heard: string[] = [];
  return async () => {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
    );
    heard.push(...Messages.flatMap(({ Body }) => Body ?? []));
    return heard;
  };
};

test('an alert is heard by who subscribed to the topic, soon after its event', async () => {
  const hear = await subscribed();
  const sensor = `hot-${unique()}`;
  const from = performance.now();
  await put([printed({ sensor, at: Date.now(), celsius: 80.5 })], sensor);
  const message = await until('the alert', async () =>
    (await hear()).find((each) => each.includes(sensor)),
  );
  process.stdout.write(`alert heard ${Math.round(performance.now() - from)} ms after the put\n`);
  const text: unknown = JSON.parse(message);
  const event: unknown = JSON.parse(String(Reflect.get(Object(text), 'Message') ?? message));
  expect(event).toMatchObject({
    'detail-type': 'Window Alert',
    detail: { dataset: 'sensor_readings', rule: 'minutes', alert: 'hot' },
  });
  expect(event).toMatchObject({ detail: { group: { sensor_id: sensor } } });
  expect(JSON.stringify(event)).not.toContain('80.5');
});
