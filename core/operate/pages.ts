import type { DatasetName, EpochMs } from '../ids.ts';
import type { FileEntry, RunEntry } from '../ledger.ts';
import { isoTime } from '../time.ts';

/** Sorts by the time an entry came to be, which never changes; the id keeps equal times apart. */
export const placeOf = (at: EpochMs, id: string): string => `${isoTime(at)}#${id}`;

/** What a list is asked for: entries by the time they came to be, a page at a time. */
export type PageQuery<State> = {
  readonly dataset?: DatasetName;
  readonly states: readonly State[];
  /** From this time on, and before that one; null: from the first, to the last. */
  readonly since: EpochMs | null;
  readonly until: EpochMs | null;
  /** `next` of the page before. */
  readonly after: string | null;
  readonly limit: number;
};

/**
 * Pages of the ledger's lists, of several states together. A page may be short, or empty, and
 * still have a `next`: where one dataset is asked for, others lie between its entries.
 */
export type LedgerPages = {
  /** Newest first, by when they were created. */
  runsPage(
    query: PageQuery<RunEntry['state']>,
  ): Promise<{ readonly runs: readonly RunEntry[]; readonly next: string | null }>;
  /** Oldest first, by when they landed. */
  filesPage(
    query: PageQuery<FileEntry['state']>,
  ): Promise<{ readonly files: readonly FileEntry[]; readonly next: string | null }>;
};

/** An entry and its place in the order of a list. */
export type Placed<Entry> = { readonly at: string; readonly entry: Entry };

/** What was read of one state: its entries in order, and how far it was looked at; null: all. */
export type Looked<Entry> = {
  readonly found: readonly Placed<Entry>[];
  readonly upTo: string | null;
};

/**
 * One page of several states. Beyond the place up to which one of them was looked at, an entry of
 * it may be missing: there the page ends.
 */
export const mergedPage = <Entry>(
  states: readonly Looked<Entry>[],
  { limit, newestFirst }: { readonly limit: number; readonly newestFirst: boolean },
): { readonly entries: readonly Entry[]; readonly next: string | null } => {
  const isBefore = (a: string, b: string): boolean => (newestFirst ? a > b : a < b);
  const order = (a: string, b: string): number => (a === b ? 0 : isBefore(a, b) ? -1 : 1);
  const [upTo = null] = states.flatMap((state) => state.upTo ?? []).sort(order);
  const known = states
    .flatMap(({ found }) => found)
    .filter(({ at }) => upTo === null || !isBefore(upTo, at))
    .sort((a, b) => order(a.at, b.at));
  const page = known.slice(0, limit);
  const next = known.length > limit ? (page.at(-1)?.at ?? upTo) : upTo;
  return { entries: page.map(({ entry }) => entry), next };
};
