import type { WindowEvent } from './event.ts';
import type { Group } from './json.ts';
import { groupText } from './pane.ts';
import type { Window } from './rule.ts';
import { hullOf, overlap, paneAt, type Span } from './span.ts';

/**
 * Events of one group that can have to do with each other: those of one pane. Sessions may grow
 * together, so that all of a group are one cell.
 */
export type Cell = {
  readonly group: Group;
  /** Where the cell's events want to be kept. Sessions that overlap are one stretch. */
  readonly spans: readonly Span[];
  /** In the order in which they came. */
  readonly events: readonly [WindowEvent, ...WindowEvent[]];
};

type Open = {
  readonly group: Group;
  readonly span: Span;
  readonly events: [WindowEvent, ...WindowEvent[]];
};

/** Events as cells, in the order of the first event of each. */
export const cellsOf = (window: Window, events: readonly WindowEvent[]): readonly Cell[] => {
  const isSession = window.kind === 'session';
  const cells: Open[] = [];
  const cellsIn = byGroup(() => ({
    last: undefined as Open | undefined,
    all: new Map<bigint, Open>(),
  }));
  for (const event of events) {
    const own = cellsIn(event.group);
    const isLast = own.last !== undefined && (isSession || holds(own.last.span, event.at));
    if (own.last !== undefined && isLast) {
      own.last.events.push(event);
      continue;
    }
    const span = paneAt(window, event.at);
    const known = own.all.get(span.start);
    const cell = known ?? { group: event.group, span, events: [event] };
    own.last = cell;
    if (known !== undefined) {
      known.events.push(event);
      continue;
    }
    own.all.set(span.start, cell);
    cells.push(cell);
  }
  return cells.map(({ group, span, events: own }) => ({
    ...{ group, events: own },
    spans: isSession ? stretchesOf(window, own) : [span],
  }));
};

const holds = ({ start, end }: Span, at: bigint): boolean => start <= at && at < end;

/** What events of sessions take up: all that overlap as one. */
const stretchesOf = (window: Window, events: readonly WindowEvent[]): readonly Span[] => {
  const alone = events
    .map(({ at }) => paneAt(window, at))
    .sort((a, b) => (a.start < b.start ? -1 : 1));
  const stretches: Span[] = [];
  for (const span of alone) {
    const last = stretches.at(-1);
    if (last !== undefined && overlap(last, span)) stretches.splice(-1, 1, hullOf(last, span));
    else stretches.push(span);
  }
  return stretches;
};

/** One thing for each group: found by its array, or by its values where that is another one. */
const byGroup = <T>(make: () => T): ((group: Group) => T) => {
  const byArray = new Map<Group, T>();
  const byValues = new Map<string, T>();
  return (group) => {
    const known = byArray.get(group);
    if (known !== undefined) return known;
    const text = groupText(group);
    const found = byValues.get(text) ?? make();
    byValues.set(text, found);
    byArray.set(group, found);
    return found;
  };
};
