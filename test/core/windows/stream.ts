import { EpochMs } from '../../../core/ids.ts';
import {
  type Alert,
  advanceShard,
  type BoundRule,
  closeShard,
  encodePane,
  encodeResult,
  encodeShard,
  type GroupWindow,
  groupKey,
  isClosed,
  microsOf,
  neededPanes,
  overlap,
  type Pane,
  paneKey,
  parsePane,
  parseResult,
  parseShard,
  resultKey,
  resultsOf,
  type ShardState,
  type Span,
  settledSpan,
  spanOf,
  startShard,
  streamWatermark,
  type WindowEvent,
  type WindowResult,
  windowsOfPanes,
} from '../../../core/windows/index.ts';
import type { Random } from '../../sim/random.ts';

/** The functions on trial; a planted fault is another one in their place. */
export type Parts = {
  readonly advance: typeof advanceShard;
  readonly results: typeof resultsOf;
};
export const sound: Parts = { advance: advanceShard, results: resultsOf };

/** A shard's records in the order of their sequence numbers, and the shards that it follows. */
export type Shard = {
  readonly name: string;
  readonly parents: readonly string[];
  readonly events: readonly WindowEvent[];
};

const START_MS = 1_000_000;
/** Beyond every window: at the end of a history nothing more comes. */
const END_OF_TIME = 2n ** 62n;

const keyOf = ({ partition, sort }: { partition: string; sort: string }): string =>
  `${partition}/${sort}`;

type Item = { readonly text: string; readonly shard: string; readonly span: Span };

/** Items by partition and the rest of their key. */
const itemTable = () => {
  const partitions = new Map<string, Map<string, Item>>();
  return {
    put: ({ partition, sort }: { partition: string; sort: string }, item: Item) =>
      partitions.set(partition, (partitions.get(partition) ?? new Map()).set(sort, item)),
    remove: ({ partition, sort }: { partition: string; sort: string }) =>
      partitions.get(partition)?.delete(sort),
    get: ({ partition, sort }: { partition: string; sort: string }) =>
      partitions.get(partition)?.get(sort),
    query: (partition: string, span: Span) =>
      [...(partitions.get(partition)?.values() ?? [])].filter((item) => overlap(item.span, span)),
    all: () => [...partitions.values()].flatMap((items) => [...items.values()]),
  };
};

const parsed = <T>(items: Iterable<Item>, parse: (json: unknown) => T): T[] =>
  [...items].map(({ text }) => parse(JSON.parse(text)));

/** A stream's tables, in which everything is JSON text, as it would be after a restart. */
const tables = () => {
  const panes = itemTable();
  const shards = new Map<string, string>();
  const results = itemTable();
  return {
    putPane: (pane: Pane) =>
      panes.put(paneKey(pane), {
        ...{ text: JSON.stringify(encodePane(pane)), shard: pane.shard, span: pane },
      }),
    removePane: (pane: Pane) => panes.remove(paneKey(pane)),
    panes: (series: string, key: string, span: Span, of?: string) =>
      parsed(
        panes.query(`${series}/${key}`, span).filter(({ shard }) => (of ?? shard) === shard),
        parsePane,
      ),
    putShard: (state: ShardState) => shards.set(state.shard, JSON.stringify(encodeShard(state))),
    shards: () => [...shards.values()].map((text) => parseShard(JSON.parse(text))),
    /** The last version of each; one that is not the next of its kind is a fault. */
    putResult: (result: WindowResult) => {
      const last = parsed([results.get(resultKey(result)) ?? []].flat(), parseResult)[0];
      if (result.version !== (last?.version ?? 0) + 1)
        throw new Error(`version ${result.version} follows ${last?.version}`);
      const text = JSON.stringify(encodeResult(result));
      results.put(resultKey(result), { text, shard: '', span: spanOf(result) });
    },
    results: () => parsed(results.all(), parseResult),
    resultsIn: (series: string, key: string, span: Span) =>
      parsed(results.query(`${series}/${key}`, span), parseResult),
  };
};
type Tables = ReturnType<typeof tables>;

/** Publishes what there is to say of a window; what it wrote. */
const publish = (
  rule: BoundRule,
  { results }: Parts,
  store: Tables,
  { group, span }: GroupWindow,
  watermark: bigint | null,
): readonly WindowResult[] => {
  const { id, window } = rule.series;
  const key = groupKey(group);
  let settled = span;
  let panes = store.panes(id, key, settled);
  for (let wider = settledSpan(window, settled, panes); ; ) {
    if (wider.start === settled.start && wider.end === settled.end) break;
    settled = wider;
    panes = store.panes(id, key, settled);
    wider = settledSpan(window, settled, panes);
  }
  const previous = store.resultsIn(id, key, settled);
  const found = results(rule, { group, span: settled }, panes, watermark, previous);
  for (const result of found) store.putResult(result);
  return found;
};

/** What a history came to. */
export type Outcome = {
  readonly results: readonly WindowResult[];
  readonly shards: readonly ShardState[];
  /** Versions written when everything was looked at a second time. */
  readonly again: number;
  /** Whether the watermark ever was ahead of the clock by more than allowed. */
  readonly ranAhead: boolean;
  readonly alerts: ReadonlyMap<string, Alert>;
};

/** The shards that can be read: those they follow have been read to their end. */
const readable = (shards: readonly Shard[], states: readonly ShardState[]): readonly Shard[] => {
  const closed = new Set(states.flatMap(({ shard, closed: is }) => (is ? [shard] : [])));
  return shards.filter(
    ({ name, parents }) => !closed.has(name) && parents.every((parent) => closed.has(parent)),
  );
};

/**
 * Plays a history: batches of any size from any shard, batches that come again, and crashes after
 * any write. Nothing is held in memory from one batch to the next but the clock.
 */
export const play = (
  rule: BoundRule,
  history: readonly Shard[],
  random: Random,
  parts: Parts = sound,
): Outcome => {
  const store = tables();
  const open = new Map<string, GroupWindow>();
  const alerts = new Map<string, Alert>();
  let [now, watermark, ranAhead] = [EpochMs.parse(START_MS), null as bigint | null, false];
  const publishDue = (): void => {
    for (const [key, window] of open) {
      if (isClosed(window.span, watermark)) {
        publish(rule, parts, store, window, watermark);
        open.delete(key);
      }
    }
  };
  const batch = ({ name, parents, events }: Shard): void => {
    const states = store.shards();
    const state =
      states.find(({ shard }) => shard === name) ??
      startShard(
        rule,
        name,
        now,
        states.filter(({ shard }) => parents.includes(shard)),
      );
    const next = events.findIndex(
      ({ id }) => BigInt(id.split('/')[1] ?? '') > BigInt(state.checkpoint ?? '-1'),
    );
    if (next < 0) {
      store.putShard(closeShard(state));
      return;
    }
    const from = random.chance(0.3) ? Math.max(0, next - random.whole(1, 4)) : next;
    const taken = events.slice(from, next + random.whole(1, 8));
    const loaded = neededPanes(rule, taken).flatMap(({ series, group, span, of }) =>
      store.panes(series, groupKey(group), span, of === 'shard' ? name : undefined),
    );
    const once = new Map(loaded.map((pane) => [keyOf(paneKey(pane)), pane]));
    const step = parts.advance(rule, state, [...once.values()], taken, now);
    const writes = [
      ...step.put.map((pane) => () => store.putPane(pane)),
      ...step.remove.map((pane) => () => store.removePane(pane)),
      // Sessions of two shards can start at once and end apart: each end is looked at.
      ...windowsOfPanes(rule, step.put).flatMap((window) => [
        () => {
          const { start, end } = window.span;
          open.set(`${groupKey(window.group)}/${start}/${end}`, window);
        },
        () => publish(rule, parts, store, window, watermark),
      ]),
      () => {
        for (const alert of step.alerts) alerts.set(alert.id, alert);
      },
      () => store.putShard(step.shard),
    ];
    const crash = random.chance(0.15) ? random.whole(0, writes.length) : writes.length;
    for (const write of writes.slice(0, crash)) write();
  };
  for (;;) {
    const [first, ...others] = readable(history, store.shards());
    if (first === undefined) break;
    batch(random.pick([first, ...others]));
    now = EpochMs.parse(now + random.pick([0, 10, 500, 5_000]));
    watermark = streamWatermark(rule, store.shards(), now, watermark);
    ranAhead ||= watermark !== null && watermark > microsOf(now + rule.rule.futureLimitMs);
    publishDue();
  }
  watermark = END_OF_TIME;
  publishDue();
  const results = store.results();
  const again = store
    .results()
    .filter(({ retracted }) => !retracted)
    .flatMap((result) =>
      publish(rule, parts, store, { group: result.group, span: spanOf(result) }, watermark),
    );
  return { results, shards: store.shards(), again: again.length, ranAhead, alerts };
};
