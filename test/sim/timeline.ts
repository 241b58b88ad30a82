import type { Styles } from '../../bin/console/styles.ts';
import type { Moment } from './kernel.ts';

const MINUTE = 60_000;

const clock = (ms: number): string => {
  const minutes = String(Math.floor(ms / MINUTE)).padStart(4);
  return `${minutes}:${((ms % MINUTE) / 1000).toFixed(3).padStart(6, '0')}`;
};

/** Writes a history down, a line per effect: when, who, what, and what went wrong with it. */
export const timeline = (styles: Styles) => {
  const lines: string[] = [];
  const onMoment = ({ at, worker, site, fault }: Moment): void => {
    const text = `${clock(at)}  ${worker.padEnd(16)} ${site.padEnd(26)}`;
    lines.push(fault === undefined ? text.trimEnd() : `${text} ${styles.bad(fault)}`);
  };
  return { lines, onMoment };
};
