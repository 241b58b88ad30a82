import type { Comparison } from '../../../bin/bench/compare.ts';
import type { PeerId } from '../../../bin/bench/peers.ts';
import type { Report } from '../../../bin/bench/report.ts';
import { type Sheet, type SheetKind, sheetOf } from '../../../bin/bench/sheet.ts';
import { targets } from '../../../bin/bench/targets.ts';

/** What a test says of one peer; the rest is filled in. */
export type Figures = {
  readonly peer: PeerId;
  readonly wall: readonly number[];
  readonly peak?: number;
  readonly rows?: number;
  readonly fault?: string;
};

const BYTES_PER_ROW = 120;

/** Made-up samples of some peers on one file. */
export const comparison = (rows: number, peers: readonly Figures[]): Comparison => ({
  rows,
  bytes: rows * BYTES_PER_ROW,
  results: peers.map(({ peer, wall, peak = 100, fault, rows: own = rows }) => ({
    peer,
    rows: own,
    bytes: own * BYTES_PER_ROW,
    samples: wall.map((wallSeconds) => ({ wallSeconds, cpuSeconds: 1, peakMegabytes: peak })),
    faults: fault === undefined ? [] : [fault],
  })),
});

/** A sheet of made-up samples. */
export const sheet = (
  rows: number,
  peers: readonly Figures[],
  kind: Partial<SheetKind> = {},
): Sheet =>
  sheetOf(comparison(rows, peers), { section: 'process', format: 'csv', cores: 1, ...kind });

/** A report with nothing in it but what a test adds. */
export const report = (parts: Partial<Report>): Report => ({
  at: '2026-01-02T03:04:05.000Z',
  command: 'npm run bench -- --only process',
  machine: { cpu: 'Some CPU', cores: 2, load: 0.25, versions: { node: '24.0.0', polars: '2.1.0' } },
  targets,
  sheets: [],
  small: null,
  doors: [],
  latency: null,
  load: null,
  verdicts: [],
  notes: [],
  ...parts,
});
