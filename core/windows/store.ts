import type { Written } from '../ports.ts';
import type { Closer, Mark } from './closing.ts';
import type { Group } from './json.ts';
import type { Pane } from './pane.ts';
import type { WindowResult } from './results.ts';
import type { ShardState } from './shard-state.ts';
import type { Span } from './span.ts';

/** One group's stretch of time. */
export type Place = { readonly series: string; readonly group: Group; readonly span: Span };

/** Where the windows of streams are kept while they are open, and what they came to. */
export type WindowStore = {
  /** All shards of a series, ended ones too. */
  shards(series: string): Promise<readonly ShardState[]>;
  /** `fenced`: the shard is not what the caller saw; null: it was not there. */
  moveShard(from: ShardState | null, to: ShardState): Promise<Written>;
  /** What some shards know of a place. */
  panes(place: Place, shards: readonly string[]): Promise<readonly Pane[]>;
  /** A pane that has later events already stands. */
  putPanes(panes: readonly Pane[]): Promise<void>;
  removePanes(panes: readonly Pane[]): Promise<void>;
  putMarks(marks: readonly Mark[]): Promise<void>;
  /** Those that end at the watermark or before it, the earliest first. */
  dueMarks(of: {
    readonly series: string;
    readonly watermark: bigint | null;
    /** Whether windows that never end are among them. */
    readonly endless: boolean;
    readonly limit: number;
  }): Promise<readonly Mark[]>;
  /** Removes those that are still what they were. */
  removeMarks(marks: readonly Mark[]): Promise<void>;
  /** How many there are, due or not; of very many, as many as were worth counting. */
  openMarks(series: string): Promise<number>;
  /** The last versions of those that start in the span, the earliest first. */
  results(place: Place, kind: 'window' | 'gap', limit: number): Promise<readonly WindowResult[]>;
  /** The last versions of windows that start before, the latest first. */
  resultsBefore(
    place: { readonly series: string; readonly group: Group; readonly start: bigint },
    limit: number,
  ): Promise<readonly WindowResult[]>;
  /** A later version that is there stands. */
  putResults(results: readonly WindowResult[]): Promise<void>;
  /** The first one where there is none. */
  closer(dataset: string): Promise<Closer>;
  /** Writes what follows the closer of `turn`. `fenced`: another call has gone on from there. */
  moveCloser(dataset: string, turn: number, closer: Closer): Promise<Written>;
};
