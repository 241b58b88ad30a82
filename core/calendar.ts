/**
 * The proleptic Gregorian calendar as arithmetic, after Howard Hinnant's days_from_civil: core has
 * no Date, and Date would read 2024-02-30 as the first of March. Years start in March here, so
 * that the leap day comes last.
 */
const DAYS_PER_ERA = 146_097;
const DAYS_TO_1970 = 719_468;

/** A day of the calendar. */
export type Day = { readonly year: number; readonly month: number; readonly day: number };

/** Days since 1970-01-01. */
export const toDays = ({ year, month, day }: Day): number => {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const leapDays = Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100);
  return era * DAYS_PER_ERA + yearOfEra * 365 + leapDays + dayOfYear - DAYS_TO_1970;
};

/** The day that lies so many days after 1970-01-01. */
export const fromDays = (days: number): Day => {
  const shifted = days + DAYS_TO_1970;
  const era = Math.floor(shifted / DAYS_PER_ERA);
  const dayOfEra = shifted - era * DAYS_PER_ERA;
  const leapDays =
    Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leapDays) / 365);
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const fromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * fromMarch + 2) / 5) + 1,
  };
};

/** The last instant that readers of the table understand ends with this year. */
export const LAST_YEAR = 9999;

/** Days of a text YYYY-MM-DD; undefined when the calendar has no such day. */
export const daysOfText = (text: string): number | undefined => {
  const [year, month, day] = [text.slice(0, 4), text.slice(5, 7), text.slice(8, 10)].map(Number);
  if (year === undefined || month === undefined || day === undefined) return undefined;
  return daysOfDay({ year, month, day });
};

/** Days since 1970-01-01; undefined when the calendar has no such day. */
export const daysOfDay = ({ year, month, day }: Day): number | undefined => {
  if (month < 1 || month > 12 || day < 1) return undefined;
  const days = toDays({ year, month, day });
  // A day that the month does not have comes back as another one.
  return fromDays(days).day === day ? days : undefined;
};

const pad = (value: number, width: number): string => String(value).padStart(width, '0');

/** YYYY-MM-DD of a number of days. */
export const textOfDays = (days: number): string => {
  const { year, month, day } = fromDays(days);
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
};
