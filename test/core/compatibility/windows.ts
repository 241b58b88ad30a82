import { fromStream } from '../../../core/stream/options.ts';
import { count, tumbling, windowRule } from '../../../core/windows/index.ts';

/** A stream with windows; that it is one is no change of a contract. */
export const windows = (more: Partial<Parameters<typeof windowRule>[1]> = {}) => ({
  stream: fromStream(),
  windows: [
    windowRule('minutes', {
      ...{ time: 'at', window: tumbling({ size: '1m' }), measures: { sales: count() } },
      ...more,
    }),
  ],
});
