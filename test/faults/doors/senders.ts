import { setTimeout as wait } from 'node:timers/promises';
import { type KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import * as z from 'zod';
import { Receipt } from '../../../core/push/receipt.ts';
import { unique } from '../../e2e/support/drops.ts';
import { headgateJson } from '../../e2e/support/headgate.ts';
import type { Call, Sent } from './workload.ts';

/** A record where the stream has it. */
export type Put = Sent & { readonly shard: string; readonly sequence: string };

/** Puts records as any producer does; what was not taken is put again. */
export const putAll = async (
  kinesis: KinesisClient,
  StreamName: string | undefined,
  records: readonly Sent[],
): Promise<readonly Put[]> => {
  const put: Put[] = [];
  for (let left = [...records]; left.length > 0; ) {
    const batch = left;
    const { Records: results = [] } = await kinesis.send(
      new PutRecordsCommand({
        StreamName,
        Records: batch.map(({ data }, at) => ({
          PartitionKey: `${unique()}-${at}`,
          Data: Buffer.from(data),
        })),
      }),
    );
    left = [];
    for (const [at, sent] of batch.entries()) {
      const { ShardId: shard, SequenceNumber: sequence } = results[at] ?? {};
      if (shard === undefined || sequence === undefined) left.push(sent);
      else put.push({ ...sent, shard, sequence });
    }
  }
  return put;
};

const Key = z.object({ key: z.string(), url: z.string() });
export type Key = z.infer<typeof Key>;

/** A key for the API, made as an operator makes it. */
export const makeKey = async (): Promise<Key> =>
  Key.parse(
    await headgateJson('api-key', 'create', `faults-${unique()}`, '--dataset', 'clickstream'),
  );

/** Pauses between the tries of a call; the last one goes on. */
const pausesMs = [50, 100, 200, 400, 800, 1_600];
const triesMax = 60;

/** One answer, or undefined when none came. */
const post = async ({ key, url }: Key, call: Call): Promise<Receipt | undefined> => {
  try {
    const answer = await fetch(`${url}/datasets/clickstream/records`, {
      method: 'POST',
      headers: {
        ...{ 'x-api-key': key, 'Content-Type': 'application/x-ndjson' },
        'Idempotency-Key': call.key,
      },
      body: call.records.map(({ data }) => data).join('\n'),
    });
    const text = await answer.text();
    if (answer.status === 202) return Receipt.parse(JSON.parse(text));
    if (answer.status === 429 || answer.status >= 500) return undefined;
    throw new Error(`the API answers ${answer.status}: ${text}`);
  } catch (error) {
    // The SDK of no sender: a connection that broke is no answer.
    if (error instanceof TypeError) return undefined;
    throw error;
  }
};

/** Sends a call until it is taken, by the retry rule of docs/api.md. */
const sendUntilTaken = async (key: Key, call: Call): Promise<Receipt> => {
  for (let turn = 0; turn < triesMax; turn += 1) {
    const receipt = await post(key, call);
    if (receipt !== undefined) return receipt;
    await wait(pausesMs[turn] ?? pausesMs.at(-1));
  }
  throw new Error(`the call ${call.key} was sent ${triesMax} times in vain`);
};

/** All receipts that the senders of a call get. */
export const sendAll = (key: Key, call: Call): Promise<readonly Receipt[]> =>
  Promise.all(Array.from({ length: call.senders }, () => sendUntilTaken(key, call)));
