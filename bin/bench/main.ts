import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import * as z from 'zod';
import { parseOptions, wholeNumber } from '../commands/command.ts';
import { UserError } from '../console/errors.ts';
import type { Output } from '../console/output.ts';
import { runTool } from '../tool.ts';
import { compare } from './compare.ts';
import { benchData } from './data.ts';
import { measureLatency } from './latency.ts';
import type { PeerId } from './peers.ts';
import { printLatency, printSheet, type Sheet, sheetOf, targets, verdictsOf } from './report.ts';
import { pinning } from './runner.ts';

const SECTIONS = ['process', 'memory', 'latency'] as const;
type Section = (typeof SECTIONS)[number];

const Options = z.object({
  rows: z.preprocess(
    (text) => String(text).split(','),
    z.array(wholeNumber(1000, 100_000_000)).min(1),
  ),
  reps: wholeNumber(1, 99),
  only: z.enum(SECTIONS).optional(),
  drops: wholeNumber(1, 1000),
  stack: z.string(),
  folder: z.string(),
  json: z.boolean().default(false),
  strict: z.boolean().default(false),
});
type Options = z.infer<typeof Options>;

/** What each section runs: memory is the engine alone at the size its target names. */
const sections: Readonly<
  Record<'process' | 'memory', (options: Options) => { peers: PeerId[]; rows: number[] }>
> = {
  process: ({ rows }) => ({ peers: ['process', 'raw', 'zod'], rows }),
  memory: () => ({ peers: ['process'], rows: [targets.peakMegabytesRows] }),
};

const measureSheets = async (
  section: 'process' | 'memory',
  options: Options,
  out: Output,
): Promise<Sheet[]> => {
  const pin = pinning();
  if (pin.length === 0) out.note('taskset is not there: nothing is pinned to one core.');
  const { peers, rows } = sections[section](options);
  const sheets: Sheet[] = [];
  for (const count of rows) {
    const data = benchData(options.folder, count, out);
    const { folder } = options;
    const reps = section === 'memory' ? 1 : options.reps;
    const sheet = sheetOf(await compare({ data, peers, reps, folder, pin }, out));
    if (!options.json) printSheet(sheet, out);
    sheets.push(sheet);
  }
  return sheets;
};

/** The 5M figures of the process section hold the memory as well, so one of the two is enough. */
const sectionsToRun = ({ only, rows }: Options): readonly Section[] => {
  if (only) return [only];
  return rows.includes(targets.peakMegabytesRows)
    ? ['process', 'latency']
    : ['process', 'memory', 'latency'];
};

const bench = async (raw: unknown, out: Output): Promise<void> => {
  const options = parseOptions(Options, raw);
  mkdirSync(options.folder, { recursive: true });
  const chosen = sectionsToRun(options);
  const load = loadavg()[0] ?? 0;
  if (load > 0.5)
    out.note(out.styles.warn(`Other work runs here (load ${load.toFixed(1)}): figures will vary.`));
  const sheets: Sheet[] = [];
  for (const section of ['process', 'memory'] as const)
    if (chosen.includes(section)) sheets.push(...(await measureSheets(section, options, out)));
  const { stack, drops } = options;
  const latency = chosen.includes('latency')
    ? await measureLatency({ stack, drops, env: process.env }, out)
    : null;
  const machine = {
    cpu: cpus()[0]?.model ?? '',
    cores: cpus().length,
    node: process.version,
    load,
  };
  const verdicts = sheets.flatMap(verdictsOf);
  const report = { at: new Date().toISOString(), machine, targets, sheets, verdicts, latency };
  const path = join(options.folder, 'report.json');
  writeFileSync(path, `${JSON.stringify(report, null, 2)}\n`);
  if (options.json) out.json(report);
  else if (latency) printLatency(latency, out);
  out.note(`\nAll figures: ${path}`);
  judge(sheets, options.strict);
};

/** Speed with wrong rows is worth nothing; a slow machine is no fault unless one says so. */
const judge = (sheets: readonly Sheet[], strict: boolean): void => {
  if (sheets.some((sheet) => sheet.peers.some(({ faults }) => faults.length > 0)))
    throw new UserError({ what: 'An output was wrong; the report says in what.' });
  const missed = sheets.flatMap(verdictsOf).filter(({ met }) => !met);
  if (strict && missed.length > 0)
    throw new UserError({ what: `Missed: ${missed.map(({ what }) => what).join('; ')}` });
};

const makeProgram = (out: Output): Command =>
  new Command('bench')
    .description(
      'Measures the engine against a raw copy and a row loop, and checks every output. ' +
        'Each run is a process of its own on one core; peers take turns.',
    )
    .option('--rows <list>', 'file sizes', '1000000,5000000')
    .option('--reps <n>', 'repetitions per peer', '3')
    .addOption(new Option('--only <section>', 'one section').choices(SECTIONS))
    .option('--drops <n>', 'files dropped for the latency', '20')
    .option('--stack <name>', 'CloudFormation stack for the latency', 'Headgate')
    .option('--folder <path>', 'where data and report lie', '.headgate/bench')
    .option('--json', 'print the report as one JSON document')
    .option('--strict', 'a missed target is a failure, too')
    .action((raw: unknown) => bench(raw, out))
    .addHelpText(
      'after',
      [
        '\nExit codes: 0 done, 1 an output was wrong (or a target missed, with --strict), 2 usage.',
        '\nExamples:',
        '  $ npm run bench',
        '  $ npm run bench -- --only process --rows 100000 --reps 5',
      ].join('\n'),
    );

if (import.meta.main) process.exitCode = await runTool(makeProgram, process);
