export {
  advanceShard,
  type FutureEvent,
  type LateEvent,
  type Need,
  neededPanes,
  type Step,
} from './advance-shard.ts';
export { type Alert, encodeAlert } from './alerts.ts';
export { anomaliesOf, encodeFinding, type Finding } from './anomalies.ts';
export { type BoundMeasure, type BoundRule, bindRule, type Series } from './bound-rule.ts';
export { checkWindows } from './check-windows.ts';
export {
  type Batch,
  type Closer,
  encodeCloser,
  encodeMark,
  firstCloser,
  firstEnding,
  lateObject,
  type Mark,
  markKey,
  nextGap,
  parseCloser,
  parseMark,
  resultsObject,
  type Windowed,
  windowedOf,
  windowsPattern,
} from './closing.ts';
export { lateDataset, windowsDataset, withWindows } from './derived.ts';
export { type Duration, durationMs, microsOf } from './duration.ts';
export { eventOf, type WindowEvent } from './event.ts';
export { gapsOf } from './gaps.ts';
export { windowLimits } from './limits.ts';
export { encodePane, groupKey, type Pane, paneKey, parsePane, sortableMicros } from './pane.ts';
export {
  encodeResult,
  type GroupWindow,
  isClosed,
  latestOf,
  parseResult,
  resultKey,
  resultsOf,
  spanOf,
  type WindowResult,
  windowsOfPanes,
} from './results.ts';
export { lateLines, resultLine } from './rows.ts';
export * from './rule.ts';
export { windowSays } from './says.ts';
export {
  closeShard,
  encodeShard,
  parseShard,
  type ShardState,
  startShard,
  streamWatermark,
} from './shard-state.ts';
export { always, overlap, type Span, settledSpan } from './span.ts';
export type { Place, WindowStore } from './store.ts';
export { toldAlert, toldFinding } from './told.ts';
