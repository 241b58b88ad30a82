import type { DatasetName, EpochMs } from '../ids.ts';
import type { Claim } from '../stream/repeats.ts';
import type { Change, Entity } from './change.ts';

/** A part of what is kept; `next` is the `after` of the following page, null behind the last. */
export type ChangePage = { readonly changes: readonly Change[]; readonly next: string | null };

/** Every change of every key, for ever; the state of a key is the last of its changes. */
export type Entities = {
  /** Keeps changes, those of one key in their order. Again, or by two at once, is as once. */
  append(changes: readonly Change[]): Promise<void>;
  /** The changes of a key that were made from one moment to another, in their order. */
  history(
    entity: Entity,
    made: { readonly from?: number; readonly to?: number },
    page: { readonly after: string | null; readonly limit: number },
  ): Promise<ChangePage>;
  /** The last change, of those that were made up to a moment; a delete is one. */
  newest(entity: Entity, at?: number): Promise<Change | undefined>;
  /** The last change of each key of a dataset, a part at a time; their order means nothing. */
  states(dataset: DatasetName, after: string | null, at?: number): Promise<ChangePage>;
};

/** Which record of a key was the first. */
export type Claims = {
  /**
   * Claims each id for its record, unless another has it that arrived less than its time before.
   * Returns who has it, by id; the ids differ. `now` only says when a claim may be forgotten.
   */
  claim(claims: readonly Claim[], now: EpochMs): Promise<ReadonlyMap<string, string>>;
};
