import type { Comparison, PeerResult } from './compare.ts';
import type { BenchFormat } from './data.ts';
import { type Spread, spreadOf } from './figures.ts';
import type { PeerId } from './peers.ts';
import type { Sample } from './runner.ts';

/** The sections that compare peers on one file. */
export const sheetSections = ['process', 'threads', 'memory', 'jsonl'] as const;
export type SheetSection = (typeof sheetSections)[number];

/** What one peer took for one file. */
export type Row = {
  readonly peer: PeerId;
  /** Fewer than the sheet's where the peer is capped. */
  readonly rows: number;
  readonly reps: number;
  readonly wallSeconds: Spread;
  readonly cpuSeconds: number;
  readonly rowsPerSecond: number;
  readonly megabytesPerSecond: number;
  readonly peakMegabytes: number;
  /** Wall time per row as a multiple of the raw limit's; null where that did not run. */
  readonly timesRaw: number | null;
  /** The same of CPU time: what is left of the ratio on a machine that others use as well. */
  readonly timesRawCpu: number | null;
  readonly faults: readonly string[];
};

/** One file, everybody's figures. */
export type Sheet = {
  readonly section: SheetSection;
  readonly format: BenchFormat;
  readonly rows: number;
  readonly bytes: number;
  /** Cores that each run was held to; null where nothing could be pinned. */
  readonly cores: number | null;
  readonly peers: readonly Row[];
};

/** Where a sheet comes from. */
export type SheetKind = Pick<Sheet, 'section' | 'format' | 'cores'>;

type Timed = 'wallSeconds' | 'cpuSeconds';

const medianOf = (samples: readonly Sample[], of: Timed): number =>
  spreadOf(samples.map((sample) => sample[of])).median;

/** Per row; with equal files the factor is 1, and the ratio that of the medians to the last bit. */
const timesOf = (result: PeerResult, raw: PeerResult, of: Timed): number =>
  (medianOf(result.samples, of) / medianOf(raw.samples, of)) * (raw.rows / result.rows);

const rowOf = (result: PeerResult, raw: PeerResult | undefined): Row => {
  const { peer, rows, bytes, samples, faults } = result;
  const wallSeconds = spreadOf(samples.map((sample) => sample.wallSeconds));
  const timesRaw = (of: Timed): number | null =>
    raw === undefined || raw.samples.length === 0 ? null : timesOf(result, raw, of);
  return {
    peer,
    rows,
    reps: samples.length,
    wallSeconds,
    cpuSeconds: medianOf(samples, 'cpuSeconds'),
    rowsPerSecond: rows / wallSeconds.median,
    megabytesPerSecond: bytes / 1e6 / wallSeconds.median,
    peakMegabytes: spreadOf(samples.map((sample) => sample.peakMegabytes)).max,
    timesRaw: timesRaw('wallSeconds'),
    timesRawCpu: timesRaw('cpuSeconds'),
    faults,
  };
};

/** Samples turned into the figures that are printed and kept. */
export const sheetOf = ({ rows, bytes, results }: Comparison, kind: SheetKind): Sheet => {
  const raw = results.find(({ peer }) => peer === 'raw');
  return { ...kind, rows, bytes, peers: results.map((result) => rowOf(result, raw)) };
};
