import { Command, Option } from 'commander';
import * as z from 'zod';
import { explainedReason } from '../../core/explained-reason.ts';
import type { FileEntry } from '../../core/ledger.ts';
import { usageError } from '../console/errors.ts';
import type { Output } from '../console/output.ts';
import { oneLine } from '../console/table.ts';
import type { RejectedRow } from '../query/rejects.ts';
import type { readSetAside } from '../query/set-aside.ts';
import { stackOption, withStack } from '../world.ts';
import {
  jsonOption,
  type MakeCommand,
  parseOptions,
  wholeNumber,
  withExamples,
} from './command.ts';
import { datasetOption, declared, loadDatasets } from './dataset-named.ts';
import { rejectsApplyCommand } from './rejects-apply.ts';
import { rejectsExportCommand } from './rejects-export.ts';
import { existingRun, parseRunId } from './run.ts';
import { counted, reasonLines, when } from './words.ts';

/** Rows of the quarantine fetched at most in one call; larger piles are for `headgate query`. */
const maxBytes = 2_000_000_000;

const RejectsOptions = z.object({
  dataset: z.string().optional(),
  run: z.string().optional(),
  limit: wholeNumber(1, 100_000),
  full: z.boolean().default(false),
  stack: z.string(),
  json: z.boolean().default(false),
});

/** `headgate rejects`: which rows and files were refused, why, and what they look like. */
export const rejectsCommand: MakeCommand = (shell) => {
  const { out, env } = shell;
  const command = new Command('rejects')
    .description(
      'show rejected rows, values that were set aside and refused files, with their reasons',
    )
    .addOption(datasetOption('of every run of this dataset'))
    .addOption(new Option('--run <run-id>', 'of this run').conflicts('dataset'))
    .addOption(new Option('--limit <number>', 'rows, and files, at most').default('20'))
    .option('--full', 'print whole rows, however long')
    .addOption(stackOption())
    .addOption(jsonOption())
    // Else --stack and --json of a subcommand would be taken for those of this one.
    .enablePositionalOptions()
    .addCommand(rejectsExportCommand(shell))
    .addCommand(rejectsApplyCommand(shell))
    .action(async (raw: unknown) => {
      const options = parseOptions(RejectsOptions, raw);
      const of = await subject(options);
      const found = await withStack({ out, env }, options.stack, async (stack) => {
        if (of.runId !== undefined) await existingRun(stack, of.runId);
        const { readRefusedFiles, readRejects } = await import('../query/rejects.ts');
        const request = {
          ...of,
          stack,
          limit: options.limit,
          scope: stack.where,
          maxBytes,
          instead:
            'Look at one run (--run RUN), or read the quarantine bucket with Athena or Spark.',
          tell: (text: string) => out.note(out.styles.faint(text)),
        };
        const { readSetAside } = await import('../query/set-aside.ts');
        return {
          ...(await readRejects(request)),
          files: await readRefusedFiles(request),
          setAside: await readSetAside(request),
        };
      });
      if (options.json) out.json({ ...found, files: found.files.map(asJson) });
      else print(out, found, options.full);
    });
  return withExamples(command, [
    'rejects --dataset orders',
    'rejects --run orders-20261121T050000Z-0123456789 --full',
    'rejects --dataset orders --limit 1000 --json',
    'rejects export orders-20261121T050000Z-0123456789 -o mend.jsonl',
    'rejects apply mend.jsonl --dry-run',
  ]);
};

/** Exactly one of --dataset and --run; a run id names its dataset itself. */
const subject = async ({ dataset, run }: z.infer<typeof RejectsOptions>) => {
  const datasets = await loadDatasets();
  if (run !== undefined) {
    const runId = parseRunId(run);
    return { runId, dataset: declared(datasets, runId.slice(0, runId.indexOf('-'))) };
  }
  if (dataset !== undefined) return { dataset: declared(datasets, dataset) };
  throw usageError({
    what: 'Rejects of what?',
    allowed: 'Either --dataset NAME or --run RUN.',
    next: 'npx headgate runs lists the runs with their number of rejected rows.',
  });
};

type Found = {
  readonly rows: readonly RejectedRow[];
  readonly total: number;
  readonly files: readonly FileEntry[];
  readonly setAside: Awaited<ReturnType<typeof readSetAside>>;
};

const asJson = (file: FileEntry) => ({ ...file, reason: explainedReason(file.reason) });

const print = (out: Output, found: Found, isFull: boolean): void => {
  const { rows, total, files, setAside } = found;
  if (total + files.length + setAside.total === 0) out.line('Nothing was rejected.');
  if (rows.length > 0 && isFull) printWhole(out, rows);
  else if (rows.length > 0) out.table(columns, rows.map(cells));
  if (rows.length > 0) {
    out.line();
    for (const code of new Set(rows.flatMap((row) => row.reasons.map((reason) => reason.code))))
      out.line(`${code}: ${explainedReason({ code, detail: '' })?.means ?? 'of another version'}`);
    if (rows.length < total)
      out.line(
        `${counted(total, 'rejected row')} in all; --limit prints more, --full prints them whole.`,
      );
  }
  if (setAside.values.length > 0) printSetAside(out, setAside);
  if (files.length > 0) printFiles(out, files);
};

const setAsideTitles = [
  { title: 'file' },
  { title: 'row', align: 'right' },
  { title: 'code' },
  { title: 'column' },
  { title: 'value' },
] as const;

const printSetAside = (out: Output, { values, total }: Found['setAside']): void => {
  out.line();
  out.line(out.styles.strong('Values set aside, of rows that are valid'));
  out.table(
    setAsideTitles,
    values.map(({ key, fileId, row, code, column, value }) => [
      key ?? fileId,
      row === null ? 'every' : String(row),
      ...[code, oneLine(column), value ?? ''],
    ]),
  );
  if (values.length < total) out.line(`${counted(total, 'record')} in all; --limit prints more.`);
};

const columns = [
  { title: 'file' },
  { title: 'row', align: 'right' },
  { title: 'bytes' },
  { title: 'reasons' },
  { title: 'raw' },
] as const;

const reasonsText = ({ reasons }: RejectedRow): string =>
  reasons.map(({ code, field }) => (field === null ? code : `${code} ${field}`)).join(', ');

const nameOf = ({ key, fileId }: RejectedRow): string => key ?? fileId;

/** Rows of a Parquet file have no range of bytes. */
const bytesOf = ({ byteStart, byteEnd }: RejectedRow): string =>
  byteStart === null ? '' : `${byteStart}-${byteEnd}`;

const cells = (row: RejectedRow): string[] => [
  nameOf(row),
  String(row.row),
  bytesOf(row),
  `${reasonsText(row)}${row.mended ? ' (mended)' : ''}`,
  row.raw,
];

const printWhole = (out: Output, rows: readonly RejectedRow[]): void => {
  for (const row of rows) {
    const bytes = row.byteStart === null ? '' : `, bytes ${bytesOf(row)}`;
    const place = `${oneLine(nameOf(row))}, row ${row.row}${bytes}`;
    out.line(out.styles.strong(place));
    out.line(`  run  ${row.runId}`);
    out.line(`  why  ${reasonsText(row)}${row.mended ? ' (of a mended row)' : ''}`);
    out.line(`  raw  ${row.raw}`);
  }
};

const printFiles = (out: Output, files: readonly FileEntry[]): void => {
  out.line();
  out.line(out.styles.strong('Refused files'));
  for (const file of files) {
    out.line(`${oneLine(file.key)}  landed ${when(file.landedAt)}`);
    for (const text of reasonLines(file.reason, file.runId)) out.line(`  ${text}`);
    out.line(`  Bytes: s3://${file.bucket}/${oneLine(file.key)}, version ${file.versionId}`);
  }
};
