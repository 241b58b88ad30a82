import { LAST_YEAR, textOfDays, toDays } from './calendar.ts';

const DAY_MICROS = 86_400_000_000n;
const FIRST_DAY = toDays({ year: 1, month: 1, day: 1 });
const LAST_DAY = toDays({ year: LAST_YEAR, month: 12, day: 31 });

/** A day of the years 0001 to 9999 as ISO 8601; undefined for others, which have no such text. */
export const dayText = (days: number): string | undefined =>
  days >= FIRST_DAY && days <= LAST_DAY ? textOfDays(days) : undefined;

const two = (part: number): string => String(part).padStart(2, '0');

/** A time of day from units since midnight; zeros at the end of a fraction are left out. */
export const timeText = (units: bigint, perSecond: bigint): string | undefined => {
  const seconds = Number(units / perSecond);
  if (units < 0n || seconds >= 86_400) return undefined;
  const digits = String(perSecond).length - 1;
  const fraction = String(units % perSecond)
    .padStart(digits, '0')
    .replace(/0+$/, '');
  const clock = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return `${clock.map(two).join(':')}${fraction === '' ? '' : `.${fraction}`}`;
};

/** An instant from units since 1970, without a zone. */
export const instantText = (units: bigint, perSecond: bigint): string | undefined => {
  const perDay = (DAY_MICROS / 1_000_000n) * perSecond;
  const inDay = ((units % perDay) + perDay) % perDay;
  const day = dayText(Number((units - inDay) / perDay));
  const time = timeText(inDay, perSecond);
  return day === undefined || time === undefined ? undefined : `${day}T${time}`;
};
