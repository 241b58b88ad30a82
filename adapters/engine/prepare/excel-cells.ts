import { toDays } from '../../../core/calendar.ts';
import { dayText, instantText, timeText } from '../../../core/instant-text.ts';
import { numberText } from '../../../core/json/number-text.ts';

/** A cell as the parser gives it: type, value and number format. */
export type SheetCell = { readonly t?: unknown; readonly v?: unknown; readonly z?: unknown };

/** A cell as JSON; undefined where it holds nothing. */
export type CellReader = (cell: SheetCell | undefined) => string | undefined;

/** What the parser knows of number formats. */
type Formats = { is_date(format: string): boolean };

const errors: ReadonlyMap<unknown, string> = new Map([
  [0x00, '#NULL!'],
  [0x07, '#DIV/0!'],
  [0x0f, '#VALUE!'],
  [0x17, '#REF!'],
  [0x1d, '#NAME?'],
  [0x24, '#NUM!'],
  [0x2a, '#N/A'],
  [0x2b, '#GETTING_DATA'],
]);

/** A month is an m as well, but minutes never stand without hours or seconds. */
const CLOCK = /[hs]|AM\/PM/i;
/** Texts, colours and escapes in a format say nothing of its kind. */
const LITERALS = /"[^"]*"|\\.|\[(?!h+\]|m+\]|s+\])[^\]]*\]/gi;
const DAY_MILLIS = 86_400_000;
/** 1900-03-01: Excel counts a 29 February before it that never was. */
const AFTER_FALSE_LEAP_DAY = 61;

/** Reads the cells of a workbook; `from1904` says where its days are counted from. */
export const cellReader = (formats: Formats, from1904: boolean): CellReader => {
  const known = new Map<string, 'number' | 'date' | 'clock'>();
  const kindOf = (format: string): 'number' | 'date' | 'clock' => {
    const found = known.get(format);
    if (found !== undefined) return found;
    const clock = CLOCK.test(format.replace(LITERALS, ''));
    const kind = formats.is_date(format) ? (clock ? 'clock' : 'date') : 'number';
    known.set(format, kind);
    return kind;
  };
  const numberOf = (value: number, format: unknown): string => {
    const kind = typeof format === 'string' ? kindOf(format) : 'number';
    const text = kind === 'number' ? undefined : dateText(value, from1904, kind === 'clock');
    return text === undefined ? numberText(value) : `"${text}"`;
  };
  return (cell) => {
    if (cell === undefined) return undefined;
    const { t, v, z } = cell;
    if (t === 'e') return JSON.stringify(errors.get(v) ?? '#N/A');
    if (typeof v === 'boolean') return String(v);
    if (typeof v === 'string') return JSON.stringify(v);
    return typeof v === 'number' ? numberOf(v, z) : undefined;
  };
};

/**
 * Days since Excel's epoch as a date, instant without zone or time of day, to the millisecond:
 * Excel keeps no more. A number that is none of them stays a number.
 */
const dateText = (serial: number, from1904: boolean, clock: boolean): string | undefined => {
  const millis = Math.round(serial * DAY_MILLIS);
  if (millis < 0) return undefined;
  if (millis < DAY_MILLIS && clock) return timeText(BigInt(millis), 1_000n);
  const days = Math.floor(millis / DAY_MILLIS);
  const since1970 = days + epochOf(days, from1904);
  if (!from1904 && days < 1) return undefined;
  if (!clock && millis % DAY_MILLIS === 0) return dayText(since1970);
  return instantText(BigInt(since1970 * DAY_MILLIS + (millis % DAY_MILLIS)), 1_000n);
};

const epochOf = (days: number, from1904: boolean): number => {
  if (from1904) return toDays({ year: 1904, month: 1, day: 1 });
  const first = toDays({ year: 1899, month: 12, day: 31 });
  return days < AFTER_FALSE_LEAP_DAY ? first : first - 1;
};
