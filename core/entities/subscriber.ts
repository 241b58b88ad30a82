import type { Change } from './change.ts';

/** What a subscriber is told of a change. */
export type Told = Pick<Change, 'dataset' | 'keyHash' | 'key' | 'op' | 'row' | 'at'> & {
  /** Compares as text: of two changes of a key, the one with the larger is the later. */
  readonly position: string;
  /** False where a later change of the key was kept before this one was told. */
  readonly isNewest: boolean;
};

/** A line of the function’s log: ids and counts, no values. */
export type TellLog = (
  message: string,
  fields: Readonly<Record<string, string | number | boolean>>,
) => void;

/**
 * Somebody who is told of each change of a dataset, at least once; changes of one key in the order
 * that they were kept in. One that throws is told the same again, and those behind it wait.
 */
export type Subscriber = {
  readonly name: string;
  readonly dataset: string;
  readonly handle: (change: Told, log: TellLog) => Promise<void>;
};
