import { availableParallelism } from 'node:os';
import type { Output } from '../console/output.ts';
import { compare, type Entry } from './compare.ts';
import { type BenchFormat, benchData } from './data.ts';
import { type PeerId, type PeerName, peerNames, peers } from './peers.ts';
import type { PeersPython } from './python.ts';
import { pinning } from './runner.ts';
import { type Sheet, type SheetSection, sheetOf, sheetSections } from './sheet.ts';
import { targets } from './targets.ts';

/** What a section measures: every size of file, with these peers, on so many cores. */
export type SectionPlan = {
  readonly rows: readonly number[];
  readonly format: BenchFormat;
  readonly cores: number;
  readonly reps: number;
  readonly peersAt: (rows: number) => readonly PeerId[];
};

/** What was asked for on the command line. */
export type Asked = {
  /** Undefined: every section has sizes of its own. */
  readonly rows?: readonly number[] | undefined;
  readonly peers?: readonly PeerName[] | undefined;
  readonly reps: number;
  /** Most rows that dlt gets. */
  readonly dltRows?: number | undefined;
  readonly folder: string;
};

/** Above this a loop over rows takes minutes, and says nothing that it did not say below. */
const EVERYBODY_ROWS = 2_000_000;
const QUICK_PEERS = ['process', 'raw', 'polars'] as const;

const { smallRows, largeRows } = targets;

/** The plan of each section; `--rows` and `--peers` overrule its own sizes and peers. */
export const planOf = (section: SheetSection, asked: Asked): SectionPlan => {
  const { reps, rows } = asked;
  const usual = (rowCount: number) => (rowCount > EVERYBODY_ROWS ? QUICK_PEERS : peerNames);
  const one = { format: 'csv', cores: 1, reps } as const;
  switch (section) {
    case 'process': {
      const peersAt = (count: number) => asked.peers ?? usual(count);
      return { ...one, rows: rows ?? [smallRows, largeRows], peersAt };
    }
    case 'threads':
      return {
        ...one,
        rows: rows ?? [smallRows],
        cores: 2,
        peersAt: () => ['oneThread', 'twoThreads'],
      };
    case 'memory':
      return { ...one, rows: rows ?? [smallRows, largeRows], reps: 1, peersAt: () => ['process'] };
    case 'jsonl':
      return {
        ...one,
        rows: rows ?? [smallRows],
        format: 'jsonl',
        peersAt: () => ['process', 'raw'],
      };
  }
};

/** A process section of all the memory's sizes holds its figures as well. */
export const sectionsToRun = (asked: Asked): readonly SheetSection[] => {
  const [process, memory] = [planOf('process', asked), planOf('memory', asked)];
  const isCovered = memory.rows.every(
    (rows) => process.rows.includes(rows) && process.peersAt(rows).includes('process'),
  );
  return sheetSections.filter((section) => section !== 'memory' || !isCovered);
};

/** True when somebody in these sections is written in Python. */
export const needsPython = (sections: readonly SheetSection[], asked: Asked): boolean =>
  sections.some((section) => {
    const { rows, peersAt } = planOf(section, asked);
    return rows.some((count) => peersAt(count).some((peer) => peers[peer].needsPython));
  });

/** The peers that can run, each with its file: dlt's may be a smaller one. */
const entriesOf = (
  { rows, format, peersAt }: { rows: number } & Pick<SectionPlan, 'format' | 'peersAt'>,
  { folder, dltRows }: Asked,
  python: PeersPython,
  out: Output,
): Entry[] =>
  peersAt(rows)
    .filter((peer) => !peers[peer].needsPython || python.kind === 'ready')
    .map((peer) => {
      const own = peer === 'dlt' && dltRows !== undefined ? Math.min(rows, dltRows) : rows;
      return { peer, data: benchData(folder, { rows: own, format }, out) };
    });

/** Measures one section; sheets are told as they come, since the next one may take minutes. */
export const measureSheets = async (
  section: SheetSection,
  { asked, python }: { readonly asked: Asked; readonly python: PeersPython },
  onSheet: (sheet: Sheet) => void,
  out: Output,
): Promise<Sheet[]> => {
  const plan = planOf(section, asked);
  const { format, cores, reps, peersAt } = plan;
  const pin = pinning(cores);
  if (pin.length === 0) out.note('taskset is not there: nothing is pinned to its cores.');
  const sheets: Sheet[] = [];
  for (const rows of plan.rows) {
    const data = benchData(asked.folder, { rows, format }, out);
    const entries = entriesOf({ rows, format, peersAt }, asked, python, out);
    const path = python.kind === 'ready' ? python.path : '';
    const { folder } = asked;
    const comparison = await compare({ data, entries, reps, folder, pin, python: path }, out);
    const held = pin.length === 0 ? null : cores;
    const sheet = sheetOf(comparison, { section, format, cores: held });
    onSheet(sheet);
    sheets.push(sheet);
  }
  return sheets;
};

/** Two threads on one core say nothing. */
export const canMeasure = (section: SheetSection): boolean =>
  section !== 'threads' || availableParallelism() >= 2;
