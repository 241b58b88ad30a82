import { pointerOf } from '../core/documents.ts';
import type { EpochMs, FileId, RunId } from '../core/ids.ts';
import { cleanKeys, s3Uri } from '../core/layout.ts';
import { type RunEntry, terminalRunStates } from '../core/ledger.ts';
import type { Ledger, Pipeline, Store } from '../core/ports.ts';

/** What a decision about a held run needs; the command line and the API have it. */
export type DecidingDeps = {
  readonly ledger: Pick<Ledger, 'run' | 'release' | 'discard'>;
  readonly store: Pick<Store, 'list'>;
  readonly cleanBucket: string;
  readonly start: Pipeline['start'];
};

/** Who decides, and when. */
type By = { readonly by: string; readonly now: EpochMs };

type Discarded =
  | { readonly kind: 'discarded'; readonly run: RunEntry }
  | { readonly kind: 'not-held'; readonly run: RunEntry }
  | { readonly kind: 'no-run' };

type Released =
  | { readonly kind: 'released'; readonly run: RunEntry }
  | Exclude<Discarded, { kind: 'discarded' }>
  /** The bytes of one of its files were dropped again, and belong to the file `by`. */
  | { readonly kind: 'taken'; readonly fileId: FileId; readonly by: FileId }
  /** Nothing would be published. */
  | { readonly kind: 'no-rows' }
  /** The clean zone has forgotten what would be published. */
  | { readonly kind: 'work-gone' };

/**
 * Releases a run and starts its next attempt. Again it changes nothing but starts the attempt once
 * more, which is a no-op unless the first start was lost.
 */
export const releaseHeld = async (
  deps: DecidingDeps,
  runId: RunId,
  { by, now }: By,
): Promise<Released> => {
  const found = await deps.ledger.run(runId);
  if (found === undefined) return { kind: 'no-run' };
  const hindered = found.state === 'HELD' ? await hindrance(deps, found) : undefined;
  if (hindered !== undefined) return hindered;
  const result = await deps.ledger.release(runId, by, now);
  if (result.kind === 'not-held') return { kind: 'not-held', run: result.run ?? found };
  if (result.kind === 'taken') return result;
  const { run } = result;
  if (!terminalRunStates.includes(run.state)) await deps.start(pointerOf(run));
  return { kind: 'released', run };
};

/** What a release would publish must be there: the clean zone expires, a run may have no row. */
const hindrance = async (
  { store, cleanBucket }: DecidingDeps,
  { runId, dataset, fence, counts }: RunEntry,
): Promise<Released | undefined> => {
  if (counts?.published === 0) return { kind: 'no-rows' };
  const uri = s3Uri(cleanBucket, cleanKeys.transform(dataset, runId, fence));
  const listed = await store.list(uri);
  return listed.some((object) => object.uri === uri) ? undefined : { kind: 'work-gone' };
};

/** Discards a held run; one that was discarded before stays as it was. */
export const discardHeld = async (
  { ledger }: { readonly ledger: Pick<Ledger, 'run' | 'discard'> },
  runId: RunId,
  { by, now }: By,
): Promise<Discarded> => {
  const found = await ledger.run(runId);
  if (found === undefined) return { kind: 'no-run' };
  const result = await ledger.discard(runId, by, now);
  if (result.kind === 'discarded') return result;
  return { kind: 'not-held', run: result.run ?? found };
};
