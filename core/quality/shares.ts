import type { Dataset } from '../dataset.ts';
import type { Judgement } from './kind.ts';

/** Enough digits to see by how much a limit was missed. */
export const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;

/** Shares are 1 where there was nothing to judge: an empty file is not a bad one. */
export const shareOf = (part: number, whole: number): number => (whole === 0 ? 1 : part / whole);

/** Compares a share with the least one allowed. */
export const judgeShare = (what: string, part: number, whole: number, min: number): Judgement => {
  const value = shareOf(part, whole);
  const state = value < min ? 'broken' : 'passed';
  const detail = `${what} is ${percent(value)} (${part} of ${whole} rows); at least ${percent(min)} is asked`;
  return { state, share: value, detail, numbers: { value, min, part, rows: whole } };
};

/** Nothing to judge by: holds nothing, and is no part of the score. */
export const unknown = (detail: string, numbers: Judgement['numbers'] = {}): Judgement => ({
  state: 'unknown',
  share: null,
  detail,
  numbers,
});

/** The problem of a least share that is none. */
export const shareProblem = (min: number): string | undefined =>
  min >= 0 && min <= 1 ? undefined : `min is ${min}; allowed is a share from 0 to 1`;

/** The problem of a column that is no field. */
export const fieldProblem = (column: string, { fields }: Dataset): string | undefined =>
  Object.hasOwn(fields, column)
    ? undefined
    : `'${column}' is no field; fields are ${Object.keys(fields).join(', ')}`;
