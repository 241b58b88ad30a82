import { LAST_YEAR, textOfDays, toDays } from '../calendar.ts';
import type { Overlap } from '../zones.ts';
import type { FieldKind } from './field.ts';

/** How instants are written; none of these: ISO 8601 with a zone. */
export type TimestampOptions = {
  readonly formats?: readonly string[];
  readonly zone?: string;
  readonly overlap?: Overlap;
  readonly epoch?: EpochUnit;
};

/** Units that a number of an epoch can count. */
export const epochUnits = ['s', 'ms', 'us'] as const;
export type EpochUnit = (typeof epochUnits)[number];

/** What differs from one way to write an instant to another. */
export type TimestampForm = Pick<
  FieldKind<TimestampOptions, bigint>,
  'says' | 'parse' | 'print' | 'prepare' | 'cast' | 'accepts' | 'refusals' | 'jsonSchema' | 'edges'
>;

const DAY = 86_400_000_000n;
export const SECOND = 1_000_000n;
/** The first and the last instant, in microseconds and in SQL. */
export const FIRST = BigInt(toDays({ year: 1, month: 1, day: 1 })) * DAY;
export const LAST = BigInt(toDays({ year: LAST_YEAR + 1, month: 1, day: 1 })) * DAY - 1n;
export const FIRST_SQL = "TIMESTAMPTZ '0001-01-01 00:00:00+00'";
export const LAST_SQL = "TIMESTAMPTZ '9999-12-31 23:59:59.999999+00'";

/** Days since 1970 and microseconds of the day. */
export const dayAndMicros = (value: bigint): readonly [days: number, micros: bigint] => {
  const inDay = ((value % DAY) + DAY) % DAY;
  return [Number((value - inDay) / DAY), inDay];
};

/** An instant as ISO 8601 in UTC. */
export const printIso = (value: bigint): string => {
  const [days, inDay] = dayAndMicros(value);
  const seconds = Number(inDay / SECOND);
  const clock = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
  const fraction = inDay % SECOND === 0n ? '' : `.${String(inDay % SECOND).padStart(6, '0')}`;
  return `${textOfDays(days)}T${clock}${fraction}Z`;
};
