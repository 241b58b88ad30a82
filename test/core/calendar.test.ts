import { expect, test } from 'vitest';
import { daysOfText, fromDays, textOfDays, toDays } from '../../core/calendar.ts';

test('every day of the years 1 to 9999 has one number, and the next day the next', () => {
  const first = toDays({ year: 1, month: 1, day: 1 });
  const last = toDays({ year: 9999, month: 12, day: 31 });
  const wrong: string[] = [];
  for (let days = first; days <= last; days += 1) {
    if (toDays(fromDays(days)) !== days) wrong.push(textOfDays(days));
  }
  expect(wrong).toEqual([]);
  expect(last - first + 1).toBe(3_652_059);
});

test.each([
  ['1970-01-01', 0],
  ['1969-12-31', -1],
  ['2000-02-29', 11_016],
  ['2026-11-21', 20_778],
])('%s is day %i', (text, days) => {
  expect(daysOfText(text)).toBe(days);
  expect(textOfDays(days)).toBe(text);
});

test.each(['2026-02-30', '2023-02-29', '1900-02-29', '2026-13-01', '2026-00-01', '2026-01-00'])(
  '%s is no day',
  (text) => {
    expect(daysOfText(text)).toBeUndefined();
  },
);
