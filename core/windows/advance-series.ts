import { compareSequences } from '../stream/sequence.ts';
import { combined, many } from './accumulator.ts';
import type { Series } from './bound-rule.ts';
import { type Cell, cellsOf } from './cells.ts';
import type { WindowEvent } from './event.ts';
import type { Group } from './json.ts';
import { groupText, type Pane, totalOf, withoutLeftovers } from './pane.ts';
import { hullOf, overlap, paneAt, type Span } from './span.ts';

/** What becomes of a shard's panes. Write `put` first: what is removed is in it. */
export type PaneChanges = { readonly put: readonly Pane[]; readonly remove: readonly Pane[] };

/** A pane under way, and the last sequence number it had when it was loaded. */
type Open = { readonly pane: Pane; readonly loadedThrough: bigint; readonly isTouched: boolean };

const BEFORE_ALL = -1n;

/** The name of the cell that a pane is in; sessions of a group are all in one. */
const cellName = ({ window }: Series, group: Group, start: bigint): string =>
  window.kind === 'session' ? groupText(group) : `${groupText(group)}/${start}`;

/** Of events in order, those behind a sequence number. */
const behind = (events: readonly WindowEvent[], taken: bigint): readonly WindowEvent[] => {
  if (taken === BEFORE_ALL) return events;
  const text = `${taken}`;
  const first = events.findIndex(({ sequence }) => compareSequences(sequence, text) > 0);
  return first < 0 ? [] : events.slice(first);
};

const withEvents = (
  series: Series,
  shard: string,
  open: readonly Open[],
  events: Cell['events'],
) => {
  const [event] = events;
  const alone = paneAt(series.window, event.at);
  const over = open.filter(({ pane }) => overlap(pane, alone));
  const others = open.filter(({ pane }) => !overlap(pane, alone));
  // Had they come to two panes before the crash, these would have become one, which has them.
  const taken = over.reduce(
    (last, { loadedThrough }) => (loadedThrough > last ? loadedThrough : last),
    BEFORE_ALL,
  );
  const fresh = behind(events, taken);
  const last = fresh.at(-1);
  if (last === undefined) return [...others, ...over.map((each) => ({ ...each, isTouched: true }))];
  const panes = over.map(({ pane }) => pane);
  const { start, end } = panes.reduce<Span>(hullOf, alone);
  const before = totalOf(series, panes);
  const measures = Object.fromEntries(
    Object.entries(before).map(([name, sum]) => {
      const measure = series.measures[name];
      return [name, measure === undefined ? sum : combined(sum, many(measure, fresh))];
    }),
  );
  const { id } = series;
  const through = BigInt(last.sequence);
  const pane = { series: id, shard, group: event.group, start, end, through, measures };
  // What follows in this batch has no smaller number: nothing of it can be in here already.
  return [...others, { pane, loadedThrough: BEFORE_ALL, isTouched: true }];
};

/** Events of one cell in the pieces that go into a pane together: of a session each by itself. */
const piecesOf = ({ window }: Series, { events }: Cell): readonly Cell['events'][] =>
  window.kind === 'session' ? events.map((event) => [event]) : [events];

const cellChanges = (
  series: Series,
  shard: string,
  loaded: readonly Pane[],
  cell: Cell,
): PaneChanges => {
  const before: readonly Open[] = withoutLeftovers(loaded).map((pane) => ({
    ...{ pane, loadedThrough: pane.through, isTouched: false },
  }));
  const open = piecesOf(series, cell).reduce<readonly Open[]>(
    (panes, piece) => withEvents(series, shard, panes, piece),
    before,
  );
  const starts = new Set(open.map(({ pane }) => pane.start));
  return {
    put: open.flatMap(({ pane, isTouched }) => (isTouched ? [pane] : [])),
    remove: loaded.filter(({ start }) => !starts.has(start)),
  };
};

/**
 * Puts events, in the order of their sequence numbers, into the panes of their shard. A pane that
 * has its events already is written again all the same: who comes back after a crash has to know
 * which windows may not have been looked at.
 */
export const advanceSeries = (
  series: Series,
  shard: string,
  loaded: readonly Pane[],
  events: readonly WindowEvent[],
): PaneChanges => {
  const own = loaded.filter((pane) => pane.series === series.id && pane.shard === shard);
  const panes = Map.groupBy(own, ({ group, start }) => cellName(series, group, start));
  const changes = cellsOf(series.window, events).map((cell) => {
    const name = cellName(series, cell.group, cell.span.start);
    return cellChanges(series, shard, panes.get(name) ?? [], cell);
  });
  return {
    put: changes.flatMap(({ put }) => put),
    remove: changes.flatMap(({ remove }) => remove),
  };
};
