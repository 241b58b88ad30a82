import type { TableColumn } from '../console/table.ts';
import {
  cellsOf,
  columns,
  doorText,
  latencyText,
  loadTexts,
  type Report,
  smallText,
  titleOf,
} from './report.ts';
import type { Sheet } from './sheet.ts';

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

const rule = (column: TableColumn): string => (column.align === 'right' ? '--:' : '---');

const escaped = (cell: string): string => cell.replaceAll('|', '\\|');

const table = (sheet: Sheet): string[] => [
  line(columns.map(({ title }) => title)),
  line(columns.map(rule)),
  ...sheet.peers.map((row) => {
    const cells = cellsOf(row, sheet).map(escaped);
    return line(columns.map((_, at) => cells[at] ?? ''));
  }),
];

const sentence = (text: string): string => `${text.replace(/^./, (c) => c.toUpperCase())}`;

/** The report as docs/benchmarks.md has it: command, machine, tables, verdicts. */
export const markdownOf = (report: Report): string => {
  const { machine, sheets, small, doors, latency, load, verdicts, notes } = report;
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`);
  const busy = `load ${machine.load.toFixed(1)} at the start`;
  const blocks = [
    [`\`${report.command}\`, ${report.at.slice(0, 10)}`],
    [`${machine.cpu}, ${machine.cores} cores, ${busy}; ${versions.join(', ')}.`],
    ...sheets.flatMap((sheet) => [[`**${sentence(titleOf(sheet))}**`], table(sheet)]),
    small === null ? [] : [`${sentence(smallText(small))}.`],
    ...doors.map((door) => [`${sentence(doorText(door))}.`]),
    latency === null ? [] : [`${sentence(latencyText(latency))}`],
    load === null ? [] : loadTexts(load).map((text) => `- ${sentence(text)}`),
    verdicts.length === 0
      ? []
      : [
          '| target | verdict |',
          '| --- | --- |',
          ...verdicts.map(({ what, met }) => line([escaped(what), met ? 'met' : '**not met**'])),
        ],
    notes.map((note) => `- Left out: ${note}`),
  ];
  return blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
};
