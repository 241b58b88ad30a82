import { toDays } from './calendar.ts';

/**
 * The clock of one zone as a table that both engines read: the row engine as it is, the set engine
 * as constants in its SQL. Else the time zone data of Node and of DuckDB could differ. All in
 * seconds.
 */
export type Zone = {
  /** From the first on, each up to the next; the first one has no start. */
  readonly spans: readonly Span[];
  readonly changes: readonly Change[];
};

/**
 * A stretch of local time, with the seconds east of UTC before a change of the clock and after it:
 * the same outside of changes, more after than before where the clock skips the stretch, less where
 * it shows it twice.
 */
export type Span = { readonly from: number; readonly before: number; readonly after: number };

type Change = { readonly at: number; readonly before: number; readonly after: number };

const DAY = 86_400;
/** Before 1970 the data of zones is guesswork; rules of later years are the present ones. */
export const LOCAL_FIRST = 0;
export const LOCAL_END = toDays({ year: 2100, month: 1, day: 1 }) * DAY;

/** No two changes of a zone in these years are closer than this. */
const STEP = 6 * DAY;

const zones = new Map<string, Zone>();

/** A zone of the IANA names, worked out once. */
export const zoneOf = (name: string): Zone => {
  const known = zones.get(name) ?? tableOf(changesOf(name));
  zones.set(name, known);
  return known;
};

const NAME = /^[A-Z][A-Za-z]+(?:\/[A-Za-z0-9_+-]+)+$/;

/** Why a name is none of a zone, or undefined when it is one. */
export const zoneProblem = (name: string): string | undefined => {
  const allowed = "allowed are UTC and IANA names like 'Europe/Warsaw'";
  if (name !== 'UTC' && !NAME.test(name)) return `the zone is '${name}'; ${allowed}`;
  try {
    clockOf(name);
    return undefined;
  } catch {
    return `the zone '${name}' is not known; ${allowed}`;
  }
};

const clockOf = (timeZone: string) =>
  new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });

/** Seconds east of UTC at an instant: what the zone's clock shows, less the instant. */
const offsetAt = (clock: Intl.DateTimeFormat, at: number): number => {
  const shown = clock.format(at * 1000).match(/\d+/g) ?? [];
  const [month = 0, day = 0, year = 0, hour = 0, minute = 0, second = 0] = shown.map(Number);
  return toDays({ year, month, day }) * DAY + hour * 3600 + minute * 60 + second - at;
};

const changesOf = (name: string): Change[] => {
  const clock = clockOf(name);
  const changes: Change[] = [];
  let before = offsetAt(clock, LOCAL_FIRST - STEP);
  changes.push({ at: Number.NEGATIVE_INFINITY, before, after: before });
  for (let end = LOCAL_FIRST; end < LOCAL_END + STEP; end += STEP) {
    const after = offsetAt(clock, end);
    if (after === before) continue;
    let [low, high] = [end - STEP, end];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (offsetAt(clock, middle) === before) low = middle;
      else high = middle;
    }
    changes.push({ at: high, before, after });
    before = after;
  }
  return changes;
};

const tableOf = (changes: readonly Change[]): Zone => {
  const spans = changes.flatMap(({ at, before, after }): Span[] => {
    const start = at + Math.min(before, after);
    if (before === after) return [{ from: start, before, after }];
    const end = at + Math.max(before, after);
    return [
      { from: start, before, after },
      { from: end, before: after, after },
    ];
  });
  if (spans.some(({ from }, index) => from < (spans[index - 1]?.from ?? from))) {
    throw new Error('a zone changes its clock twice within a day');
  }
  return { spans, changes };
};

const spanAt = ({ spans }: Zone, local: number): Span | undefined => {
  let [low, high] = [0, spans.length];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if ((spans[middle]?.from ?? LOCAL_END) <= local) low = middle;
    else high = middle;
  }
  return spans[low];
};

/** Which of two instants is meant where the clock shows a time twice. */
export const overlaps = ['first', 'last'] as const;
export type Overlap = (typeof overlaps)[number];

/** Seconds east of UTC at a local time, or why there is not one answer. */
export const offsetOfLocal = (
  zone: Zone,
  local: number,
  overlap?: Overlap,
): number | 'gap' | 'twice' | 'unknown' => {
  if (local < LOCAL_FIRST || local >= LOCAL_END) return 'unknown';
  const { before = 0, after = 0 } = spanAt(zone, local) ?? {};
  if (after === before) return after;
  if (after > before) return 'gap';
  if (overlap === undefined) return 'twice';
  return overlap === 'first' ? before : after;
};

/** Seconds east of UTC at an instant. */
export const offsetOfInstant = (zone: Zone, at: number): number =>
  zone.changes.findLast((change) => change.at <= at)?.after ?? 0;
