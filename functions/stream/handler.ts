import type { KinesisStreamEvent, KinesisStreamRecord } from 'aws-lambda';
import { PermanentError, TransientError } from '../../core/errors.ts';
import { EpochMs } from '../../core/ids.ts';
import { s3Uri } from '../../core/layout.ts';
import type { Random, Shards, StreamReader } from '../../core/ports.ts';
import { type Placed, placed, type Routes, readSegment } from '../../core/stream/reading.ts';
import {
  behind,
  firstEntry,
  type RawRecord,
  type Segment,
  type ShardEntry,
  within,
} from '../../core/stream/segment.ts';
import { decideSegment, objectsOf } from '../../core/stream/sift.ts';
import type { Windowed } from '../../core/windows/index.ts';
import { closeWindows } from '../close-windows.ts';
import { errorFields } from '../log.ts';
import type { WindowDeps } from '../window-deps.ts';
import { advanceWindows } from './advance-windows.ts';
import { type ChangeDeps, keepChanges } from './changes.ts';
import { countRepeats, type RepeatDeps, setRepeatsAside } from './repeats.ts';

export type StreamDeps = WindowDeps & {
  readonly shards: Shards;
  readonly reader: StreamReader;
  readonly routes: Routes;
  readonly random: Random;
} & ChangeDeps &
  RepeatDeps;

/** A shard is worked on by one call at a time; one that loses this often meets a zombie. */
const turnsMax = 5;

/**
 * Lands the records of a batch, each (shard, sequence number) once, whatever the batch begins and
 * ends with. No record fails: what cannot be a row lands too, and is rejected with its reason.
 */
export const stream =
  (deps: StreamDeps) =>
  async ({ Records }: Pick<KinesisStreamEvent, 'Records'>) => {
    const byShard = Map.groupBy(Records, ({ eventID }) => eventID.split(':', 1)[0] ?? '');
    let landed = 0;
    const touched = new Set<Windowed>();
    for (const [shard, records] of byShard) {
      const batch = records.map((one) => rawOf(shard, one));
      const place = placeOf(shard, records[0]?.eventSourceARN);
      landed += await takeShard(deps, { ...place, touched }, batch);
    }
    for (const windowed of touched) await closeDue(deps, windowed);
    return { records: Records.length, landed };
  };

/** Passes over the due windows of one dataset in one call; the schedule does what is left. */
const passesMax = 5;

/** All that was sent is taken by now: what keeps windows open stops no shard. */
const closeDue = async (deps: StreamDeps, windowed: Windowed): Promise<void> => {
  try {
    for (let pass = 0; pass < passesMax; pass += 1) {
      const { kind } = await closeWindows(deps, windowed, { endless: false });
      if (kind !== 'closed') return;
    }
  } catch (error) {
    const { name } = windowed.dataset;
    deps.log.warn('windows are left open', { dataset: name, ...errorFields(error) });
  }
};

/** A shard, and the stream that it is of. */
type Place = {
  readonly streamArn: string;
  readonly name: string;
  readonly shard: string;
  /** Datasets whose windows have had something of it. */
  readonly touched: Set<Windowed>;
};

const placeOf = (shard: string, streamArn = ''): Omit<Place, 'touched'> => {
  const name = streamArn.split('stream/', 2)[1]?.split('/', 1)[0] ?? '';
  if (name === '')
    throw new PermanentError('the event does not name the stream that its records are of');
  return { streamArn, name, shard };
};

const rawOf = (shard: string, { kinesis }: KinesisStreamRecord): RawRecord => ({
  shard,
  sequence: kinesis.sequenceNumber,
  arrivedAt: EpochMs.parse(Math.round(kinesis.approximateArrivalTimestamp * 1000)),
  partitionKey: kinesis.partitionKey,
  payload: Buffer.from(kinesis.data, 'base64'),
});

/** Brings everything of the batch into landing that is not there; returns how many records. */
const takeShard = async (
  deps: StreamDeps,
  place: Place,
  batch: readonly RawRecord[],
): Promise<number> => {
  const { name, shard } = place;
  for (let turn = 0; turn < turnsMax; turn += 1) {
    const known = await deps.shards.shard(name, shard);
    const entry = known ?? firstEntry(name, shard);
    const records = known === undefined ? await fromTheStart(deps, place, batch) : batch;
    const landed = await goOn(deps, place, entry, records);
    if (landed !== 'fenced') return landed;
  }
  throw new TransientError(`another call works on ${shard} of ${name}`);
};

/** Of a shard that is new to us, what lies before its first batch; usually nothing. */
const fromTheStart = async (
  { reader }: StreamDeps,
  { streamArn, shard }: Place,
  batch: readonly RawRecord[],
): Promise<readonly RawRecord[]> => {
  const [first] = behind(batch, null);
  if (first === undefined) return batch;
  return [...(await reader.read({ streamArn, shard, after: null, to: first.sequence })), ...batch];
};

const goOn = async (
  deps: StreamDeps,
  place: Place,
  from: ShardEntry,
  records: readonly RawRecord[],
): Promise<number | 'fenced'> => {
  const work = await begin(deps, place, from, records);
  if (work === 'fenced' || work === undefined) return work ?? 0;
  await land(deps, work);
  const { entry, segment } = work;
  const taken = await advanceWindows(deps, { ...entry, segment, records: work.placed });
  if (taken === 'fenced') return 'fenced';
  for (const windowed of taken) place.touched.add(windowed);
  const ended = { ...entry, checkpoint: segment.to, segment: null, turn: entry.turn + 1 };
  if ((await deps.shards.move(entry.turn, ended)) === 'fenced') return 'fenced';
  // A segment that another call had decided may end before this batch does.
  const left = behind(records, ended.checkpoint);
  if (left.length === 0) return segment.records;
  const more = await goOn(deps, place, ended, left);
  return more === 'fenced' ? more : segment.records + more;
};

/** A segment that is decided, with what is left of its records. */
type Work = {
  readonly entry: ShardEntry;
  readonly segment: Segment;
  /** Records as the stream has them: fewer than the segment's where some are forgotten. */
  readonly left: number;
  readonly placed: readonly Placed[];
};

/** The segment that stands, or one of the batch, which is decided before anything lands. */
const begin = async (
  deps: StreamDeps,
  place: Place,
  entry: ShardEntry,
  batch: readonly RawRecord[],
): Promise<Work | 'fenced' | undefined> => {
  const { segment: standing, checkpoint } = entry;
  if (standing !== null) {
    const own = await completed(deps, place, checkpoint, standing, batch);
    const read = readSegment(deps.routes, standing, own);
    return { entry, segment: standing, left: own.length, placed: read };
  }
  const [first, ...others] = behind(batch, checkpoint);
  if (first === undefined) return undefined;
  const decided = decideSegment(deps.routes, entry.stream, [first, ...others]);
  const segment = await setRepeatsAside(deps, entry, decided);
  const next = { ...entry, segment, turn: entry.turn + 1 };
  if ((await deps.shards.move(entry.turn, next)) === 'fenced') return 'fenced';
  const readings = decided.placed.map(({ reading }) => reading);
  return { entry: next, segment, left: segment.records, placed: placed(segment, readings) };
};

/** Writes the objects of a segment, also those that are there: the first of each name stands. */
const land = async (deps: StreamDeps, { entry, segment, left, placed: own }: Work) => {
  for (const [key, bytes] of objectsOf(segment, own))
    await deps.store.putOnce(s3Uri(deps.landingBucket, key), Buffer.from(bytes));
  await keepChanges(deps, own);
  const about = { shard: entry.shard, from: segment.from, to: segment.to };
  const forgotten = segment.records - left;
  if (forgotten > 0) {
    deps.log.error('the stream has forgotten records before they landed', { ...about, forgotten });
    deps.count('RecordsForgotten', forgotten);
  }
  deps.log.info('segment landed', { ...about, records: left, objects: segment.objects.length });
  deps.count('RecordsLanded', left);
  countRepeats(deps, segment);
};

/**
 * The records of a segment. A batch may hold fewer after it was cut in two: then they are read.
 * What is neither there nor in the shard, and only from its beginning on, is too old to be kept: to
 * wait for it would stop the shard for ever.
 */
const completed = async (
  { reader }: StreamDeps,
  { streamArn, shard }: Place,
  checkpoint: string | null,
  segment: Segment,
  batch: readonly RawRecord[],
): Promise<readonly RawRecord[]> => {
  const own = within(behind(batch, checkpoint), segment);
  if (own.length === segment.records) return own;
  const read = await reader.read({ streamArn, shard, after: checkpoint, to: segment.to });
  const all = within(behind([...own, ...read], checkpoint), segment);
  const isRest = all.length === 0 || all.at(-1)?.sequence === segment.to;
  if (all.length === segment.records || isRest) return all;
  throw new TransientError(
    `${segment.records - all.length} of ${segment.records} records of ${shard} from ${segment.from} on cannot be read`,
  );
};
