import { fromDays, toDays } from '../calendar.ts';
import { typeText } from '../iceberg-type.ts';
import { literal } from '../sql.ts';
import type { KnownColumn, RowStep } from './transform.ts';
import { madeFrom, scalar, utcOf } from './typed.ts';
import type { DatePart } from './uses.ts';
import { zoneClock } from './zone.ts';

const DAY_MICROS = 86_400_000_000n;
const HOUR_MICROS = 3_600_000_000n;

const functions: Readonly<Record<DatePart['part'], string>> = {
  year: 'year',
  quarter: 'quarter',
  month: 'month',
  week: 'week',
  day: 'day',
  weekday: 'isodow',
  hour: 'hour',
};

const clocks = ['timestamptz', 'timestamp'];

const checked = ({ part, of, zone }: DatePart, source: KnownColumn): KnownColumn => {
  const type = typeText(source.type);
  if (type !== 'date' && !clocks.includes(type)) {
    throw new Error(`datePart needs a date or a timestamp; '${of}' is a ${type}`);
  }
  if (part === 'hour' && type === 'date') throw new Error(`'${of}' is a date and has no hour`);
  if (zone !== 'UTC' && type !== 'timestamptz') {
    throw new Error(`a zone needs an instant; '${of}' is a ${type}. Leave the zone out`);
  }
  if (zone !== 'UTC' && zoneClock(zone) === undefined) {
    throw new Error(`'${zone}' is no zone; write one like 'Europe/Warsaw', or leave it out`);
  }
  return source;
};

/** Monday is 1, as ISO 8601 has it; 1970-01-01 was a Thursday. */
const weekdayOf = (days: number): number => ((((days + 3) % 7) + 7) % 7) + 1;

/** The week of ISO 8601: the one that the year's first Thursday lies in is the first. */
const weekOf = (days: number): number => {
  const thursday = days - weekdayOf(days) + 4;
  const { year } = fromDays(thursday);
  return Math.floor((thursday - toDays({ year, month: 1, day: 1 })) / 7) + 1;
};

const partOf = (part: DatePart['part'], days: number, inDay: bigint): number => {
  const date = fromDays(days);
  switch (part) {
    case 'quarter':
      return Math.ceil(date.month / 3);
    case 'week':
      return weekOf(days);
    case 'weekday':
      return weekdayOf(days);
    case 'hour':
      return Number(inDay / HOUR_MICROS);
    default:
      return date[part];
  }
};

/** A number of a day or an instant, as an int. */
export const datePartKind: RowStep<DatePart> = {
  kind: 'datePart',
  form: 'row',
  says: ({ column, part, of, zone }) =>
    `${column} is the ${part} of ${of} in ${zone} (weeks and weekdays by ISO 8601, Monday is 1); ` +
    `missing where ${of} is`,
  uses: ({ of }) => [of],
  adds: ({ column }) => [column],
  columns: (use, known) => {
    const source = checked(use, known.column(use.of));
    return [...known.columns, { ...madeFrom(use, [source]), type: 'int', largest: 9_999n }];
  },
  compute: ({ column, part, of, zone }, row, { known }) => {
    const value = scalar(row[of]);
    if (value === null) return { [column]: null };
    if (known(of).type === 'date') return { [column]: partOf(part, Number(value), 0n) };
    const micros = BigInt(value);
    const local = zone === 'UTC' ? micros : (zoneClock(zone)?.(micros) ?? micros);
    const inDay = ((local % DAY_MICROS) + DAY_MICROS) % DAY_MICROS;
    return { [column]: partOf(part, Number((local - inDay) / DAY_MICROS), inDay) };
  },
  toSql: ({ column, part, of, zone }, side) => {
    const sql = side.column(of);
    const instant = zone === 'UTC' ? utcOf(sql) : `timezone(${literal(zone)}, ${sql})`;
    const at = side.known(of).type === 'timestamptz' ? instant : sql;
    return { [column]: `CAST(${functions[part]}(${at}) AS INTEGER)` };
  },
};
