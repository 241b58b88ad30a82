import type { EpochMs } from './ids.ts';

const MS_PER_DAY = 86_400_000;

/**
 * Year, month and day of a day number (days since 1970-01-01), by Howard Hinnant's
 * `civil_from_days`: core has no Date, and this is the whole of what it needs of one.
 */
const civilOf = (days: number): { year: number; month: number; day: number } => {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1,
  };
};

const pad = (value: number, width: number): string => String(value).padStart(width, '0');

/** `2026-11-21T05:00:00.123Z`, as ISO 8601 and every AWS service write an instant. */
export const isoTime = (at: EpochMs): string => {
  const { year, month, day } = civilOf(Math.floor(at / MS_PER_DAY));
  const ms = at % MS_PER_DAY;
  const clock = [
    Math.floor(ms / 3_600_000),
    Math.floor(ms / 60_000) % 60,
    Math.floor(ms / 1000) % 60,
  ];
  const date = `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
  return `${date}T${clock.map((part) => pad(part, 2)).join(':')}.${pad(ms % 1000, 3)}Z`;
};

/** `20261121T050000Z`: the time inside a run id. */
export const utcStamp = (at: EpochMs): string =>
  `${isoTime(at).slice(0, 19).replaceAll('-', '').replaceAll(':', '')}Z`;
