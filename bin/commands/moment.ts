import { EpochMs } from '../../core/ids.ts';
import { usageError } from '../console/errors.ts';

const isTime = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?Z)?$/;

/** The moment that an option says; null where it is not given. */
export const momentOf = (option: string, text: string | undefined): EpochMs | null => {
  if (text === undefined) return null;
  const at = isTime.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(at)) return EpochMs.parse(at);
  throw usageError({
    what: `--${option}: '${text}' is no time.`,
    allowed: 'A day (2026-11-21) or an instant in UTC (2026-11-21T05:00:00Z).',
  });
};
