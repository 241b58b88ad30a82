import { textOfDays } from './calendar.ts';
import type { EpochMs } from './ids.ts';

const MS_PER_DAY = 86_400_000;

const pad = (value: number, width: number): string => String(value).padStart(width, '0');

/** `2026-11-21T05:00:00.123Z`, as ISO 8601 and every AWS service write an instant. */
export const isoTime = (at: EpochMs): string => {
  const ms = at % MS_PER_DAY;
  const clock = [
    Math.floor(ms / 3_600_000),
    Math.floor(ms / 60_000) % 60,
    Math.floor(ms / 1000) % 60,
  ];
  const date = textOfDays(Math.floor(at / MS_PER_DAY));
  return `${date}T${clock.map((part) => pad(part, 2)).join(':')}.${pad(ms % 1000, 3)}Z`;
};

/** `20261121T050000Z`: the time inside a run id. */
export const utcStamp = (at: EpochMs): string =>
  `${isoTime(at).slice(0, 19).replaceAll('-', '').replaceAll(':', '')}Z`;
