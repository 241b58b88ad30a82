import * as z from 'zod';
import { assertNever } from '../../core/assert.ts';
import { TransientError } from '../../core/errors.ts';
import { DatasetName } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import { findingKinds, type ReconcileFinding } from '../../core/reconcile/findings.ts';
import { firstMarker, Marker, markerBehind } from '../../core/reconcile/marker.ts';
import { inTurns } from '../in-turns.ts';
import { errorFields } from '../log.ts';
import { act } from './act.ts';
import { callsAtOnce, type Page, type ReconcileDeps, type Scope } from './deps.ts';
import { lookAtLanding, type OpenLetters, openLetters } from './look-at-landing.ts';
import { lookAtLetters } from './look-at-letters.ts';
import { lookAtRuns } from './look-at-runs.ts';
import { lookAtPublished, lookAtTables } from './look-at-tables.ts';

/** A scheduled event says none of this. */
export const ReconcileEvent = z.object({
  dataset: DatasetName.optional(),
  dryRun: z.boolean().default(false),
  /** Where to go on; null begins anew. Left out, the walk is the one that the ledger keeps. */
  from: Marker.nullable().optional(),
});
export type ReconcileEvent = z.infer<typeof ReconcileEvent>;

/** A finding, and whether something was done about it. */
export type Told = ReconcileFinding & { readonly done: boolean };

export type ReconcileResult = {
  readonly findings: readonly Told[];
  /** Findings and pages that something went wrong with; the next call meets them again. */
  readonly failed: number;
  /** Where the next call goes on; null when this one came to the end of the walk. */
  readonly next: Marker | null;
};

/**
 * Compares landing, ledger, tables and quarantine, does what is safe, and tells the rest. Every
 * action may be repeated, and two calls at once do the same: so a crash anywhere costs time only.
 */
export const reconcile =
  (deps: ReconcileDeps) =>
  async (input: unknown): Promise<ReconcileResult> => {
    const { dryRun, dataset, from } = ReconcileEvent.parse(input ?? {});
    const scope: Scope = dataset === undefined ? {} : { dataset };
    const isKept = from === undefined && dataset === undefined && !dryRun;
    const cursor = isKept ? await deps.ledger.cursor() : undefined;
    const tally: Tally = { told: [], failed: 0 };
    await take(deps, tally, { findings: await lookAtRuns(deps, scope), next: null }, dryRun);
    const at = await walk(deps, scope, tally, {
      from: cursor?.marker ?? from ?? firstMarker,
      dryRun,
    });
    // Last: a call that died before has its pages looked at again.
    if (cursor !== undefined) await deps.ledger.moveCursor(cursor, at ?? firstMarker);
    tell(deps, tally.told);
    return { findings: tally.told, failed: tally.failed, next: at };
  };

/** Takes as many pages as one call may; returns where the next one goes on. */
const walk = async (
  deps: ReconcileDeps,
  scope: Scope,
  tally: Tally,
  { from, dryRun }: { readonly from: Marker; readonly dryRun: boolean },
): Promise<Marker | null> => {
  const isOpenLetter = openLetters(deps);
  const until = deps.now() + limits.reconcileCallMs;
  let at: Marker | null = from;
  for (let pages = 0; at !== null; pages += 1) {
    if (pages === limits.reconcilePagesMax || deps.now() > until) break;
    const page: Page = await look(deps, scope, isOpenLetter, at);
    await take(deps, tally, page, dryRun);
    at = markerBehind(at.step, page.next);
  }
  return at;
};

/** What a Lambda function gives back: counts. A failure fails the call, for its alarm to see. */
export const reconcileScheduled =
  (deps: ReconcileDeps) =>
  async (event: unknown): Promise<Readonly<Record<string, number>>> => {
    const { findings, failed } = await reconcile(deps)(event);
    if (failed > 0) throw new TransientError(`${failed} findings or tables were not dealt with`);
    return Object.fromEntries(
      [...Map.groupBy(findings, ({ kind }) => kind)].map(([kind, some]) => [kind, some.length]),
    );
  };

const look = async (
  deps: ReconcileDeps,
  scope: Scope,
  isOpenLetter: OpenLetters,
  { step, after }: Marker,
): Promise<Page> => {
  switch (step) {
    case 'letters':
      return await lookAtLetters(deps, scope, after);
    case 'landing':
      return await lookAtLanding(deps, scope, isOpenLetter, after);
    case 'published':
      return await lookAtPublished(deps, scope, after);
    case 'tables':
      return await lookAtTables(deps, scope, after);
    default:
      return assertNever(step);
  }
};

type Tally = { readonly told: Told[]; failed: number };

/** Acts on each finding by itself: one that cannot be dealt with stops no other. */
const take = async (
  deps: ReconcileDeps,
  tally: Tally,
  page: Page,
  dryRun: boolean,
): Promise<void> => {
  tally.failed += page.failed ?? 0;
  const told = await inTurns(page.findings, callsAtOnce, async (finding): Promise<Told> => {
    if (dryRun || finding.action === null) return { ...finding, done: false };
    try {
      await act(deps, finding.action);
      return { ...finding, done: true };
    } catch (error) {
      const { kind, subject } = finding;
      deps.log.error('finding not dealt with', { kind, subject, ...errorFields(error) });
      tally.failed += 1;
      return { ...finding, done: false };
    }
  });
  tally.told.push(...told);
};

/** More lines than this would only repeat each other. */
const linesMax = 100;

const tell = ({ log, count }: ReconcileDeps, told: readonly Told[]): void => {
  for (const { kind, subject, detail, done } of told.slice(0, linesMax))
    log.warn('found', { kind, subject, detail, done });
  const groups = Map.groupBy(told, ({ kind, dataset }) => `${kind} ${dataset ?? ''}`);
  for (const some of groups.values()) {
    const [{ kind, dataset } = { kind: 'letter' as const, dataset: null }] = some;
    count(findingKinds[kind].metric, some.length, dataset ?? undefined);
  }
};
