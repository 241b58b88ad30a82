import { toDays } from '../calendar.ts';

const DAY_SECONDS = 86_400;

/**
 * The clock of an IANA zone: microseconds of an instant in, those of its local clock out; undefined
 * for a name that is none. Only the row engine asks; the rules are those that Node brings along.
 */
export const zoneClock = (zone: string): ((micros: bigint) => bigint) | undefined => {
  const format = formatOf(zone);
  if (format === undefined) return undefined;
  return (micros) => {
    const inSecond = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
    const seconds = (micros - inSecond) / 1_000_000n;
    const parts = new Map(
      format.formatToParts(Number(seconds) * 1000).map(({ type, value }) => [type, value]),
    );
    const part = (name: Intl.DateTimeFormatPartTypes): number => Number(parts.get(name) ?? '0');
    const year = parts.get('era') === 'BC' ? 1 - part('year') : part('year');
    const days = toDays({ year, month: part('month'), day: part('day') });
    const clock = (part('hour') * 60 + part('minute')) * 60 + part('second');
    return BigInt(days * DAY_SECONDS + clock) * 1_000_000n + inSecond;
  };
};

const formats = new Map<string, Intl.DateTimeFormat | undefined>();

/** Making one takes far longer than using it. */
const formatOf = (zone: string): Intl.DateTimeFormat | undefined => {
  if (!formats.has(zone)) formats.set(zone, newFormat(zone));
  return formats.get(zone);
};

const newFormat = (timeZone: string): Intl.DateTimeFormat | undefined => {
  // An offset is a zone to Node and none to DuckDB.
  if (!/^[A-Z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/.test(timeZone)) return undefined;
  try {
    return new Intl.DateTimeFormat('en-u-ca-gregory-nu-latn', {
      timeZone,
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
      hourCycle: 'h23',
    });
  } catch {
    return undefined;
  }
};
