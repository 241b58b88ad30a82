import type { WindowEvent, WindowResult } from '../../../core/windows/index.ts';

/**
 * What the windows of a stream come to, by the letter: all distinct events at once, in the order of
 * their time. It shares nothing with core/windows but types.
 */
export type Cut =
  | { readonly kind: 'tumbling'; readonly size: bigint }
  | { readonly kind: 'sliding'; readonly size: bigint; readonly every: bigint }
  | { readonly kind: 'session'; readonly gap: bigint }
  | { readonly kind: 'global' };

type Events = readonly WindowEvent[];
type OracleWindow = {
  readonly start: bigint | null;
  readonly end: bigint | null;
  readonly events: Events;
};

/** Shewchuk's partials as Python's `math.fsum` keeps them: the nearest double of the exact sum. */
export const exactFloatSum = (values: readonly number[]): number => {
  let partials: number[] = [];
  for (const value of values) {
    let rest = value;
    const next: number[] = [];
    for (const partial of partials) {
      const [large, small] = Math.abs(rest) < Math.abs(partial) ? [partial, rest] : [rest, partial];
      const high = large + small;
      const low = small - (high - large);
      if (low !== 0) next.push(low);
      rest = high;
    }
    partials = [...next, rest];
  }
  return roundedPartials(partials);
};

const roundedPartials = (partials: readonly number[]): number => {
  let at = partials.length - 1;
  let high = partials[at] ?? 0;
  let low = 0;
  while (at > 0 && low === 0) {
    at -= 1;
    const next = partials[at] ?? 0;
    const sum = high + next;
    low = next - (sum - high);
    high = sum;
  }
  // Half way between two doubles, the next partial says to which side.
  const below = partials[at - 1] ?? 0;
  if (at > 0 && ((low < 0 && below < 0) || (low > 0 && below > 0))) {
    const twice = low * 2;
    const moved = high + twice;
    if (twice === moved - high) return moved;
  }
  return high;
};

const floorTo = (at: bigint, step: bigint): bigint => {
  let start = (at / step) * step;
  while (start > at) start -= step;
  return start;
};

const fixed = (events: Events, size: bigint, every: bigint): OracleWindow[] => {
  const windows = new Map<bigint, WindowEvent[]>();
  for (const event of events) {
    for (let start = floorTo(event.at, every); start + size > event.at; start -= every) {
      windows.set(start, [...(windows.get(start) ?? []), event]);
    }
  }
  return [...windows].map(([start, of]) => ({ start, end: start + size, events: of }));
};

const sessions = (events: Events, gap: bigint): OracleWindow[] => {
  const found: WindowEvent[][] = [];
  for (const event of events) {
    const current = found.at(-1);
    const last = current?.at(-1);
    if (current === undefined || last === undefined || event.at - last.at >= gap)
      found.push([event]);
    else current.push(event);
  }
  return found.map((of) => ({
    start: of[0]?.at ?? 0n,
    end: (of.at(-1)?.at ?? 0n) + gap,
    events: of,
  }));
};

const windowsOf = (events: Events, cut: Cut): OracleWindow[] => {
  switch (cut.kind) {
    case 'tumbling':
      return fixed(events, cut.size, cut.size);
    case 'sliding':
      return fixed(events, cut.size, cut.every);
    case 'session':
      return sessions(events, cut.gap);
    default:
      return [{ start: null, end: null, events }];
  }
};

const present = <T>(values: readonly (T | null | undefined)[]): T[] =>
  values.filter((value) => value !== null && value !== undefined);

/** Half to even, with four decimals more. */
const exactMean = (total: bigint, count: bigint): bigint => {
  const scaled = total * 10_000n;
  const down = floorTo(scaled, count) / count;
  const twice = (scaled - down * count) * 2n;
  if (twice === count) return down % 2n === 0n ? down : down + 1n;
  return twice > count ? down + 1n : down;
};

const measuresOf = (events: Events) => {
  const amounts = present(events.map(({ values }) => values.amount)).map((each) =>
    BigInt(String(each)),
  );
  const weights = present(events.map(({ values }) => values.weight)).map(Number);
  const total = amounts.reduce((sum, each) => sum + each, 0n);
  const some = amounts.length > 0;
  const sorted = [...weights].sort((a, b) => a - b);
  const weighed = weights.length > 0;
  return {
    exact: {
      events: BigInt(events.length),
      total: some ? total : null,
      least: some ? amounts.reduce((a, b) => (a < b ? a : b)) : null,
      most: some ? amounts.reduce((a, b) => (a > b ? a : b)) : null,
      mean: some ? exactMean(total, BigInt(amounts.length)) : null,
      weight: weighed ? exactFloatSum(weights) : null,
      middling: weighed ? exactFloatSum(weights) / weights.length : null,
      codes: BigInt(new Set(present(events.map(({ values }) => values.code))).size),
    },
    median: sorted[Math.floor(0.5 * (sorted.length - 1))] ?? null,
  };
};

const printed = (value: unknown): string =>
  JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? `${each}n` : each));

/** One line for each window and group, and the true median of its weights. */
export const oracle = (events: Events, cut: Cut): ReadonlyMap<string, number | null> => {
  const distinct = [...new Map(events.map((event) => [event.id, event])).values()].sort((a, b) =>
    a.at < b.at ? -1 : 1,
  );
  const groups = new Map<string, WindowEvent[]>();
  for (const event of distinct) {
    const key = printed(event.group);
    groups.set(key, [...(groups.get(key) ?? []), event]);
  }
  const lines = [...groups].flatMap(([group, of]) =>
    windowsOf(of, cut).map((window) => {
      const { exact, median } = measuresOf(window.events);
      return [printed([group, window.start, window.end, exact]), median] as const;
    }),
  );
  return new Map(lines);
};

/** The same lines of results, with the median as it was found. */
export const linesOf = (results: readonly WindowResult[]): ReadonlyMap<string, unknown> =>
  new Map(
    results.map(({ group, windowStart, windowEnd, measures }) => {
      const { median, ...exact } = measures;
      return [printed([printed(group), windowStart, windowEnd, exact]), median] as const;
    }),
  );

/** The pieces of time, as long as the span, in which a span with too much in it ends. */
export const fastPieces = (
  events: Events,
  span: bigint,
  isTooMuch: (within: Events) => boolean,
): ReadonlySet<string> =>
  new Set(
    events
      .filter(({ at, group }) =>
        isTooMuch(
          events.filter(
            (each) =>
              printed(each.group) === printed(group) && each.at <= at && each.at > at - span,
          ),
        ),
      )
      .map((event) => pieceOf(event, span)),
  );

/** The piece of time that an event or alert lies in, with its group. */
export const pieceOf = ({ at, group }: Pick<WindowEvent, 'at' | 'group'>, span: bigint): string =>
  `${printed(group)} ${floorTo(at, span)}`;
