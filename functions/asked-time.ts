import { EpochMs } from '../core/ids.ts';

const isTime = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?Z)?$/;

/** What a time may be written as, for messages. */
export const timeWords = 'a day (2026-11-21) or an instant in UTC (2026-11-21T05:00:00Z)';

/** A day or an instant in UTC as someone wrote it; undefined when it is neither. */
export const askedTime = (text: string): EpochMs | undefined => {
  const at = isTime.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : EpochMs.parse(at);
};
