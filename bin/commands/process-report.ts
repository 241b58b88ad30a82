import { relative } from 'node:path';
import { systemClock } from '../../adapters/clock.ts';
import type { Processed } from '../../adapters/engine/process.ts';
import type { Refusal, RunCode } from '../../core/codes.ts';
import type { Dataset } from '../../core/dataset.ts';
import { driftWords } from '../../core/evolution/drift.ts';
import { explainedReason } from '../../core/explained-reason.ts';
import { decideGate } from '../../core/gate.ts';
import { sha256 } from '../../core/hash.ts';
import { ContentId } from '../../core/ids.ts';
import type { Output } from '../console/output.ts';
import { oneLine } from '../console/table.ts';
import { findingLines, scoreText } from './quality-words.ts';
import { counted, duration, reasonLines, size, whole } from './words.ts';

type Metrics = Extract<Processed, { kind: 'processed' }>['metrics'];

type Facts = {
  /** Absolute. */
  readonly outDir: string;
  readonly elapsedMs: number;
  readonly missing: readonly { readonly dataset: string; readonly columns: readonly string[] }[];
};

/** What a dry run came to; the same for people and for `--json`. */
export type Report = Facts &
  (
    | { readonly kind: 'refused'; readonly reason: ReturnType<typeof explainedReason> }
    | (Metrics & {
        readonly kind: 'processed';
        /** What the pipeline's gate would do with a run of this file alone. */
        readonly decision: 'publish' | 'hold' | 'nothing';
        readonly refusal: Refusal<RunCode> | null;
      })
  );

/** Adds the gate's decision, by the gate's own rules, to what the engine found. */
export const reportOf = (dataset: Dataset, processed: Processed, facts: Facts): Report => {
  if (processed.kind === 'refused') {
    const { code, detail } = processed;
    return { kind: 'refused', ...facts, reason: explainedReason({ code, detail }) };
  }
  const { metrics } = processed;
  const { decision, refusal } = gateOf(dataset, metrics);
  return { kind: 'processed', ...facts, decision, refusal, ...metrics };
};

const gateOf = (dataset: Dataset, metrics: Metrics) => {
  const { fileId, rowsIn, rejected, published, deduplicated } = metrics;
  const validated = {
    ...metrics,
    setAside: metrics.setAside > 0 ? metrics.setAside : undefined,
    evolved: [...metrics.evolved],
    drift: [...metrics.drift],
    valid: rowsIn - rejected,
    contentId: ContentId.parse(sha256(fileId)),
    clean: [],
    rejects: null,
  };
  const staged = metrics.files.map(({ path, rows, bytes }) => ({
    uri: path,
    rows: String(rows),
    bytes: String(bytes),
    partition: [],
    columns: [],
  }));
  const transformed = {
    files: [{ fileId, published, deduplicated, barred: 0 }],
    staged,
    schemaId: 0,
    specId: 0,
    // Whether a joined dataset was ever published only the stack knows.
    references: {},
    unmatched: { ...metrics.unmatched },
    duplicates: null,
    ...(metrics.facts === undefined ? {} : { facts: metrics.facts }),
  };
  return decideGate(dataset, [validated], transformed, {
    // A dry run knows of no other: what compares with them says so, and holds nothing.
    history: [],
    now: systemClock(),
    released: false,
  });
};

/** Reasons and files beyond these are in --json and in metrics.json. */
const listedMax = 12;

/** Prints a dry run for a person. */
export const printReport = (out: Output, report: Report): void => {
  if (report.kind === 'refused') {
    for (const line of reasonLines(report.reason)) out.line(line);
    return;
  }
  printCounts(out, report);
  printReasons(out, report);
  printFiles(out, report);
  for (const { dataset, columns } of report.missing) {
    const told = `No ${dataset} given: ${columns.join(', ')} stay null.`;
    out.line(out.styles.warn(`${told} Give them with --reference ${dataset}=FILE`));
  }
  for (const [dataset, rows] of Object.entries(report.unmatched))
    if (rows > 0 && !report.missing.some((each) => each.dataset === dataset))
      out.line(`${counted(rows, 'row')} without a partner in ${dataset}.`);
  for (const each of report.drift) out.line(`The file differs: ${oneLine(driftWords(each))}.`);
  if (report.refusal === null) return;
  // The refusal's own next step names a run, and there is none here.
  const [first = '', detail = ''] = reasonLines(report.refusal);
  out.line(out.styles.warn(`The gate would hold this run. ${first}`));
  out.line(`  ${detail}`);
};

type ProcessedReport = Extract<Report, { kind: 'processed' }>;

const printCounts = (out: Output, report: ProcessedReport): void => {
  const { rowsIn, published, rejected, deduplicated, quality, bytes, elapsedMs } = report;
  const rate = elapsedMs === 0 ? 0 : (bytes.total / 1e6 / elapsedMs) * 1000;
  out.line(
    `${whole(rowsIn)} rows in = ${whole(published)} published + ${whole(rejected)} rejected + ${whole(deduplicated)} deduplicated`,
  );
  if (report.setAside > 0) out.line(`${counted(report.setAside, 'value')} of valid rows set aside`);
  out.line(`Quality ${scoreText(quality)}`);
  for (const line of findingLines(quality, out.styles)) out.line(`  ${line}`);
  out.line(`${size(bytes.total)} in ${duration(elapsedMs)} (${rate.toFixed(1)} MB/s)`);
};

const printReasons = (out: Output, { reasons }: ProcessedReport): void => {
  if (reasons.length === 0) return;
  out.line();
  const top = reasons.slice(0, listedMax);
  out.table(
    [{ title: 'rows', align: 'right' }, { title: 'code' }, { title: 'field' }],
    top.map(({ rows, code, field }) => [whole(rows), code, field ?? '']),
  );
  if (top.length < reasons.length)
    out.line(`and ${counted(reasons.length - top.length, 'more reason')}`);
  for (const code of new Set(top.map((reason) => reason.code)))
    out.line(`  ${code}: ${explainedReason({ code, detail: '' })?.means ?? 'unknown here'}`);
};

const printFiles = (out: Output, report: ProcessedReport): void => {
  const { outDir, files, rejected, setAside } = report;
  const here = relative(process.cwd(), outDir);
  const dir = here === '' || here.startsWith('..') ? outDir : here;
  out.line();
  out.line(out.styles.strong(`Written to ${dir}`));
  const sorted = files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  for (const { path, rows, bytes } of sorted.slice(0, listedMax))
    out.line(`  ${path}  ${counted(rows, 'row')}, ${size(bytes)}`);
  if (files.length > listedMax) out.line(`  and ${counted(files.length - listedMax, 'more file')}`);
  if (rejected > 0) out.line('  rejects.parquet  every rejected row with its bytes and reasons');
  if (setAside > 0) out.line('  values.parquet  every value that is not published, and its row');
  out.line('  metrics.json');
};
