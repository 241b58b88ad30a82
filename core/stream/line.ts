import { EpochMs } from '../ids.ts';
import { NOWHERE, skipBlanks, skipValue } from '../json/text.ts';
import { limits } from '../limits.ts';
import { fromBase64, toBase64 } from './base64.ts';
import { isUtf8 } from './bytes.ts';
import { cursorOf, digitsIn, type OpenObject, onOneLine, readObject, textIn } from './object.ts';
import { type RefusedRecord, refusedAs } from './opened.ts';
import { isSequence } from './sequence.ts';

/** A record of a stream, or one of those that a producer's library has put into one. */
export type StreamRecord = {
  readonly shard: string;
  readonly sequence: string;
  /** Its place in an aggregated record. */
  readonly sub?: number;
  readonly arrivedAt: EpochMs;
  readonly partitionKey: string;
  readonly payload: Uint8Array;
};

/** A line of a landing object of a stream, read back. */
export type ReadLine = { readonly kind: 'record'; readonly record: StreamRecord } | RefusedRecord;

const encoder = new TextEncoder();
const names = ['shard', 'sequence', 'sub', 'arrived_at', 'partition_key', 'record', 'bytes'];

/** What stands in front of a payload; records that lie together are of one shard. */
const headPrinter = (): ((record: StreamRecord) => string) => {
  let [last, begin] = ['', ''];
  return ({ shard, sequence, sub, arrivedAt, partitionKey }) => {
    if (begin === '' || shard !== last)
      [last, begin] = [shard, `{"shard":${JSON.stringify(shard)},"sequence":"`];
    const place = sub === undefined ? '"' : `","sub":${sub}`;
    const key = JSON.stringify(partitionKey);
    return `${begin}${sequence}${place},"arrived_at":${arrivedAt},"partition_key":${key}`;
  };
};

/** A record on its way to landing; `asJson`: its payload stands there as it is. */
export type Printed = { readonly record: StreamRecord; readonly asJson: boolean };

/** A UTF-16 unit is three bytes at most, three bytes are four of base64, and some stand around. */
const mostBytesOf = (head: string, { payload }: StreamRecord): number =>
  3 * head.length + 2 * payload.length + 32;

/**
 * Records as lines. A payload of JSON stands in its line as it came, but for line ends between its
 * parts, which become blanks; any other is written as base64, and so is a binary one that reads as
 * JSON, whose line ends are bytes like all others.
 */
export const printStreamLines = (records: readonly Printed[]): Uint8Array => {
  const headOf = headPrinter();
  const heads = records.map(({ record }) => headOf(record));
  const most = records.reduce(
    (sum, { record }, at) => sum + mostBytesOf(heads[at] ?? '', record),
    0,
  );
  const out = new Uint8Array(most);
  let end = 0;
  const write = (text: string): void => {
    end += encoder.encodeInto(text, out.subarray(end)).written;
  };
  for (const [at, { record, asJson }] of records.entries()) {
    const head = heads[at] ?? '';
    if (asJson) {
      write(`${head},"record":`);
      const line = onOneLine(record.payload);
      out.set(line, end);
      end += line.length;
      write('}\n');
    } else write(`${head},"bytes":"${toBase64(record.payload)}"}\n`);
  }
  return out.slice(0, end);
};

/** Whether it reads as JSON; whether it is a row is asked later. */
export const isJson = (payload: Uint8Array): boolean => {
  const cursor = cursorOf(payload, limits.envelopeDepthMax);
  const end = skipValue(cursor, skipBlanks(cursor, 0), 0);
  return end !== NOWHERE && skipBlanks(cursor, end) === payload.length && isUtf8(payload);
};

/**
 * The record of a line. The payload is the one that was printed, byte for byte, the blanks around
 * it too; only where JSON had line ends it has blanks.
 */
export const readStreamLine = (line: Uint8Array): ReadLine => {
  // The record lies one level deeper than it did alone.
  const found = readObject(line, limits.envelopeDepthMax + 1);
  if (found.kind === 'refused') return found;
  const record = recordIn(found.object);
  return record === undefined ? refusedAs('E_ENVELOPE') : { kind: 'record', record };
};

const recordIn = (object: OpenObject): StreamRecord | undefined => {
  const shard = textIn(object, 'shard');
  const sequence = textIn(object, 'sequence');
  const partitionKey = textIn(object, 'partition_key');
  const arrivedAt = EpochMs.safeParse(Number(digitsIn(object, 'arrived_at') ?? Number.NaN));
  const sub = subIn(object);
  const payload = payloadIn(object);
  if (shard === undefined || partitionKey === undefined || payload === undefined) return undefined;
  if (sequence === undefined || !isSequence(sequence)) return undefined;
  if (!arrivedAt.success || sub === undefined) return undefined;
  if ([...object.members.keys()].some((name) => !names.includes(name))) return undefined;
  return { shard, sequence, ...sub, arrivedAt: arrivedAt.data, partitionKey, payload };
};

const subIn = (object: OpenObject): { readonly sub?: number } | undefined => {
  if (!object.members.has('sub')) return {};
  const sub = Number(digitsIn(object, 'sub') ?? Number.NaN);
  return Number.isSafeInteger(sub) ? { sub } : undefined;
};

const payloadIn = (object: OpenObject): Uint8Array | undefined => {
  const record = object.members.get('record');
  if (record === undefined) return fromBase64(textIn(object, 'bytes') ?? '-');
  if (object.members.has('bytes')) return undefined;
  return object.bytes.subarray(record.from, record.to);
};
