import type { EpochMs } from '../../core/ids.ts';
import { askedTime, timeWords } from '../../functions/asked-time.ts';
import { usageError } from '../console/errors.ts';

/** The moment that an option says; null where it is not given. */
export const momentOf = (option: string, text: string | undefined): EpochMs | null => {
  if (text === undefined) return null;
  const at = askedTime(text);
  if (at !== undefined) return at;
  throw usageError({ what: `--${option}: '${text}' is no time.`, allowed: `It is ${timeWords}.` });
};
