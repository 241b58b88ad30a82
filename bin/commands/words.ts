import { explainedReason } from '../../core/explained-reason.ts';
import type { EpochMs } from '../../core/ids.ts';
import type { Counts, FileEntry } from '../../core/ledger.ts';
import { isoTime } from '../../core/time.ts';
import { oneLine, type TableColumn } from '../console/table.ts';

/** A reason as the ledger holds it. */
export type Reason = FileEntry['reason'];

/** The same as lines: what it means, the facts, what to do, with the run where one is named. */
export const reasonLines = (reason: Reason, runId: string | null = null): string[] => {
  const explained = explainedReason(reason);
  if (explained === null) return [];
  const { code, detail, means, next } = explained;
  return [
    ...(means === null ? [] : [`${code}: ${means}`]),
    means === null ? `${code}: ${oneLine(detail)}` : oneLine(detail),
    ...(next === null ? [] : [`Next: ${next.replaceAll(/\bRUN\b/g, runId ?? 'RUN')}`]),
  ];
};

/** An instant as a person reads it: seconds are enough, and UTC says so. */
export const when = (at: EpochMs): string => `${isoTime(at).slice(0, 19).replace('T', ' ')}Z`;

/** Durations from milliseconds to minutes. */
export const duration = (ms: number): string => {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return ms < 120_000 ? `${(ms / 1000).toFixed(1)} s` : `${(ms / 60_000).toFixed(1)} min`;
};

/** Sizes in the unit that fits. */
export const size = (bytes: number): string => {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
};

/** Whole numbers with a thin gap at each thousand, the same in every locale. */
export const whole = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ' ');

/** One noun with its number, so that a message does not read "1 files". */
export const counted = (value: number, one: string, many = `${one}s`): string =>
  `${whole(value)} ${value === 1 ? one : many}`;

/** The four counts as columns of a table: every list of runs and files ends with them. */
export const countTitles: readonly TableColumn[] = [
  { title: 'rows in', align: 'right' },
  { title: 'published', align: 'right' },
  { title: 'rejected', align: 'right' },
  { title: 'deduplicated', align: 'right' },
];

export const countCells = (counts: Counts | null): string[] =>
  counts === null
    ? ['', '', '', '']
    : [counts.rowsIn, counts.published, counts.rejected, counts.deduplicated].map(whole);

/** Shares as percentages with enough digits to tell 99.99 from 100. */
export const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;
