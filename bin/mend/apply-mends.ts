import { notOneRow } from '../../adapters/engine/one-row.ts';
import { contractVersion } from '../../core/contract.ts';
import type { Dataset } from '../../core/dataset.ts';
import type { EpochMs, RunId } from '../../core/ids.ts';
import { quarantineKeys, s3Uri } from '../../core/layout.ts';
import { MendDocument, type MendRow, mendName, rowsHash } from '../../core/replay/mend.ts';
import { mendsOf } from '../../functions/mends.ts';
import { UserError } from '../console/errors.ts';
import { type Asked, type Planned, planReplay, standingRun } from '../replay/replay-run.ts';
import type { Fault, MendedLine } from './parse-mends.ts';
import { type MendWorld, type Rejected, type RejectedText, readRejected } from './rejected.ts';

/** A mended row beside what it was rejected as. */
type Changed = { readonly mended: MendedLine; readonly was: RejectedText };

/** What is to be applied of one run. */
export type RunMends = {
  readonly runId: RunId;
  readonly asked: Asked;
  readonly changed: readonly Changed[];
  /** Rows whose raw is as it was exported: they stay rejected. */
  readonly unchanged: number;
  /** Null when nothing is left to do: it was applied before, or nothing was changed. */
  readonly plan: Planned | null;
};

type Reading = Parameters<typeof readRejected>[3];

/**
 * Looks at everything before anything is written: every row must be rejected still, and be one
 * row. What is at fault comes back by line.
 */
export const planMends = async (
  world: MendWorld,
  dataset: Dataset,
  rows: readonly MendedLine[],
  request: Reading & { readonly now: EpochMs },
): Promise<{ readonly runs: readonly RunMends[]; readonly faults: readonly Fault[] }> => {
  const runs: RunMends[] = [];
  const faults: Fault[] = [];
  for (const [runId, own] of Map.groupBy(rows, ({ run }) => run)) {
    const selection = `mends ${rowsHash(own.map(({ row, raw, file }) => ({ row, text: `${file} ${raw}` })))}`;
    const asked = { selection, again: false, contractVersion: contractVersion(dataset), dataset };
    const standing = await standingRun(world, runId);
    if (standing.runId !== runId) {
      if (standing.replays?.selection === selection)
        runs.push({ runId, asked, changed: [], unchanged: 0, plan: null });
      else faults.push(...own.map((mended) => replaced(mended, standing.runId)));
      continue;
    }
    const rejected = await readRejected(world, dataset, runId, request);
    const { changed, unchanged, stale } = compare(own, rejected);
    faults.push(...stale, ...(await notRows(dataset, changed)));
    const by = await world.caller();
    const plan =
      changed.length === 0 ? null : await planReplay(world, runId, asked, { by, now: request.now });
    if (plan !== null) assertFree(plan, selection);
    runs.push({ runId, asked, changed, unchanged, plan });
  }
  return { runs, faults };
};

const replaced = ({ line, run }: MendedLine, by: RunId): Fault => ({
  line,
  what: `run ${run} was replaced by ${by}; export that one (npx headgate rejects export ${by})`,
});

const placeOf = ({ file, row }: { readonly file: string; readonly row: number }): string =>
  `${file} ${row}`;

const compare = (own: readonly MendedLine[], { rows }: Rejected) => {
  const found = new Map(rows.map((row) => [placeOf(row), row]));
  const changed: Changed[] = [];
  const stale: Fault[] = [];
  let unchanged = 0;
  for (const mended of own) {
    const was = found.get(placeOf(mended));
    const { line, row, file, run } = mended;
    if (was === undefined)
      stale.push({
        line,
        what: `row ${row} of file ${file} is not among the rejected rows of ${run} that can be mended`,
      });
    else if (was.raw === mended.raw) unchanged += 1;
    else changed.push({ mended, was });
  }
  return { changed, unchanged, stale };
};

const notRows = async (dataset: Dataset, changed: readonly Changed[]): Promise<Fault[]> => {
  const faults: Fault[] = [];
  for (const [format, own] of Map.groupBy(changed, ({ was }) => was.format)) {
    const texts = own.map(({ mended }) => mended.raw);
    for (const index of await notOneRow(dataset, format, texts))
      faults.push({
        line: own[index]?.mended.line ?? 0,
        what: `raw is not exactly one row of ${format}`,
      });
  }
  return faults;
};

/** The mends are only written when the replay that reads them can begin. */
const assertFree = ({ run, decision }: Planned, selection: string): void => {
  if (decision.kind === 'refused')
    throw new UserError({ what: decision.what, next: decision.next });
  if (decision.kind !== 'join' || run.replay === undefined) return;
  if (decision.selection === selection) return;
  throw new UserError({
    what: `${decision.runId} replays ${run.runId} just now, and may have read the file already.`,
    next: `Wait until it has ended (npx headgate run ${decision.runId}), export the rows of that run, and apply them.`,
  });
};

/** Rows that one mend holds at most. */
const rowsPerMendMax = 5_000;

/** Writes the mends of a run; of those that are there already, nothing. */
export const writeMends = async (
  world: MendWorld,
  dataset: Dataset,
  { runId, changed }: RunMends,
  now: EpochMs,
): Promise<number> => {
  const { QuarantineBucket: quarantineBucket } = world.outputs;
  const by = await world.caller();
  let written = 0;
  for (const [fileId, own] of Map.groupBy(changed, ({ mended }) => mended.file)) {
    const there = await mendsOf({ store: world.store, quarantineBucket }, dataset.name, fileId);
    const before = new Map(there.map((mending) => [mending.row, mending]));
    const rows = own
      .filter(({ mended }) => before.get(mended.row)?.text !== mended.raw)
      .map(({ mended, was }): MendRow => {
        // Of a row that was mended before, the bytes in landing are still the first ones.
        const of = before.get(mended.row)?.of ?? was.of;
        return { row: mended.row, text: mended.raw, of, reasons: [...was.reasons] };
      });
    for (let at = 0; at < rows.length; at += rowsPerMendMax) {
      const some = rows.slice(at, at + rowsPerMendMax);
      const mend = { dataset: dataset.name, fileId, by, at: now, runId, rows: some };
      const key = quarantineKeys.mend(dataset.name, fileId, mendName(mend));
      const document = MendDocument.parse(mend);
      await world.store.put(s3Uri(quarantineBucket, key), JSON.stringify(document, null, 2));
      written += some.length;
    }
  }
  return written;
};
