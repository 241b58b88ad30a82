import type { Output } from '../console/output.ts';
import type { TableColumn } from '../console/table.ts';
import type { Comparison, PeerResult } from './compare.ts';
import { type Spread, spreadOf } from './figures.ts';
import type { Latency } from './latency.ts';
import { type PeerId, peers } from './peers.ts';
import type { Sample } from './runner.ts';

/** What Headgate promises of its speed; a figure without a target is no news. */
export const targets = {
  /** Times the wall time of the raw limit, at every size. */
  timesRawMax: 2.0,
  /** Times faster than the row loop. */
  timesZodMin: 4,
  /** Peak memory of the whole process, at the size named. */
  peakMegabytesMax: 800,
  peakMegabytesRows: 5_000_000,
} as const;

export type Row = {
  readonly peer: PeerId;
  readonly reps: number;
  readonly wallSeconds: Spread;
  readonly cpuSeconds: number;
  readonly rowsPerSecond: number;
  readonly megabytesPerSecond: number;
  readonly peakMegabytes: number;
  /** Wall time as a multiple of the raw limit's; null where that did not run. */
  readonly timesRaw: number | null;
  /** The same of CPU time: what is left of the ratio on a machine that others use as well. */
  readonly timesRawCpu: number | null;
  readonly faults: readonly string[];
};
export type Sheet = { readonly rows: number; readonly peers: readonly Row[] };

const medianOf = (samples: readonly Sample[], of: 'wallSeconds' | 'cpuSeconds'): number =>
  spreadOf(samples.map((sample) => sample[of])).median;

const rowOf = (comparison: Comparison, { peer, samples, faults }: PeerResult): Row => {
  const wallSeconds = spreadOf(samples.map((sample) => sample.wallSeconds));
  const cpuSeconds = medianOf(samples, 'cpuSeconds');
  const raw = comparison.results.find((result) => result.peer === 'raw')?.samples ?? [];
  const hasRaw = raw.length > 0;
  return {
    peer,
    reps: samples.length,
    wallSeconds,
    cpuSeconds,
    rowsPerSecond: comparison.rows / wallSeconds.median,
    megabytesPerSecond: comparison.bytes / 1e6 / wallSeconds.median,
    peakMegabytes: spreadOf(samples.map((sample) => sample.peakMegabytes)).max,
    timesRaw: hasRaw ? wallSeconds.median / medianOf(raw, 'wallSeconds') : null,
    timesRawCpu: hasRaw ? cpuSeconds / medianOf(raw, 'cpuSeconds') : null,
    faults,
  };
};

/** Samples turned into the figures that are printed and kept. */
export const sheetOf = (comparison: Comparison): Sheet => ({
  rows: comparison.rows,
  peers: comparison.results.map((result) => rowOf(comparison, result)),
});

/** One promise, held against the figures. */
export type Verdict = { readonly what: string; readonly met: boolean };

const find = (sheet: Sheet, peer: PeerId): Row | undefined =>
  sheet.peers.find((row) => row.peer === peer && row.reps > 0);

/** The targets for which there are figures. */
export const verdictsOf = (sheet: Sheet): Verdict[] => {
  const [ours, raw, zod] = [find(sheet, 'process'), find(sheet, 'raw'), find(sheet, 'zod')];
  if (ours === undefined) return [];
  const size = `${sheet.rows} rows`;
  const verdicts: Verdict[] = [];
  if (raw && ours.timesRaw !== null) {
    const what = `${size}: ${ours.timesRaw.toFixed(2)} x raw, target <= ${targets.timesRawMax}`;
    verdicts.push({ what, met: ours.timesRaw <= targets.timesRawMax });
  }
  if (zod) {
    const times = zod.wallSeconds.median / ours.wallSeconds.median;
    const what = `${size}: ${times.toFixed(1)} x as fast as zod, target >= ${targets.timesZodMin}`;
    verdicts.push({ what, met: times >= targets.timesZodMin });
  }
  if (sheet.rows === targets.peakMegabytesRows) {
    const megabytes = ours.peakMegabytes.toFixed(0);
    const what = `${size}: peak ${megabytes} MB, target <= ${targets.peakMegabytesMax}`;
    verdicts.push({ what, met: ours.peakMegabytes <= targets.peakMegabytesMax });
  }
  return verdicts;
};

const columns: readonly TableColumn[] = [
  { title: 'peer' },
  { title: 'wall s min/med/max', align: 'right' },
  { title: 'cpu s', align: 'right' },
  { title: 'k rows/s', align: 'right' },
  { title: 'MB/s', align: 'right' },
  { title: 'peak MB', align: 'right' },
  { title: 'x raw', align: 'right' },
  { title: 'x raw cpu', align: 'right' },
  { title: 'reps', align: 'right' },
  { title: 'correct' },
];

const correct = (row: Row): string => {
  if (row.faults.length > 0) return 'WRONG';
  return peers[row.peer].validates ? 'yes' : 'not checked';
};

const cells = (row: Row): string[] => {
  if (row.reps === 0) return [peers[row.peer].name, 'failed'];
  const { min, median, max } = row.wallSeconds;
  return [
    peers[row.peer].name,
    [min, median, max].map((value) => value.toFixed(2)).join('/'),
    row.cpuSeconds.toFixed(2),
    (row.rowsPerSecond / 1000).toFixed(0),
    row.megabytesPerSecond.toFixed(1),
    row.peakMegabytes.toFixed(0),
    row.timesRaw?.toFixed(2) ?? '',
    row.timesRawCpu?.toFixed(2) ?? '',
    String(row.reps),
    correct(row),
  ];
};

/** One table per file size, what was wrong below it, then the targets. */
export const printSheet = (sheet: Sheet, out: Output): void => {
  out.line(`\n${sheet.rows} rows`);
  out.table(columns, sheet.peers.map(cells));
  for (const { peer, faults } of sheet.peers)
    for (const fault of faults) out.line(out.styles.bad(`${peers[peer].name}, ${fault}`));
  for (const { what, met } of verdictsOf(sheet))
    out.line(met ? out.styles.good(`met:    ${what}`) : out.styles.warn(`missed: ${what}`));
};

/** Drop-to-published times, or why there are none. */
export const printLatency = (latency: Latency, out: Output): void => {
  if (latency.kind === 'skipped') {
    out.line(`\ndrop to published: skipped. ${latency.why}`);
    return;
  }
  const ms = (value: number): string => `${(value / 1000).toFixed(2)} s`;
  const { drops, p50Ms, p95Ms, where } = latency;
  out.line(`\ndrop to published, ${drops} small files one after another, ${where}`);
  out.line(`p50 ${ms(p50Ms)}, p95 ${ms(p95Ms)}`);
};
