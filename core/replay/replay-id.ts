import { sha256 } from '../hash.ts';
import { type DatasetName, type EpochMs, RunId } from '../ids.ts';
import { utcStamp } from '../time.ts';

/** Names a replay after what it replays and how often that was; a run id like any other. */
export const replayIdOf = (
  dataset: DatasetName,
  now: EpochMs,
  replayed: RunId,
  generation: number,
): RunId => {
  const hash = sha256(`${replayed}\n${generation}`).slice(0, 10);
  return RunId.parse(`${dataset}-${utcStamp(now)}-${hash}`);
};
