import { pushRecords } from '../../adapters/push-client.ts';
import type { StreamPut } from '../../adapters/stream-producer.ts';
import { DatasetName, EpochMs } from '../../core/ids.ts';
import { fileIdOf } from '../../core/landing/file-id.ts';
import { addCounts, type Counts, noCounts } from '../../core/ledger.ts';
import { isoTime } from '../../core/time.ts';
import { createKey, revokeKey } from '../commands/api-key.ts';
import { follow } from '../commands/follow.ts';
import { UserError } from '../console/errors.ts';
import type { Progress } from '../console/progress.ts';
import { apiUrlOf, type DeployedStack } from '../world.ts';

/** What came of single records, and of which door. */
export type Arrived = {
  readonly door: 'api' | 'stream';
  readonly dataset: string;
  readonly sent: number;
  readonly counts: Counts;
};

export type RecordsRequest = {
  readonly stack: DeployedStack;
  readonly progress: Progress;
  readonly clock: () => number;
  readonly waitMs: number;
  readonly sleep: (ms: number) => Promise<void>;
};

const keyName = 'npm-start';
const events = ['view', 'view', 'click', 'add_to_cart', 'purchase'] as const;
const interactions = 60;
const readings = 120;
/** The one that is hot enough for an alert; its minute has passed. */
const hot = 20;
/** Every 40th reading comes late, by so many seconds. */
const isLate = (at: number): boolean => at % 40 === 30;
const LATE_SECONDS = 50;

/** Every 20th is one that the contract rejects. */
const isBad = (at: number): boolean => at % 20 === 19;
const badOf = (count: number): number => Math.floor(count / 20);

/** What is not as it was planted: every record is a row, but for the bad ones. */
export const wrongIn = ({ dataset, sent, counts }: Arrived): string[] => {
  const planted = { published: sent - badOf(sent), rejected: badOf(sent) };
  const { published, rejected } = counts;
  if (published === planted.published && rejected === planted.rejected) return [];
  return [
    `${dataset}: ${published} published and ${rejected} rejected of ${sent} records, planted are ${planted.published} and ${planted.rejected}`,
  ];
};

export const toldOf = ({ door, dataset, sent, counts }: Arrived): string =>
  `${sent} records ${door === 'api' ? 'pushed through the API' : 'put into the stream'}: ${counts.published} rows of ${dataset}, ${counts.rejected} rejected.`;

/** Interactions as a page would send them; `tag` makes them new each time. */
const interaction = (tag: string, at: number, now: number): object => ({
  event_id: `${tag}-${at}`,
  event: isBad(at) ? 'stare' : events[at % events.length],
  visitor: `visitor-${at % 7}`,
  product_id: `P-${String(at % 13).padStart(4, '0')}`,
  occurred_at: isoTime(EpochMs.parse(now - at * 1_000)),
});

/** One a second, in the order of their time but for those that are late; the last one is of now. */
const reading = (tag: string, at: number, now: number): StreamPut => {
  const sensor = `sensor-${at % 4}`;
  const secondsAgo = readings - 1 - at + (isLate(at) ? LATE_SECONDS : 0);
  const data = {
    reading_id: `${tag}-${at}`,
    sensor_id: sensor,
    celsius: isBad(at) ? 4_000 : at === hot ? 85 : 20 + (at % 10) / 2,
    measured_at: isoTime(EpochMs.parse(now - secondsAgo * 1_000)),
  };
  return { partitionKey: sensor, data: JSON.stringify(data) };
};

/** Pushes some records through the API, with a key that is revoked afterwards. */
export const pushSome = async (request: RecordsRequest): Promise<Arrived> => {
  const { stack, progress, clock } = request;
  const known = await stack.senders.senders(1_000);
  if (known.some(({ name }) => name === keyName)) await revokeKey(stack, keyName, clock);
  const dataset = DatasetName.parse('clickstream');
  const { key } = await createKey(stack, keyName, [dataset], clock);
  const now = clock();
  const tag = now.toString(36);
  const lines = Array.from({ length: interactions }, (_, at) => interaction(tag, at, now));
  const call = {
    ...{ url: apiUrlOf(stack), key, dataset, idempotencyKey: tag },
    body: Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join('')),
  };
  const title = `pushing ${interactions} interactions through the API`;
  const counts = await progress.step(title, async (tell) => {
    const pushed = await pushRecords(call);
    if (pushed.kind === 'refused')
      throw new UserError({ what: `The API refused them (${pushed.status}): ${pushed.problem}` });
    const { accepted, rejected, landed } = pushed.receipt;
    tell(`${accepted} accepted, ${rejected} rejected`);
    const keys = [landed.accepted, landed.rejected].flatMap((each) => each ?? []);
    return await endsOf(
      request,
      (found) => keys.includes(found),
      `${dataset}/_push/`,
      interactions,
    );
  });
  await revokeKey(stack, keyName, clock);
  return { door: 'api', dataset, sent: interactions, counts };
};

/** Puts some records into the stream. */
export const streamSome = async (request: RecordsRequest): Promise<Arrived> => {
  const { stack, progress, clock } = request;
  const dataset = 'sensor_readings';
  const prefix = `${dataset}/_stream/`;
  const results = `${dataset}_windows/_windows/`;
  const known = await Promise.all([prefix, results].map((each) => versionsOf(stack, each)));
  const before = new Set(known.flat().map(({ key }) => key));
  const now = clock();
  const tag = now.toString(36);
  const title = `putting ${readings} readings into the stream`;
  const counts = await progress.step(title, async () => {
    await stack.putRecords(Array.from({ length: readings }, (_, at) => reading(tag, at, now)));
    return await endsOf(request, (key) => !before.has(key), prefix, readings);
  });
  await progress.step('waiting for the windows over them', () =>
    endsOf(request, (key) => !before.has(key), results, 1),
  );
  return { door: 'stream', dataset, sent: readings, counts };
};

const versionsOf = async ({ landed }: DeployedStack, prefix: string) => {
  const all: { key: string; versionId: string }[] = [];
  for (let from: string | null = null; ; ) {
    const page: Awaited<ReturnType<typeof landed.versions>> = await landed.versions(prefix, from);
    all.push(...page.versions);
    if (page.next === null) return all;
    from = page.next;
  }
};

/** What the wanted objects came to, once so many rows have been seen in them. */
const endsOf = async (
  { stack, clock, waitMs, sleep }: RecordsRequest,
  isWanted: (key: string) => boolean,
  prefix: string,
  rows: number,
): Promise<Counts> => {
  const bucket = stack.outputs.LandingBucket;
  const deadline = clock() + waitMs;
  for (;;) {
    const own = (await versionsOf(stack, prefix)).filter(({ key }) => isWanted(key));
    const ends = await Promise.all(
      own.map(({ key, versionId }) =>
        follow(
          { stack, clock, sleep, deadline, fileId: fileIdOf({ bucket, key, versionId }) },
          () => undefined,
        ),
      ),
    );
    const counts = ends.map((end) => end.counts ?? noCounts).reduce(addCounts, noCounts);
    if (counts.rowsIn >= rows) return counts;
    if (clock() > deadline)
      throw new UserError({
        what: `Of ${rows} records ${counts.rowsIn} have come to their end in ${waitMs / 1000} s.`,
        next: 'See npx headgate status and npx headgate runs.',
      });
    await sleep(500);
  }
};
