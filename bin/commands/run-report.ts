import type { Execution } from '../../adapters/executions.ts';
import type { GateDocument } from '../../core/documents.ts';
import { driftWords } from '../../core/evolution/drift.ts';
import { explainedReason } from '../../core/explained-reason.ts';
import type { RunEntry } from '../../core/ledger.ts';
import type { RunFacts } from '../../functions/run-facts.ts';
import type { Output } from '../console/output.ts';
import { oneLine } from '../console/table.ts';
import { findingLines, scoreText } from './quality-words.ts';
import type { Stage } from './stages.ts';
import {
  countCells,
  counted,
  countTitles,
  duration,
  reasonLines,
  size,
  when,
  whole,
} from './words.ts';

/** Everything that is known of one run, from the ledger, the buckets and Step Functions. */
export type RunReport = RunFacts & {
  readonly run: RunEntry;
  readonly execution: Omit<Execution, 'events'> | { readonly arn: string; readonly status: null };
  readonly stages: readonly Stage[];
  /** The execution that published what this one had put into the table; null when none had to. */
  readonly published: Omit<Execution, 'events'> | null;
};

/** Prints a run for a person: what became of it first, then why, then where everything lies. */
export const printRun = (out: Output, report: RunReport): void => {
  printHead(out, report);
  printFiles(out, report);
  printReasons(out, report);
  printWarnings(out, report);
  printDrift(out, report);
  printStages(out, report);
  const { lies } = report;
  out.line();
  out.line(out.styles.strong('Where it lies'));
  out.line(`  clean rows   ${lies.clean}`);
  out.line(`  rejected     ${lies.quarantine}`);
  out.line(`  table        ${lies.table}`);
  if (lies.lineage !== null) out.line(`  lineage      ${lies.lineage}`);
};

const stateStyles: Readonly<Record<string, 'good' | 'warn' | 'bad'>> = {
  PUBLISHED: 'good',
  HELD: 'warn',
  DISCARDED: 'warn',
  FAILED: 'bad',
};

const printHead = ({ styles, line }: Output, { run }: RunReport): void => {
  const style = stateStyles[run.state];
  const state = style === undefined ? run.state : styles[style](run.state);
  const attempt = run.fence === 1 ? '' : `, attempt ${run.fence}`;
  line(`${styles.strong(run.runId)}  ${state}${attempt}`);
  line(`  created ${when(run.createdAt)}, last change ${when(run.updatedAt)}`);
  line(`  contract ${run.contractVersion}, snapshot ${run.snapshotId ?? 'none'}`);
  for (const text of reasonLines(run.reason, run.runId)) line(`  ${styles.warn(text)}`);
  if (run.counts !== null) {
    const { rowsIn, published, rejected, deduplicated, setAside = 0 } = run.counts;
    line(
      `  ${whole(rowsIn)} rows in = ${whole(published)} published + ${whole(rejected)} rejected + ${whole(deduplicated)} deduplicated`,
    );
    if (setAside > 0) line(`  ${counted(setAside, 'value')} of valid rows set aside`);
  }
  if (run.released !== undefined) {
    const { by, at, reason } = run.released;
    line(
      `  ${styles.warn(`released at ${when(at)} by ${oneLine(by)}`)}; it was held for ${reason.code}`,
    );
  }
  for (const text of replayLines(run)) line(`  ${styles.warn(text)}`);
  if (run.quality !== null && run.counts?.rowsIn !== 0) {
    line(`  quality ${scoreText(run.quality)}`);
    for (const text of findingLines(run.quality, styles)) line(`    ${text}`);
  }
};

/** What the run has taken the place of, and what has taken its own. */
const replayLines = ({ replays, replay, replacedBy }: RunEntry): string[] => [
  ...(replays === undefined
    ? []
    : [
        `replays ${replays.runId} (generation ${replays.generation}), asked for at ${when(replays.at)} by ${oneLine(replays.by)}: ${oneLine(replays.selection)}`,
      ]),
  ...(replacedBy === undefined ? [] : [`replaced by ${replacedBy}: its rows are no longer read`]),
  ...(replay === undefined || replay.runId === replacedBy
    ? []
    : [`a replay of it was asked for: npx headgate run ${replay.runId}`]),
];

const printFiles = (out: Output, { files }: RunReport): void => {
  out.line();
  out.table(
    [{ title: 'file' }, { title: 'state' }, { title: 'size', align: 'right' }, ...countTitles],
    files.map((file) => [file.key, file.state, size(file.sizeBytes), ...countCells(file.counts)]),
  );
  for (const file of files) {
    // A held file's reason is its run's, which is told above.
    const lines = file.state === 'HELD' ? [] : reasonLines(file.reason, file.runId);
    for (const [at, text] of lines.entries())
      out.line(at === 0 ? `  ${oneLine(file.key)}: ${text}` : `    ${text}`);
  }
};

const printReasons = (out: Output, { run, reasons }: RunReport): void => {
  if (reasons === null || reasons.length === 0) return;
  printCountsOf(out, 'rows', reasons);
  out.line(`  The rows: npx headgate rejects --run ${run.runId}`);
};

const printWarnings = (out: Output, { warnings }: RunReport): void => {
  if (warnings.length === 0) return;
  printCountsOf(out, 'warned', warnings);
  out.line('  Warnings only: these rows are valid.');
};

const printDrift = (out: Output, { run, drift }: RunReport): void => {
  if (drift.length === 0) return;
  out.line();
  out.line(out.styles.strong('Files that differ from the dataset'));
  for (const each of drift) out.line(`  ${oneLine(driftWords(each))}`);
  if (run.counts?.setAside !== undefined)
    out.line(`  What is set aside: npx headgate rejects --run ${run.runId}`);
};

const printCountsOf = (out: Output, title: string, reasons: GateDocument['reasons']): void => {
  out.line();
  out.table(
    [{ title, align: 'right' }, { title: 'code' }, { title: 'field' }],
    reasons.map(({ rows, code, field }) => [whole(rows), code, field ?? '']),
  );
  for (const code of new Set(reasons.map((reason) => reason.code)))
    out.line(`  ${code}: ${explainedReason({ code, detail: '' })?.means ?? 'unknown here'}`);
};

const printStages = (out: Output, { execution, stages, published }: RunReport): void => {
  out.line();
  out.line(out.styles.strong('Execution'));
  out.line(`  ${execution.arn}`);
  if (execution.status === null) {
    out.line('  Step Functions does not know it: not started, or ended more than 90 days ago.');
    return;
  }
  out.line(`  ${execution.status}${execution.error === null ? '' : `: ${execution.error}`}`);
  if (execution.cause !== null) out.line(`  ${oneLine(execution.cause)}`);
  const names = stages.map(({ name, times }) => `${name}${times === 1 ? '' : ` ×${times}`}`);
  const width = Math.max(0, ...names.map((name) => name.length));
  for (const [at, stage] of stages.entries()) {
    const time = stage.durationMs === null ? '' : duration(stage.durationMs);
    const head = `${(names[at] ?? '').padEnd(width)}  ${time.padStart(8)}  ${statusOf(stage)}`;
    const cameTo = Object.entries(stage.output).map(([name, value]) => `${name} ${value}`);
    // Not a table: its cells are cut, and the counts must not be.
    out.line(oneLine(`  ${head}${cameTo.length === 0 ? '' : `: ${cameTo.join(', ')}`}`));
  }
  if (published === null) return;
  out.line('  The rows were in the table already; another execution only published them:');
  out.line(`  ${published.arn}`);
  out.line(`  ${published.status}${published.error === null ? '' : `: ${published.error}`}`);
};

const statusOf = ({ status, failures, error }: Stage): string => {
  if (failures === 0) return status;
  return `${status}, ${failures} failed tr${failures === 1 ? 'y' : 'ies'}${error === null ? '' : ` (${error})`}`;
};
