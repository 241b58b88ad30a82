import { TransientError } from '../errors.ts';
import { limits } from '../limits.ts';
import {
  appendChange,
  attemptKey,
  backoff,
  baseOf,
  cached,
  commitOn,
  findRun,
  givenUpKey,
  isGivenUp,
  type Job,
  type World,
} from './commit.ts';
import { snapshotIdOf } from './snapshot.ts';
import type { Snapshot } from './table.ts';

/**
 * Sees to it that an attempt commits nothing any more, not even one that was sent and is still on
 * its way: a snapshot that changes nothing takes the place that such a commit asserts. Returns the
 * run's own snapshot when it was first: then its rows are visible, and the run goes on.
 */
export async function giveUpAttempt(
  world: World,
  table: string,
  runId: string,
  given: number,
): Promise<Snapshot | null> {
  const read = cached(world.store);
  const name = `${runId}-a${given}-given-up`;
  for (let tries = 1; tries <= limits.commitTriesMax; tries += 1) {
    try {
      const metadata = await world.catalog.load(table);
      const found = metadata === undefined ? undefined : findRun(metadata, runId);
      if (found !== undefined) return found;
      // What has no table was never loaded into it.
      if (metadata === undefined || isGivenUp(metadata, runId, given)) return null;
      const job: Job = {
        ...{ table, runId: name, decide: () => appendChange([]), read },
        ...{ triesMax: limits.commitTriesMax, mergeAt: limits.manifestsMergedAt },
        summary: { [givenUpKey]: runId, [attemptKey]: String(given) },
        snapshotId: snapshotIdOf(name),
      };
      const done = await commitOn(world, job, await baseOf({ store: read }, metadata), tries);
      if (done.kind === 'committed') return null;
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
    }
    await backoff(world, tries);
  }
  throw new TransientError(`attempt ${given} of run ${runId} could not be given up in its table`);
}
