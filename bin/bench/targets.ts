import { type DoorFigures, peerOf } from './doors/measure-door.ts';
import { type PeerId, peers } from './peers.ts';
import type { Row, Sheet } from './sheet.ts';
import type { Small } from './small.ts';

const MILLION = 1_000_000;
const LARGE_ROWS = 5 * MILLION;

/** What Headgate promises of its speed; a figure without a target is no news. */
export const targets = {
  /** Times the wall time of the raw limit, at every size. */
  timesRawMax: 1.6,
  /** Where the engine wants to get. */
  timesRawAim: 1.5,
  /** Times faster than each peer. */
  timesFasterMin: { zod: 5, pandas: 4, dlt: 8 },
  /** Polars holds the file in memory: at least equal, and ahead where that begins to cost. */
  timesPolarsMin: 1,
  timesPolarsLargeMin: 1.4,
  /** Two threads against one on two cores. */
  timesTwoThreadsMin: 1.6,
  /** Times the wall time of the raw limit, for JSON Lines. */
  timesRawJsonMax: 2,
  /** Peak memory of the whole process at the large size, and as a multiple of the small one's. */
  peakMegabytesMax: 700,
  peakGrowthMax: 1.2,
  smallRows: MILLION,
  largeRows: LARGE_ROWS,
  /** Median of a file of a thousand rows in a warm process. */
  smallMillisecondsMax: 40,
  /** Rate of the stream function as a share of JSON.parse and a check by hand. */
  streamShareMin: 0.6,
} as const;

/** One promise, held against the figures. */
export type Verdict = { readonly what: string; readonly met: boolean };

const atMost = (what: string, value: number, max: number, unit: string, digits = 2): Verdict => ({
  what: `${what} ${value.toFixed(digits)} ${unit}, target <= ${max}`,
  met: value <= max,
});

const atLeast = (what: string, value: number, min: number, unit: string): Verdict => ({
  what: `${what} ${value.toFixed(2)} ${unit}, target >= ${min}`,
  met: value >= min,
});

/** Speed with wrong rows proves nothing, neither ours nor another's. */
const isProof = ({ reps, faults }: Row): boolean => reps > 0 && faults.length === 0;

const find = (sheet: Sheet, peer: PeerId): Row | undefined =>
  sheet.peers.find((row) => row.peer === peer && isProof(row));

const fasterThan = (ours: Row, other: Row): number => ours.rowsPerSecond / other.rowsPerSecond;

const leastFor = (peer: PeerId, rows: number): number | undefined => {
  if (peer === 'polars')
    return rows >= targets.largeRows ? targets.timesPolarsLargeMin : targets.timesPolarsMin;
  return peer === 'zod' || peer === 'pandas' || peer === 'dlt'
    ? targets.timesFasterMin[peer]
    : undefined;
};

const againstRaw = (sheet: Sheet, size: string, max: number): Verdict[] => {
  const timesRaw = find(sheet, 'process')?.timesRaw ?? null;
  return timesRaw === null ? [] : [atMost(`${size}:`, timesRaw, max, 'x raw')];
};

const withAim = ({ what, met }: Verdict): Verdict => ({
  what: `${what} (aim ${targets.timesRawAim})`,
  met,
});

const againstPeers = (sheet: Sheet, size: string): Verdict[] => {
  const ours = find(sheet, 'process');
  if (ours === undefined) return [];
  return sheet.peers.flatMap((row) => {
    const least = leastFor(row.peer, sheet.rows);
    // On fewer rows a peer's start weighs more: its ratio is shown, but proves nothing.
    if (least === undefined || !isProof(row) || row.rows < sheet.rows) return [];
    const unit = `x as fast as ${peers[row.peer].name}`;
    return [atLeast(`${size}:`, fasterThan(ours, row), least, unit)];
  });
};

const threadVerdicts = (sheet: Sheet, size: string): Verdict[] => {
  const [one, two] = [find(sheet, 'oneThread'), find(sheet, 'twoThreads')];
  if (one === undefined || two === undefined) return [];
  const unit = 'x as fast with 2 threads as with 1';
  return [atLeast(`${size}:`, fasterThan(two, one), targets.timesTwoThreadsMin, unit)];
};

const sheetVerdicts = (sheet: Sheet): Verdict[] => {
  const size = `${sheet.rows} rows`;
  switch (sheet.section) {
    case 'process':
      return [
        ...againstRaw(sheet, size, targets.timesRawMax).map(withAim),
        ...againstPeers(sheet, size),
      ];
    case 'jsonl':
      return againstRaw(sheet, `${size} of JSON Lines`, targets.timesRawJsonMax);
    case 'threads':
      return threadVerdicts(sheet, size);
    case 'memory':
      return [];
  }
};

/** The engine's peak at a size, from whichever section ran it there on one core. */
const peakAt = (sheets: readonly Sheet[], rows: number): number | undefined => {
  const peaks = sheets
    .filter((sheet) => sheet.rows === rows && /^(process|memory)$/.test(sheet.section))
    .flatMap((sheet) => find(sheet, 'process')?.peakMegabytes ?? []);
  return peaks.length === 0 ? undefined : Math.max(...peaks);
};

const memoryVerdicts = (sheets: readonly Sheet[]): Verdict[] => {
  const [small, large] = [targets.smallRows, targets.largeRows].map((rows) => peakAt(sheets, rows));
  if (large === undefined) return [];
  const what = `${targets.largeRows} rows: peak`;
  const peak = atMost(what, large, targets.peakMegabytesMax, 'MB', 0);
  if (small === undefined) return [peak];
  const unit = `x of that at ${targets.smallRows} rows`;
  return [peak, atMost(what, large / small, targets.peakGrowthMax, unit)];
};

const smallVerdicts = (small: Small | null): Verdict[] => {
  if (small === null || small.ms === null || small.faults.length > 0) return [];
  const what = `${small.rows} rows, warm:`;
  return [atMost(what, small.ms.median, targets.smallMillisecondsMax, 'ms', 1)];
};

const doorVerdicts = ({ door, share, faults }: DoorFigures): Verdict[] =>
  door === 'stream' && share !== null && faults.length === 0
    ? [atLeast('stream:', share.median, targets.streamShareMin, `x the rate of ${peerOf[door]}`)]
    : [];

/** The targets for which there are figures. */
export const verdictsOf = (
  sheets: readonly Sheet[],
  small: Small | null,
  doors: readonly DoorFigures[],
): Verdict[] => [
  ...doors.flatMap(doorVerdicts),
  ...sheets.flatMap(sheetVerdicts),
  ...memoryVerdicts(sheets),
  ...smallVerdicts(small),
];
