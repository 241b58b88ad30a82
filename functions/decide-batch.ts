import {
  always,
  anomaliesOf,
  type Batch,
  type BoundRule,
  type Closer,
  encodeFinding,
  encodeResult,
  type Finding,
  gapsOf,
  groupKey,
  type Mark,
  nextGap,
  overlap,
  type Pane,
  resultsOf,
  type Span,
  settledSpan,
  spanOf,
  streamWatermark,
  type Windowed,
  type WindowResult,
  type WindowStore,
  windowsOfPanes,
} from '../core/windows/index.ts';
import { inTurns } from './in-turns.ts';
import type { WindowDeps } from './window-deps.ts';

/** Windows of one pass over a dataset. */
const marksMax = 200;
/** Of the results in one decision, so that it stays below the 400 kB of an item. */
const bytesMax = 250_000;
/** Groups looked at at a time. */
const groupsAtOnce = 16;
/** Results looked through for the one before or behind that was not retracted. */
const neighboursMax = 16;
/** Placeholders of one group that are there already. */
const gapsMax = 2_100;

/** What is known of a group while its due windows are looked at one after the other. */
type View = {
  readonly rule: BoundRule;
  readonly shards: readonly string[];
  readonly watermark: bigint | null;
  readonly windows: WindowStore;
  /** Decided in this pass, and not written yet. */
  readonly decided: WindowResult[];
};

/** What one mark comes to. */
type Outcome = {
  readonly mark: Mark;
  readonly results: readonly WindowResult[];
  readonly findings: readonly Finding[];
  readonly next: readonly Omit<Mark, 'stamp'>[];
};

/** What there is to say of the due windows; undefined where none are. Nothing is written. */
export const decideBatch = async (
  { windows, now }: WindowDeps,
  { rules }: Windowed,
  closer: Closer,
  endless: boolean,
): Promise<{ readonly batch: Batch; readonly watermarks: Closer['watermarks'] } | undefined> => {
  const watermarks: Record<string, bigint> = {};
  const outcomes: Outcome[] = [];
  for (const rule of rules) {
    const { id } = rule.series;
    const shards = await windows.shards(id);
    const watermark = streamWatermark(rule, shards, now(), closer.watermarks[id] ?? null);
    if (watermark !== null) watermarks[id] = watermark;
    const limit = marksMax - outcomes.length;
    if (limit <= 0) continue;
    const marks = await windows.dueMarks({ series: id, watermark, endless, limit });
    const view = { rule, shards: shards.map(({ shard }) => shard), watermark, windows };
    const groups = [...Map.groupBy(marks, ({ group }) => groupKey(group)).values()];
    const found = await inTurns(groups, groupsAtOnce, (own) => lookAt(view, own));
    outcomes.push(...found.flat());
  }
  return outcomes.length === 0 ? undefined : { batch: batchOf(outcomes, closer.turn), watermarks };
};

/** As many as one item holds. What is cut off is found again by the mark, which stays. */
const batchOf = (outcomes: readonly Outcome[], turn: number): Batch => {
  const batch: {
    readonly results: WindowResult[];
    readonly findings: Finding[];
    readonly done: Mark[];
    readonly next: Mark[];
  } = { results: [], findings: [], done: [], next: [] };
  let bytes = 0;
  for (const { mark, results, findings, next } of outcomes) {
    bytes += findings.map(encodeFinding).reduce((sum, each) => sum + sizeOf(each), 0);
    bytes += sizeOf(mark.group) * 2;
    const taken: WindowResult[] = [];
    for (const result of results) {
      bytes += sizeOf(encodeResult(result));
      if (bytes > bytesMax && batch.results.length + taken.length > 0) break;
      taken.push(result);
    }
    batch.results.push(...taken);
    if (taken.length < results.length) break;
    batch.findings.push(...findings);
    batch.done.push(mark);
    batch.next.push(...next.map((each) => ({ ...each, stamp: `closer-${turn}` })));
  }
  return batch;
};

const sizeOf = (json: unknown): number =>
  Buffer.byteLength(
    JSON.stringify(json, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value)),
  );

/** The due windows of one group, in the order of their time. */
const lookAt = async (
  of: Omit<View, 'decided'>,
  marks: readonly Mark[],
): Promise<readonly Outcome[]> => {
  const view: View = { ...of, decided: [] };
  const outcomes: Outcome[] = [];
  for (const mark of marks) {
    const results = mark.kind === 'window' ? await windowResults(view, mark) : [];
    view.decided.push(...results);
    const findings = await findingsOf(view, results);
    const isTold = mark.kind === 'gap' || results.length > 0;
    const gaps = isTold ? await gapResults(view, mark, results) : { results: [], next: [] };
    view.decided.push(...gaps.results);
    outcomes.push({ mark, results: [...results, ...gaps.results], findings, next: gaps.next });
  }
  return outcomes;
};

const windowResults = async (view: View, { group, start, end }: Mark) => {
  const { rule, shards, watermark, windows } = view;
  const { id, window } = rule.series;
  const read = (span: Span): Promise<readonly Pane[]> =>
    windows.panes({ series: id, group, span }, shards);
  let span: Span = { start, end };
  let panes = await read(span);
  for (;;) {
    const wider = settledSpan(window, span, panes);
    if (wider.start === span.start && wider.end === span.end) break;
    span = wider;
    panes = await read(span);
  }
  const previous = await resultsIn(view, group, span, 'window', Number.MAX_SAFE_INTEGER);
  return resultsOf(rule, { group, span }, panes, watermark, previous);
};

/** The last versions of what starts in the span, those of this pass among them. */
const resultsIn = async (
  { rule, windows, decided }: View,
  group: Mark['group'],
  span: Span,
  kind: 'window' | 'gap',
  limit: number,
): Promise<readonly WindowResult[]> => {
  const stored = await windows.results({ series: rule.series.id, group, span }, kind, limit);
  const isWithin = (result: WindowResult): boolean => {
    const { start } = spanOf(result);
    return result.isGap === (kind === 'gap') && start >= span.start && start < span.end;
  };
  return latest([...stored, ...decided.filter(isWithin)]);
};

/** Of each start the last version, the earliest first. */
const latest = (results: readonly WindowResult[]): readonly WindowResult[] => {
  const byStart = new Map<bigint, WindowResult>();
  for (const result of results) {
    const { start } = spanOf(result);
    const other = byStart.get(start);
    if (other === undefined || other.version <= result.version) byStart.set(start, result);
  }
  return [...byStart.values()].sort((a, b) => (spanOf(a).start < spanOf(b).start ? -1 : 1));
};

/** The windows before an instant, the latest first. */
const before = async (
  { rule, windows, decided }: View,
  group: Mark['group'],
  start: bigint,
  limit: number,
): Promise<readonly WindowResult[]> => {
  if (start <= always.start) return [];
  const stored = await windows.resultsBefore({ series: rule.series.id, group, start }, limit);
  const own = decided.filter((each) => !each.isGap && spanOf(each).start < start);
  return latest([...stored, ...own]).toReversed();
};

/** A result by itself, and as many before it as its anomalies look at. */
const findingsOf = async (
  view: View,
  results: readonly WindowResult[],
): Promise<readonly Finding[]> => {
  const { rule } = view;
  const needed = rule.rule.anomalies.map((each) => ('windows' in each ? each.windows : 0));
  if (rule.rule.anomalies.every(({ kind }) => kind === 'gap')) return [];
  const findings: Finding[] = [];
  for (const result of results.filter(({ retracted }) => !retracted)) {
    const { start } = spanOf(result);
    const limit = Math.max(...needed) * 2;
    const past = limit === 0 ? [] : await before(view, result.group, start, limit);
    findings.push(...anomaliesOf(rule, [...past, result], start));
  }
  return findings;
};

type Gaps = Pick<Outcome, 'results' | 'next'>;
const none: Gaps = { results: [], next: [] };

/** Placeholders before and behind what was looked at, between its neighbours. */
const gapResults = async (
  view: View,
  { group, end, kind }: Mark,
  results: readonly WindowResult[],
): Promise<Gaps> => {
  const { rule, watermark, windows, shards } = view;
  if (!rule.rule.anomalies.some((each) => each.kind === 'gap')) return none;
  const starts = results.map((each) => spanOf(each).start);
  const own = starts.reduce((least, each) => (each < least ? each : least), end);
  const counts = ({ retracted }: WindowResult): boolean => !retracted;
  const previous = (await before(view, group, own, neighboursMax)).find(counts);
  const from = previous === undefined ? own : spanOf(previous).start;
  const rest = { start: end, end: always.end };
  const following = (await resultsIn(view, group, rest, 'window', neighboursMax)).find(counts);
  const to = following === undefined ? always.end : spanOf(following).start + 1n;
  const between = { start: from, end: to };
  const taken = await resultsIn(view, group, between, 'window', Number.MAX_SAFE_INTEGER);
  const told = await resultsIn(view, group, between, 'gap', gapsMax);
  const last = taken
    .filter(counts)
    .map((each) => spanOf(each).end)
    .reduce(later, from);
  const isLast = following === undefined;
  const ahead = isLast && watermark !== null && last < watermark;
  const open = ahead
    ? await windows.panes(
        { series: rule.series.id, group, span: { start: last, end: watermark } },
        shards,
      )
    : [];
  const spans = windowsOfPanes(rule, open).map(({ span }) => span);
  const until = isLast ? watermark : spanOf(following).start;
  const rows = gapsOf(rule, group, [...taken, ...told], spans, until).map((row) => ({
    ...row,
    closedAtWatermark: watermark,
  }));
  const isQuiet = isLast && !spans.some((span) => overlap(span, { start: last, end: always.end }));
  const next = isQuiet ? nextGap(rule, group, last, watermark) : undefined;
  if (kind === 'gap' && rows.length === 0 && next === undefined) return none;
  return { results: rows, next: next === undefined ? [] : [next] };
};

const later = (a: bigint, b: bigint): bigint => (a > b ? a : b);
