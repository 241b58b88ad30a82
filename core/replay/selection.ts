import type { DatasetName, EpochMs, RunId } from '../ids.ts';
import { isoTime } from '../time.ts';

/** Which runs are to be replayed, as they were named. */
export type Selection =
  | { readonly kind: 'run'; readonly runId: RunId }
  /** A file's id, or its key in landing. */
  | { readonly kind: 'file'; readonly file: string }
  | {
      readonly kind: 'landed';
      readonly dataset: DatasetName;
      readonly since: EpochMs | null;
      readonly until: EpochMs | null;
    }
  | { readonly kind: 'rejects'; readonly dataset: DatasetName; readonly code: string | null };

/** The selection in words: the same words again pass over what they have replayed. */
export const selectionWords = (selection: Selection): string => {
  switch (selection.kind) {
    case 'run':
      return `run ${selection.runId}`;
    case 'file':
      return `file ${selection.file}`;
    case 'landed': {
      const { dataset, since, until } = selection;
      return `${dataset} landed ${since === null ? '' : isoTime(since)}..${until === null ? '' : isoTime(until)}`;
    }
    case 'rejects':
      return `${selection.dataset} rejects ${selection.code ?? 'of any code'}`;
  }
};
