import { EpochMs } from '../../../core/ids.ts';
import {
  advanceShard,
  type BoundRule,
  bindRule,
  count,
  eventOf,
  type Pane,
  type ShardState,
  type Step,
  startShard,
  sum,
  tumbling,
  type Window,
  type WindowEvent,
  windowRule,
} from '../../../core/windows/index.ts';
import { fields } from './histories.ts';

export const ms = (at: number): EpochMs => EpochMs.parse(at);
export const NOW = ms(1_000_000);

type Init = Parameters<typeof windowRule>[1];

/** A small rule, for tests that look at one thing. */
export const smallRule = (window: Window = tumbling({ size: '10s' }), more: Partial<Init> = {}) =>
  bindRule(
    fields,
    windowRule('sales', {
      ...{ time: 'at', by: ['who'], window, allowedLateness: '5s' },
      measures: { events: count(), total: sum('amount') },
      ...more,
    }),
  );

/** The event with a number, so many microseconds from 1970. */
export const eventAt = (
  rule: BoundRule,
  sequence: number,
  at: bigint,
  more: { readonly who?: string | null; readonly amount?: bigint | null } = {},
): WindowEvent => {
  const values = { at, who: null, amount: 1n, weight: null, code: null, ...more };
  return eventOf(rule, 's', { record: { sequence: `${sequence}` }, values });
};

/** A first batch, or one after others. */
export const stepOf = (
  rule: BoundRule,
  events: readonly WindowEvent[],
  before: { readonly shard?: ShardState; readonly panes?: readonly Pane[] } = {},
): Step =>
  advanceShard(rule, before.shard ?? startShard(rule, 's', NOW), before.panes ?? [], events, NOW);
