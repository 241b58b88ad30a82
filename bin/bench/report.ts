import type { Output } from '../console/output.ts';
import type { TableColumn } from '../console/table.ts';
import { type DoorFigures, peerOf } from './doors/measure-door.ts';
import type { Latency } from './latency.ts';
import type { Load } from './load/load.ts';
import { peers } from './peers.ts';
import type { Row, Sheet } from './sheet.ts';
import type { Small } from './small.ts';
import type { targets, Verdict } from './targets.ts';

/** Everything of one run of the bench: what `--json` prints and report.json keeps. */
export type Report = {
  readonly at: string;
  /** As typed, for whoever wants to see the same. */
  readonly command: string;
  readonly machine: Machine;
  readonly targets: typeof targets;
  readonly sheets: readonly Sheet[];
  readonly small: Small | null;
  readonly doors: readonly DoorFigures[];
  readonly latency: Latency | null;
  readonly load: Load | null;
  readonly verdicts: readonly Verdict[];
  /** What was left out, and why. */
  readonly notes: readonly string[];
};

/** Where the figures were taken, and with which versions. */
export type Machine = {
  readonly cpu: string;
  readonly cores: number;
  readonly load: number;
  readonly versions: Readonly<Record<string, string>>;
};

/** The columns of every table, on the screen and in the docs. */
export const columns: readonly TableColumn[] = [
  { title: 'peer' },
  { title: 'wall s min/med/max', align: 'right' },
  { title: 'cpu s', align: 'right' },
  { title: 'k rows/s', align: 'right' },
  { title: 'MB/s', align: 'right' },
  { title: 'peak MB', align: 'right' },
  { title: 'x raw', align: 'right' },
  { title: 'x raw cpu', align: 'right' },
  { title: 'reps', align: 'right' },
  { title: 'planted rows found' },
];

const correct = (row: Row): string => {
  if (row.faults.length > 0) return 'WRONG';
  return peers[row.peer].validates ? 'yes' : 'not checked';
};

const nameOf = (row: Row, sheet: Sheet): string => {
  const { name } = peers[row.peer];
  return row.rows === sheet.rows ? name : `${name} (${row.rows} rows)`;
};

/** One peer as the cells of its line. */
export const cellsOf = (row: Row, sheet: Sheet): string[] => {
  if (row.reps === 0) return [nameOf(row, sheet), 'failed'];
  const { min, median, max } = row.wallSeconds;
  return [
    nameOf(row, sheet),
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

/** What a table is of. */
export const titleOf = ({ section, rows, bytes, format, cores }: Sheet): string => {
  const file = `${rows} rows, ${(bytes / 1e6).toFixed(0)} MB of ${format}`;
  const held = cores === null ? 'not pinned' : `on ${cores} core${cores === 1 ? '' : 's'}`;
  return `${section}: ${file}, ${held}`;
};

/** One table per file, and what was wrong below it. */
export const printSheet = (sheet: Sheet, out: Output): void => {
  out.line(`\n${titleOf(sheet)}`);
  out.table(
    columns,
    sheet.peers.map((row) => cellsOf(row, sheet)),
  );
  for (const { peer, faults } of sheet.peers)
    for (const fault of faults) out.line(out.styles.bad(`${peers[peer].name}, ${fault}`));
};

/** A warm process's milliseconds, as one sentence. */
export const smallText = ({ rows, calls, ms }: Small): string => {
  const what = `small: ${rows} rows of csv in a warm process, ${calls} calls`;
  if (ms === null) return `${what}: failed`;
  const figures = [ms.min, ms.median, ms.max].map((value) => value.toFixed(1)).join('/');
  return `${what}: ms min/med/max ${figures}`;
};

/** The small files, and what was wrong with them. */
export const printSmall = (small: Small, out: Output): void => {
  out.line(`\n${smallText(small)}`);
  for (const fault of small.faults) out.line(out.styles.bad(`headgate process, ${fault}`));
};

/** What a record costs behind a door, and beside the peer, as one sentence. */
export const doorText = ({ door, records, turns, oursMs, peerMs, share }: DoorFigures): string => {
  const what = `${door}: ${records} records a turn, ${turns} turns`;
  if (oursMs === null || peerMs === null || share === null) return `${what}: failed`;
  const micros = ({ median }: { median: number }): string =>
    ((median / records) * 1_000).toFixed(2);
  const spread = [share.min, share.median, share.max].map((each) => each.toFixed(2)).join('/');
  return (
    `${what}: ${micros(oursMs)} µs a record, ${peerOf[door]} ${micros(peerMs)}; ` +
    `share of its rate min/med/max ${spread}`
  );
};

/** The doors, and what was wrong behind them. */
export const printDoor = (figures: DoorFigures, out: Output): void => {
  out.line(`\n${doorText(figures)}`);
  for (const fault of figures.faults) out.line(out.styles.bad(`${figures.door}, ${fault}`));
};

/** Drop-to-published times as one sentence, or why there are none. */
export const latencyText = (latency: Latency): string => {
  if (latency.kind === 'skipped') return `drop to published: skipped. ${latency.why}`;
  const seconds = (value: number): string => `${(value / 1000).toFixed(2)} s`;
  const { drops, p50Ms, p95Ms, where } = latency;
  const what = `drop to published, ${drops} small files one after another, ${where}`;
  return `${what}: p50 ${seconds(p50Ms)}, p95 ${seconds(p95Ms)}`;
};

/** The load, a sentence per door, or why there was none. */
export const loadTexts = (load: Load): string[] => {
  if (load.kind === 'skipped') return [`load: skipped. ${load.why}`];
  const seconds = (ms: number | null): string =>
    ms === null ? 'never' : `${(ms / 1000).toFixed(2)} s`;
  const { where, perSecond, seconds: lasted, doors, floor } = load;
  return [
    `load of ${perSecond} records a second for ${lasted} s through both doors, ${where}`,
    ...doors.map(
      (door) =>
        `${door.door}: ${door.sent} records sent, ${door.lost} lost, ${door.duplicated} duplicated; ` +
        `durable after p50 ${seconds(door.answerP50Ms)}, p95 ${seconds(door.answerP95Ms)}; ` +
        `row visible after p50 ${seconds(door.p50Ms)}, p95 ${seconds(door.p95Ms)}, max ${seconds(door.maxMs)}`,
    ),
    `the emulator’s own floor: a call that the gateway refuses ${floor.gatewayMs.toFixed(0)} ms, a put of ` +
      `one record ${floor.putMs.toFixed(0)} ms, one record alone visible after ${seconds(floor.aloneMs)}`,
  ];
};

/** A verdict as one line. */
export const verdictText = ({ what, met }: Verdict): string =>
  `${met ? 'met' : 'not met'}: ${what}`;

/** Every promise with its figures, and what was left out. */
export const printEnd = ({ verdicts, notes }: Report, out: Output): void => {
  if (verdicts.length > 0) out.line('');
  for (const verdict of verdicts) {
    const style = verdict.met ? out.styles.good : out.styles.warn;
    out.line(style(verdictText(verdict)));
  }
  for (const note of notes) out.line(out.styles.warn(`left out: ${note}`));
};
