import { windowLimits } from './limits.ts';

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const isUnit = (text: string | undefined): text is keyof typeof UNITS =>
  text !== undefined && Object.hasOwn(UNITS, text);

/** A number and its unit: `30s`, `5m`, `24h`. */
export type Duration = string;

/** Milliseconds of a duration; throws on any other text, since a rule is written, not received. */
export const durationMs = (text: Duration): number => {
  const [, digits, unit] = /^(\d{1,8})(ms|s|m|h|d)$/.exec(text) ?? [];
  const ms = digits !== undefined && isUnit(unit) ? Number(digits) * UNITS[unit] : Number.NaN;
  if (ms <= windowLimits.durationMsMax) return ms;
  throw new Error(
    `duration '${text}': allowed is a number with ms, s, m, h or d, as in 30s or 24h, ` +
      'up to 366d',
  );
};

/** Event time is reckoned in microseconds, processing time and rules in milliseconds. */
export const microsOf = (ms: number): bigint => BigInt(ms) * 1_000n;
