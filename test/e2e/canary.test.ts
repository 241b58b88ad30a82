import { type KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import { beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { kinesisClient } from '../../adapters/clients.ts';
import { fileIdOf } from '../../core/landing/file-id.ts';
import type { FileEntry } from '../../core/ledger.ts';
import { Receipt } from '../../core/push/receipt.ts';
import { unique } from './support/drops.ts';
import { executionNames, history } from './support/executions.ts';
import { headgateJson, headgateRow } from './support/headgate.ts';
import { landedBytes } from './support/landing.ts';
import { logGroups, logLines } from './support/logs.ts';
import { type Onlooker, watchEvents } from './support/onlooker.ts';
import { signedPost } from './support/signed.ts';
import { openStack, type Stack } from './support/stack.ts';
import { until } from './support/until.ts';

/** A value that senders use, in every place that they can fill; it may lie in data alone. */
const canary = `canary${unique()}`;

const Made = z.object({ key: z.string(), url: z.string(), name: z.string() });

let stack: Stack;
let bus: Onlooker;
const answers: string[] = [];
let landed: readonly { readonly key: string; readonly versionId: string }[];
let files: readonly FileEntry[];

const interaction = (change: object = {}) => ({
  ...{ event_id: unique(), event: 'view', visitor: canary, product_id: canary },
  ...{ occurred_at: '2026-03-04T05:06:07Z', ...change },
});

type Call = {
  readonly dataset?: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: string;
};

const post = async (sender: z.infer<typeof Made>, call: Call): Promise<string> => {
  const { dataset = 'clickstream', body, headers, query = '' } = call;
  const answer = await fetch(`${sender.url}/datasets/${dataset}/records${query}`, {
    method: 'POST',
    headers: { 'x-api-key': sender.key, 'Content-Type': 'application/json', ...headers },
    body,
  });
  const text = await answer.text();
  answers.push(JSON.stringify([...answer.headers]), text);
  return text;
};

/** Calls that are taken, that are refused, and that are no calls; gives what has landed. */
const push = async (sender: z.infer<typeof Made>): Promise<readonly string[]> => {
  const bad = [{ event: canary }, { rating: canary }, { occurred_at: canary }, { event_id: null }];
  const records = [interaction(), ...bad.map(interaction), canary, [canary], null];
  const taken = await post(sender, {
    body: JSON.stringify(records),
    headers: { 'Idempotency-Key': canary },
  });
  const receipt = Receipt.parse(JSON.parse(taken));
  expect(receipt).toMatchObject({ accepted: 1, rejected: 7 });
  const refused: readonly Call[] = [
    { body: `{"event_id":"${canary}` },
    { body: `[{"event_id":"${canary}"},` },
    { body: JSON.stringify(interaction()), headers: { 'Idempotency-Key': canary } },
    { body: canary, headers: { 'Content-Type': `text/${canary}` } },
    { body: canary, headers: { 'Content-Encoding': 'gzip' } },
    { body: canary, headers: { 'x-api-key': canary } },
    { body: JSON.stringify(interaction()), dataset: canary },
    { body: JSON.stringify(interaction()), dataset: 'orders', query: `?q=${canary}` },
  ];
  for (const call of refused) await post(sender, call);
  return [receipt.landed.accepted ?? '', receipt.landed.rejected ?? ''];
};

const put = async (kinesis: KinesisClient): Promise<void> => {
  const reading = (change: object) =>
    JSON.stringify({
      ...{ reading_id: unique(), sensor_id: canary, celsius: 21.5 },
      ...{ measured_at: '2026-03-04T05:06:07Z', ...change },
    });
  const payloads = [
    ...[reading({}), reading({ celsius: canary }), reading({ measured_at: canary })],
    ...[canary, `{"reading_id":"${canary}`, `["${canary}"]`, `${canary}\u0000\ufffe`],
    JSON.stringify({
      ...{ specversion: '1.0', id: canary, source: canary, type: 'interaction' },
      data: interaction({ event: canary }),
    }),
  ];
  await kinesis.send(
    new PutRecordsCommand({
      StreamName: stack.outputs.StreamName,
      Records: payloads.map((data, at) => ({
        ...{ PartitionKey: `${canary}-${at}`, Data: Buffer.from(data) },
      })),
    }),
  );
};

/** Objects of the stream that hold the canary, once they hold all records of it. */
const streamed = () =>
  until('the records of the stream in landing', async () => {
    const Bucket = stack.outputs.LandingBucket;
    const found: { key: string; versionId: string }[] = [];
    let lines = 0;
    for (const Prefix of ['sensor_readings/_stream/', 'clickstream/_stream/']) {
      const listed = await stack.s3.send(new ListObjectVersionsCommand({ Bucket, Prefix }));
      for (const { Key: key = '', VersionId: versionId = '' } of listed.Versions ?? []) {
        const text = (await landedBytes(stack, { key, versionId })).toString('utf8');
        const own = text.split('\n').filter((line) => line.includes(canary)).length;
        if (own > 0) found.push({ key, versionId });
        lines += own;
      }
    }
    return lines === 8 ? found : undefined;
  });

beforeAll(async () => {
  stack = await openStack();
  bus = await watchEvents(stack, { source: [{ prefix: '' }] });
  const name = `canary-${unique()}`;
  const made = await headgateJson('api-key', 'create', name, '--dataset', 'clickstream');
  const keys = await push(Made.parse(made));
  await put(kinesisClient());
  const bucket = stack.outputs.LandingBucket;
  const pushed = await Promise.all(
    keys.map(async (key) => {
      const listing = { Bucket: bucket, Prefix: key };
      const { Versions = [] } = await stack.s3.send(new ListObjectVersionsCommand(listing));
      return { key, versionId: Versions[0]?.VersionId ?? '' };
    }),
  );
  landed = [...pushed, ...(await streamed())];
  files = await Promise.all(
    landed.map((version) =>
      until(`the end of ${version.key}`, async () => {
        const file = await stack.ledger.file(fileIdOf({ bucket, ...version }));
        return file === undefined || file.state === 'CLAIMED' ? undefined : file;
      }),
    ),
  );
});

describe('what senders send through the doors', () => {
  test('is in the tables and in quarantine, where it belongs', async () => {
    const ids = files.map(({ fileId }) => `'${fileId}'`).join(', ');
    const count = (table: string) =>
      headgateRow(`SELECT count(*)::INTEGER AS n FROM ${table} WHERE _file IN (${ids})`);
    expect(await count('curated.clickstream')).toEqual({ n: 1 });
    expect(await count('curated.sensor_readings')).toEqual({ n: 1 });
    expect(await count('quarantine.clickstream')).toEqual({ n: 8 });
    expect(await count('quarantine.sensor_readings')).toEqual({ n: 6 });
  });

  test('is in no answer', () => {
    expect(answers).toHaveLength(18);
    expect(answers.filter((answer) => answer.includes(canary))).toEqual([]);
  });

  // The local AWS keeps no access log; test/lib/api.test.ts holds its format to what has no value.
  test('is in no log', async () => {
    const groups = await logGroups();
    for (const [name, said] of [
      ['ApiPush', 'records landed'],
      ['StreamLand', 'segment landed'],
      ['ApiAuthorize', 'REPORT'],
    ]) {
      const group = groups.find((each) => each.includes(`${name}`)) ?? '';
      expect((await logLines(group)).join(), group).toContain(said);
    }
    for (const group of groups) {
      const lines = await logLines(group);
      expect(
        lines.filter((line) => line.includes(canary)),
        group,
      ).toEqual([]);
    }
  });

  test('is in no event, and so in no message of a queue', async () => {
    const seen = await bus.seen();
    expect(seen.length).toBeGreaterThan(landed.length);
    expect(seen.filter((body) => body.includes(canary))).toEqual([]);
  });

  test('is in no input, output or name of an execution', async () => {
    const names = await executionNames(stack);
    const runs = new Set(files.flatMap(({ runId }) => runId ?? []));
    const own = names.filter((name) => [...runs].some((run) => name.startsWith(run)));
    expect(own.length).toBeGreaterThanOrEqual(runs.size);
    for (const name of own)
      expect(JSON.stringify([name, await history(stack, name)])).not.toContain(canary);
  });

  test('is in no name of a metric', async () => {
    const query = 'Action=ListMetrics&Version=2010-08-01';
    const type = { 'content-type': 'application/x-www-form-urlencoded' };
    expect(await signedPost('monitoring', query, type)).not.toContain(canary);
  });
});
