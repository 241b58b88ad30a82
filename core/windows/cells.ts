import type { Scalar } from '../fields/value.ts';
import type { WindowEvent } from './event.ts';
import type { Group } from './json.ts';
import type { Window } from './rule.ts';
import { hullOf, overlap, paneAt, type Span } from './span.ts';

/**
 * Events of one group that can have to do with each other: those of one pane. Sessions may grow
 * together, so that all of a group are one cell.
 */
export type Cell = {
  readonly group: Group;
  /** Where its first event is kept, and but for sessions all others. */
  readonly span: Span;
  /** In the order in which they came. */
  readonly events: readonly [WindowEvent, ...WindowEvent[]];
};

type Open = Cell & { readonly events: [WindowEvent, ...WindowEvent[]] };

/** Events as cells, in the order of the first event of each. */
export const cellsOf = (window: Window, events: readonly WindowEvent[]): readonly Cell[] => {
  const isSession = window.kind === 'session';
  const cells: Open[] = [];
  const cellsIn = perGroup(() => ({
    last: undefined as Open | undefined,
    all: new Map<bigint, Open>(),
  }));
  for (const event of events) {
    const own = cellsIn(event.group);
    const { last } = own;
    if (last !== undefined && (isSession || holds(last.span, event.at))) {
      last.events.push(event);
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
  return cells;
};

const holds = ({ start, end }: Span, at: bigint): boolean => start <= at && at < end;

/** Where the events of a cell want to be kept; sessions that overlap are one stretch. */
export const spansOf = (window: Window, { span, events }: Cell): readonly Span[] => {
  if (window.kind !== 'session') return [span];
  const alone = events
    .map(({ at }) => paneAt(window, at))
    .sort((a, b) => (a.start < b.start ? -1 : 1));
  const stretches: Span[] = [];
  for (const each of alone) {
    const last = stretches.at(-1);
    if (last !== undefined && overlap(last, each)) stretches.splice(-1, 1, hullOf(last, each));
    else stretches.push(each);
  }
  return stretches;
};

/** What groups that begin with the same values have, and what the one has that ends here. */
type Branch<T> = { own: T | undefined; readonly next: Map<Scalar | null, Branch<T>> };

/** One thing for each group; quicker than to compare groups by a text of their values. */
const perGroup = <T>(make: () => T): ((group: Group) => T) => {
  const branch = (): Branch<T> => ({ own: undefined, next: new Map() });
  const root = branch();
  return (group) => {
    let at = root;
    for (const value of group) {
      const next = at.next.get(value) ?? branch();
      at.next.set(value, next);
      at = next;
    }
    at.own ??= make();
    return at.own;
  };
};
