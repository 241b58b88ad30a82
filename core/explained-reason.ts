import { type Code, codes } from './codes.ts';
import type { FileEntry } from './ledger.ts';

const isCode = (code: string): code is Code => Object.hasOwn(codes, code);

/** A reason with its meaning and the next step; codes of other versions have neither. */
export const explainedReason = (reason: FileEntry['reason']) => {
  if (reason === null) return null;
  const entry = isCode(reason.code) ? codes[reason.code] : undefined;
  return { ...reason, means: entry?.means ?? null, next: entry?.next ?? null };
};
