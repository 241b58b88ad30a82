import { sha256 } from '../hash.ts';
import { type DatasetName, type EpochMs, type FileId, RunId } from '../ids.ts';
import { utcStamp } from '../time.ts';

/**
 * Names a run after its dataset, the second it was claimed in, and its files. The hash keeps two
 * runs of one second apart; the claim's condition keeps two runs of one file apart.
 */
export const runIdOf = (dataset: DatasetName, now: EpochMs, files: readonly FileId[]): RunId => {
  const hash = sha256([...files].sort().join('\n')).slice(0, 10);
  return RunId.parse(`${dataset}-${utcStamp(now)}-${hash}`);
};
