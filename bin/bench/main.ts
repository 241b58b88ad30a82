import { mkdirSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import * as z from 'zod';
import { parseOptions, wholeNumber } from '../commands/command.ts';
import { UserError } from '../console/errors.ts';
import type { Output } from '../console/output.ts';
import { runTool } from '../tool.ts';
import { benchData } from './data.ts';
import { type DoorFigures, type DoorName, doorNames, measureDoor } from './doors/measure-door.ts';
import { measureLatency } from './latency.ts';
import { measureLoad } from './load/load.ts';
import { machineOf } from './machine.ts';
import { markdownOf } from './markdown.ts';
import { peerNames } from './peers.ts';
import { type PeersPython, peersPython } from './python.ts';
import {
  latencyText,
  loadTexts,
  printDoor,
  printEnd,
  printSheet,
  printSmall,
  type Report,
} from './report.ts';
import { pinning } from './runner.ts';
import { canMeasure, measureSheets, needsPython, sectionsToRun } from './sections.ts';
import { type Sheet, type SheetSection, sheetSections } from './sheet.ts';
import { measureSmall, type Small } from './small.ts';
import { targets, verdictsOf } from './targets.ts';

const SECTIONS = [...sheetSections, 'small', ...doorNames, 'latency', 'load'] as const;
const SMALL_ROWS = 1000;

const listOf = <T extends z.ZodType>(item: T) =>
  z.preprocess((text) => String(text).split(','), z.array(item).min(1));

const Options = z.object({
  rows: listOf(wholeNumber(1000, 100_000_000)).optional(),
  peers: listOf(z.enum(peerNames)).optional(),
  reps: wholeNumber(1, 99),
  only: z.enum(SECTIONS).optional(),
  dltRows: wholeNumber(1000, 100_000_000).optional(),
  calls: wholeNumber(1, 1000),
  turns: wholeNumber(10, 100_000),
  drops: wholeNumber(1, 1000),
  perSecond: wholeNumber(2, 10_000),
  seconds: wholeNumber(1, 3_600),
  stack: z.string(),
  folder: z.string(),
  json: z.boolean().default(false),
  markdown: z.boolean().default(false),
  strict: z.boolean().default(false),
});
type Options = z.infer<typeof Options>;

const pythonFor = async (
  chosen: readonly SheetSection[],
  options: Options,
  out: Output,
): Promise<{ python: PeersPython; notes: string[] }> => {
  if (!needsPython(chosen, options)) return { python: { kind: 'absent', why: '' }, notes: [] };
  const python = await peersPython(out, process.env);
  const notes = python.kind === 'ready' ? [] : [`the peers written in Python: ${python.why}`];
  return { python, notes };
};

const smallFiles = async ({ folder, calls }: Options, out: Output): Promise<Small> => {
  const data = benchData(folder, { rows: SMALL_ROWS, format: 'csv' }, out);
  return await measureSmall({ data, calls, folder, pin: pinning(1) }, out);
};

const capNote = ({ dltRows }: Options, sheets: readonly Sheet[]): string[] =>
  sheets.some(({ rows, peers }) => peers.some((row) => row.rows < rows))
    ? [`dlt's rows above ${dltRows} (--dlt-rows): its ratios are per row and no verdict`]
    : [];

const measureDoors = async (
  chosen: readonly DoorName[],
  { turns, json, markdown }: Options,
  out: Output,
): Promise<DoorFigures[]> => {
  const doors: DoorFigures[] = [];
  for (const door of chosen) {
    const figures = await measureDoor(door, { turns, pin: pinning(1) }, out);
    if (!json && !markdown) printDoor(figures, out);
    doors.push(figures);
  }
  return doors;
};

const measure = async (options: Options, machineLoad: number, out: Output): Promise<Report> => {
  const isText = !options.json && !options.markdown;
  const { only, stack, drops } = options;
  const asked =
    only === undefined ? sectionsToRun(options) : sheetSections.filter((s) => s === only);
  const chosen = asked.filter(canMeasure);
  const { python, notes } = await pythonFor(chosen, options, out);
  if (chosen.length < asked.length) notes.push('threads: this machine has one core only');
  const sheets: Sheet[] = [];
  const onSheet = (sheet: Sheet): void => {
    if (isText) printSheet(sheet, out);
  };
  for (const section of chosen)
    sheets.push(...(await measureSheets(section, { asked: options, python }, onSheet, out)));
  const runs = (section: 'small' | DoorName | 'latency' | 'load'): boolean =>
    (only ?? section) === section;
  const small = runs('small') ? await smallFiles(options, out) : null;
  if (isText && small) printSmall(small, out);
  const doors = await measureDoors(doorNames.filter(runs), options, out);
  const env = process.env;
  const latency = runs('latency') ? await measureLatency({ stack, drops, env }, out) : null;
  if (isText && latency) out.line(`\n${latencyText(latency)}`);
  const { perSecond, seconds } = options;
  const load = runs('load') ? await measureLoad({ stack, perSecond, seconds, env }, out) : null;
  if (isText && load) for (const text of loadTexts(load)) out.line(`\n${text}`);
  return {
    at: new Date().toISOString(),
    command: ['npm run bench', ...commandArguments()].join(' '),
    machine: machineOf(machineLoad, python.kind === 'ready'),
    targets,
    sheets,
    small,
    doors,
    latency,
    load,
    verdicts: verdictsOf(sheets, small, doors),
    notes: [...notes, ...capNote(options, sheets)],
  };
};

/** How the report is printed says nothing of what was measured. */
const commandArguments = (): string[] => {
  const given = process.argv.slice(2).filter((text) => !/^--(json|markdown)$/.test(text));
  return given.length === 0 ? [] : ['--', ...given];
};

const bench = async (raw: unknown, out: Output): Promise<void> => {
  const options = parseOptions(Options, raw);
  mkdirSync(options.folder, { recursive: true });
  const load = loadavg()[0] ?? 0;
  if (load > 0.5)
    out.note(out.styles.warn(`Other work runs here (load ${load.toFixed(1)}): figures will vary.`));
  const report = await measure(options, load, out);
  const path = join(options.folder, 'report.json');
  writeFileSync(path, `${JSON.stringify(report, null, 2)}\n`);
  if (options.json) out.json(report);
  else if (options.markdown) out.line(markdownOf(report));
  else printEnd(report, out);
  out.note(`\nAll figures: ${path}`);
  judge(report, options.strict);
};

/** Speed with wrong rows is worth nothing; a slow machine is no fault unless one says so. */
const judge = ({ sheets, small, doors, verdicts }: Report, strict: boolean): void => {
  const faults = [...sheets.flatMap(({ peers }) => peers), ...(small ? [small] : []), ...doors];
  if (faults.some((each) => each.faults.length > 0))
    throw new UserError({ what: 'An output was wrong; the report says in what.' });
  const missed = verdicts.filter(({ met }) => !met);
  if (strict && missed.length > 0)
    throw new UserError({ what: `Not met: ${missed.map(({ what }) => what).join('; ')}` });
};

const makeProgram = (out: Output): Command =>
  new Command('bench')
    .description(
      'Measures the engine against a raw copy and other ways to do the same work, and checks ' +
        'every output. Each run is a process of its own on one core; peers take turns.',
    )
    .option('--rows <list>', 'file sizes (default: 1000000 and 5000000; threads, jsonl: 1000000)')
    .option(
      '--peers <list>',
      `of ${peerNames.join(', ')} (default: all; above 2000000 rows process, raw, polars)`,
    )
    .option('--reps <n>', 'repetitions per peer', '3')
    .addOption(new Option('--only <section>', 'one section').choices(SECTIONS))
    .option('--dlt-rows <n>', 'most rows that dlt gets: it is the slowest')
    .option('--calls <n>', 'calls of the warm process', '30')
    .option('--turns <n>', 'turns of the functions behind the doors', '200')
    .option('--drops <n>', 'files dropped for the latency', '20')
    .option('--per-second <n>', 'records a second of the load, of both doors together', '1000')
    .option('--seconds <n>', 'how long the load lasts', '60')
    .option('--stack <name>', 'CloudFormation stack for the latency and the load', 'Headgate')
    .option('--folder <path>', 'where data and report lie', '.headgate/bench')
    .option('--json', 'print the report as one JSON document')
    .option('--markdown', 'print the tables as docs/benchmarks.md has them')
    .option('--strict', 'a missed target is a failure, too')
    .action((raw: unknown) => bench(raw, out))
    .addHelpText(
      'after',
      [
        '\nExit codes: 0 done, 1 an output was wrong (or a target missed, with --strict), 2 usage.',
        '\nExamples:',
        '  $ npm run bench',
        '  $ npm run bench -- --only process --rows 100000 --reps 5 --peers process,raw,polars',
        '  $ npm run bench -- --only jsonl --markdown',
      ].join('\n'),
    );

if (import.meta.main) process.exitCode = await runTool(makeProgram, process);
