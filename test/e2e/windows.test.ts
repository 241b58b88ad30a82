import { type KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { beforeAll, describe, expect, test } from 'vitest';
import { kinesisClient } from '../../adapters/clients.ts';
import { unique } from './support/drops.ts';
import { headgateJson } from './support/headgate.ts';
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

const put = async (records: readonly (string | Uint8Array)[], key = 'one'): Promise<void> => {
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
/** A whole minute, half an hour ago: everything here happens behind it. */
const base = Math.floor(Date.now() / MINUTE) * MINUTE - 30 * MINUTE;

type Reading = { readonly sensor: string; readonly at: number; readonly celsius: number };
const printed = ({ sensor, at, celsius }: Reading): string =>
  JSON.stringify({
    ...{ reading_id: unique(), sensor_id: sensor, celsius },
    measured_at: new Date(at).toISOString(),
  });

const rowsOf = async (sql: string): Promise<readonly Record<string, unknown>[]> => {
  const rows = await headgateJson('query', sql);
  return Array.isArray(rows) ? rows : [];
};

/** What counts of the windows of a sensor. */
const windowsOf = (sensor: string) =>
  rowsOf(`SELECT epoch_ms(window_start) AS start, readings::INTEGER AS readings,
    min_celsius AS least, max_celsius AS most, version::INTEGER AS version
    FROM curated.sensor_readings_windows WHERE sensor_id = '${sensor}'
    QUALIFY row_number() OVER (PARTITION BY window_id ORDER BY version DESC) = 1
      AND NOT retracted AND NOT is_gap ORDER BY start`);

describe('windows of one minute', () => {
  const sensor = `w-${unique()}`;
  const at = (seconds: number, celsius: number): Reading => ({
    ...{ sensor, at: base + seconds * 1_000, celsius },
  });

  test('become rows of the results, once the stream has passed them', async () => {
    await put([at(1, 20), at(59.999, 22), at(60, 25), at(5, 18), at(130, 30)].map(printed));
    const rows = await until('two windows', async () => {
      const found = await windowsOf(sensor);
      return found.length >= 2 ? found : undefined;
    });
    expect(rows.map(({ start, readings, least, most }) => [start, readings, least, most])).toEqual([
      [base, 3, 18, 22],
      [base + MINUTE, 1, 25, 25],
    ]);
  });
});
