import { s3Uri } from '../../core/layout.ts';
import type { Random } from '../../core/ports.ts';
import type { Placed } from '../../core/stream/reading.ts';
import { rowsOf, type StreamRow } from '../../core/stream/rows.ts';
import type { Segment } from '../../core/stream/segment.ts';
import {
  advanceShard,
  type BoundRule,
  eventOf,
  lateLines,
  lateObject,
  neededPanes,
  type Pane,
  paneKey,
  type ShardState,
  type Step,
  startShard,
  toldAlert,
  type WindowEvent,
  type Windowed,
  windowsOfPanes,
} from '../../core/windows/index.ts';
import { inTurns } from '../in-turns.ts';
import type { WindowDeps } from '../window-deps.ts';

/** Places read at a time. */
const readsAtOnce = 32;

/** Records of one shard that have landed together. */
export type Landed = {
  readonly stream: string;
  readonly shard: string;
  readonly segment: Segment;
  readonly records: readonly Placed[];
};

type Deps = WindowDeps & { readonly random: Random };

/** A rule with what the segment's events make of its shard. */
type Advance = {
  readonly rule: BoundRule;
  readonly from: ShardState;
  readonly events: readonly WindowEvent[];
  readonly step: Step;
};

/**
 * Takes what has landed into the windows of its datasets; the names of those that had any of it.
 * All of it may be done again, as far as it was done: the shards' states, which say what has been
 * taken, are written last. `fenced`: another call has taken it meanwhile.
 */
export const advanceWindows = async (
  deps: Deps,
  landed: Landed,
): Promise<readonly Windowed[] | 'fenced'> => {
  const touched: Windowed[] = [];
  for (const windowed of deps.windowed) {
    const rows = rowsOf(windowed.dataset.name, landed, landed.records);
    if (rows.length === 0) continue;
    if ((await advance(deps, windowed, landed, rows)) === 'fenced') return 'fenced';
    touched.push(windowed);
  }
  return touched;
};

const advance = async (
  deps: Deps,
  windowed: Windowed,
  landed: Landed,
  rows: readonly StreamRow[],
): Promise<'written' | 'fenced'> => {
  const advances: Advance[] = [];
  for (const rule of windowed.rules) {
    const found = await advanceRule(deps, rule, landed, rows);
    if (found === 'fenced') return 'fenced';
    advances.push(found);
  }
  const { windows } = deps;
  await windows.putPanes(advances.flatMap(({ step }) => step.put));
  await windows.removePanes(advances.flatMap(({ step }) => step.remove));
  await windows.putMarks(advances.flatMap((each) => marksOf(deps, each)));
  await putLate(deps, windowed, landed, advances);
  await tell(deps, windowed, advances);
  for (const { from, step } of advances) {
    if (step.shard === from || step.shard.checkpoint === from.checkpoint) continue;
    if ((await windows.moveShard(from, step.shard)) === 'fenced') return 'fenced';
    count(deps, windowed, from, step.shard);
  }
  return 'written';
};

/** The name of a shard among all streams that ever were: a new one counts from the start again. */
const shardName = ({ stream, shard }: Landed): string => `${stream}:${shard}`;

const advanceRule = async (
  { windows, now }: Deps,
  rule: BoundRule,
  landed: Landed,
  rows: readonly StreamRow[],
): Promise<Advance | 'fenced'> => {
  const name = shardName(landed);
  const shards = await windows.shards(rule.series.id);
  const known = shards.find(({ shard }) => shard === name);
  const from = known ?? startShard(rule, name, now());
  // Before any pane: who closes windows looks only at the panes of shards that are there.
  if (known === undefined && (await windows.moveShard(null, from)) === 'fenced') return 'fenced';
  const events = rows.map((row) => eventOf(rule, name, row));
  const all = [...new Set([...shards.map(({ shard }) => shard), name])];
  const needs = neededPanes(rule, events);
  const found = await inTurns(needs, readsAtOnce, (need) =>
    windows.panes(need, need.of === 'shard' ? [name] : all),
  );
  const step = advanceShard(rule, from, once(found.flat()), events, now());
  return { rule, from, events, step };
};

const once = (panes: readonly Pane[]): readonly Pane[] => {
  const byKey = new Map(
    panes.map((pane) => {
      const { partition, sort } = paneKey(pane);
      return [`${partition} ${sort}`, pane];
    }),
  );
  return [...byKey.values()];
};

const STAMP_SPACE = 2 ** 48;

const marksOf = ({ now, random }: Deps, { rule, step }: Advance) => {
  const stamp = `${now()}-${Math.floor(random() * STAMP_SPACE).toString(16)}`;
  return windowsOfPanes(rule, step.put).map(({ group, span }) => ({
    ...{ series: rule.series.id, group, kind: 'window' as const, ...span, stamp },
  }));
};

/** One object of a segment, whatever rule they were late for: what is there already stands. */
const putLate = async (
  { store, landingBucket }: Deps,
  { late }: Windowed,
  { stream, shard, segment }: Landed,
  advances: readonly Advance[],
): Promise<void> => {
  const lines = advances.flatMap(({ rule, events, step }) => lateLines(late, rule, events, step));
  if (lines.length === 0) return;
  const { from, to } = segment;
  const key = lateObject(late, { stream, shard, from, to });
  const body = lines.map((line) => `${line}\n`).join('');
  await store.putOnce(s3Uri(landingBucket, key), Buffer.from(body));
};

const tell = async (
  { announcer, count: counted, now }: Deps,
  { dataset }: Windowed,
  advances: readonly Advance[],
): Promise<void> => {
  const alerts = advances.flatMap(({ step }) => step.alerts);
  if (alerts.length === 0) return;
  const at = now();
  await announcer.announceAll(
    alerts.map((alert) => ({
      ...{ type: 'Window Alert', source: 'headgate', at },
      detail: toldAlert(dataset, alert),
    })),
  );
  counted('WindowAlerts', alerts.length, dataset.name);
};

const count = (
  { count: counted }: Deps,
  { dataset }: Windowed,
  from: ShardState,
  to: ShardState,
): void => {
  const metrics = {
    EventsLate: to.late - from.late,
    EventsTooLate: to.tooLate - from.tooLate,
    EventsFuture: to.future - from.future,
  };
  for (const [metric, value] of Object.entries(metrics))
    if (value > 0) counted(metric, value, dataset.name);
};
