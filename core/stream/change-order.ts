import { digitsIn, type OpenObject, textIn } from './object.ts';

/** Digits of the largest number of 64 bits. */
const LONG_DIGITS = 20;
const SMALL_DIGITS = 10;
/** Sequence numbers of DynamoDB have 21 to 40 digits. */
const SEQUENCE_DIGITS = 40;

/** A number as a text that compares as the number does; undefined when it has more digits. */
const padded = (digits: string | undefined, width: number): string | undefined =>
  digits === undefined || digits.length > width ? undefined : digits.padStart(width, '0');

/** Parts of one order, the weightiest first; all of them must be there. */
const joined = (...parts: readonly (string | undefined)[]): string | undefined =>
  parts.includes(undefined) ? undefined : parts.join('.');

type OrderOf = (source: OpenObject) => string | undefined;

/** A row is locked until its writer commits, so that positions in the log order its changes. */
const postgres: OrderOf = (source) => padded(digitsIn(source, 'lsn'), LONG_DIGITS);

/** Events of one position, as of a statement of many rows, are told apart by their row. */
const mysql: OrderOf = (source) => {
  const [, file] = /\.(\d+)$/.exec(textIn(source, 'file') ?? '') ?? [];
  return joined(
    padded(file, SMALL_DIGITS),
    padded(digitsIn(source, 'pos'), LONG_DIGITS),
    padded(digitsIn(source, 'row') ?? '0', SMALL_DIGITS),
  );
};

/** Positions of SQL Server have a fixed width. What a snapshot reads has none of a change. */
const sqlServer: OrderOf = (source) =>
  joined(
    positionIn(source, 'commit_lsn'),
    textIn(source, 'change_lsn') === undefined ? FIRST : positionIn(source, 'change_lsn'),
    padded(digitsIn(source, 'event_serial_no') ?? '0', SMALL_DIGITS),
  );
const FIRST = '00000000:00000000:0000';

const positionIn = (source: OpenObject, name: string): string | undefined => {
  const text = textIn(source, name)?.toLowerCase() ?? '';
  return /^[0-9a-f]{8}:[0-9a-f]{8}:[0-9a-f]{4}$/.test(text) ? text : undefined;
};

const oracle: OrderOf = (source) => padded(digitsIn(source, 'scn'), LONG_DIGITS);

/** The clock of the source, as fine as it is told; MongoDB counts the changes of one second. */
const byClock: OrderOf = (source) => {
  const [nanos, micros, millis] = ['ts_ns', 'ts_us', 'ts_ms'].map((name) => digitsIn(source, name));
  const time = nanos ?? (micros && `${micros}000`) ?? (millis && `${millis}000000`);
  return joined(padded(time, LONG_DIGITS), padded(digitsIn(source, 'ord') ?? '0', SMALL_DIGITS));
};

/** Connectors whose source has a position in a log. */
const positions: ReadonlyMap<string, OrderOf> = new Map([
  ['postgresql', postgres],
  ['mysql', mysql],
  ['mariadb', mysql],
  ['sqlserver', sqlServer],
  ['oracle', oracle],
]);

/**
 * Where a change stands among the others of its source. A connector that has positions must tell
 * one: a time in its place would put the change before or behind all others.
 */
export const debeziumOrder: OrderOf = (source) =>
  (positions.get(textIn(source, 'connector') ?? '') ?? byClock)(source);

/** When the source says that a change was made; of a snapshot, that a row was read. */
export const debeziumMicros = (source: OpenObject): string | null => {
  const [micros, nanos, millis] = ['ts_us', 'ts_ns', 'ts_ms'].map((name) => digitsIn(source, name));
  return micros ?? nanos?.slice(0, -3) ?? (millis && `${millis}000`) ?? null;
};

/** Digits of seconds until the year 5138; of milliseconds since 1973, and so on. */
const [SECONDS_DIGITS, MILLIS_DIGITS, MICROS_DIGITS] = [11, 14, 17];

/**
 * The time of a change of DynamoDB, and its sequence number, which a stream of Kinesis lacks. The
 * record says its unit only when that is chosen; times of this age tell it by their length.
 */
export const dynamodbOrder: OrderOf = (change) => {
  const micros = padded(dynamodbMicros(change), LONG_DIGITS);
  const sequence = digitsIn(change, 'SequenceNumber');
  return sequence === undefined ? micros : joined(micros, padded(sequence, SEQUENCE_DIGITS));
};

/** When DynamoDB says that a change was made; undefined where it says it in no unit we know. */
export const dynamodbMicros = (change: OpenObject): string | undefined => {
  const time = digitsIn(change, 'ApproximateCreationDateTime');
  if (time === undefined) return undefined;
  switch (textIn(change, 'ApproximateCreationDateTimePrecision')) {
    case 'MICROSECOND':
      return time;
    case 'MILLISECOND':
      return `${time}000`;
    case undefined:
      break;
    default:
      return undefined;
  }
  if (time.length <= SECONDS_DIGITS) return `${time}000000`;
  if (time.length <= MILLIS_DIGITS) return `${time}000`;
  return time.length <= MICROS_DIGITS ? time : undefined;
};
