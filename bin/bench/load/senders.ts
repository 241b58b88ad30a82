import { pushRecords } from '../../../adapters/push-client.ts';
import { DatasetName, EpochMs } from '../../../core/ids.ts';
import { isoTime } from '../../../core/time.ts';
import { UserError } from '../../console/errors.ts';
import type { DeployedStack } from '../../world.ts';

/** Records of one call of the API: as many as senders are told to send at a time. */
const RECORDS_PER_CALL = 100;

/** What one door takes in a run: the dataset, its key, and how so many records are sent. */
export type LoadDoor = {
  readonly name: 'api' | 'stream';
  readonly dataset: DatasetName;
  /** The field that identifies a record; its values are `<tag>-<ms when it was due>-<n>`. */
  readonly id: string;
  readonly send: (dueMs: number, records: number) => Promise<void>;
};

const idsOf = (tag: string, dueMs: number, records: number): readonly string[] =>
  Array.from({ length: records }, (_, at) => `${tag}-${dueMs}-${at}`);

/** Where the calls of the load go. */
export const apiDataset = DatasetName.parse('clickstream');

/** Interactions by the API, several calls at once, each with a key of its own. */
export const apiDoor = (url: string, key: string, tag: string): LoadDoor => {
  const dataset = apiDataset;
  const send = async (dueMs: number, records: number): Promise<void> => {
    const lines = idsOf(tag, dueMs, records).map((event_id, at) =>
      JSON.stringify({
        ...{ event_id, event: 'view', visitor: `${tag}-visitor-${at % 50}`, product_id: 'P-1' },
        occurred_at: isoTime(EpochMs.parse(dueMs)),
      }),
    );
    const calls = Math.ceil(lines.length / RECORDS_PER_CALL);
    await Promise.all(
      Array.from({ length: calls }, async (_, call) => {
        const own = lines.slice(call * RECORDS_PER_CALL, (call + 1) * RECORDS_PER_CALL);
        const pushed = await pushRecords({
          ...{ url, key, dataset, idempotencyKey: `${tag}-${dueMs}-${call}` },
          body: Buffer.from(`${own.join('\n')}\n`),
        });
        if (pushed.kind === 'refused')
          throw new UserError({ what: `The API refused them (${pushed.status}).` });
      }),
    );
  };
  return { name: 'api', dataset, id: 'event_id', send };
};

/** Readings by the stream. */
export const streamDoor = (putRecords: DeployedStack['putRecords'], tag: string): LoadDoor => ({
  ...{ name: 'stream', dataset: DatasetName.parse('sensor_readings'), id: 'reading_id' },
  send: (dueMs, records) =>
    putRecords(
      idsOf(tag, dueMs, records).map((reading_id, at) => ({
        partitionKey: `sensor-${at % 40}`,
        data: JSON.stringify({
          ...{ reading_id, sensor_id: `${tag}-sensor-${at % 40}`, celsius: 20 + (at % 10) / 2 },
          measured_at: isoTime(EpochMs.parse(dueMs)),
        }),
      })),
    ),
});
