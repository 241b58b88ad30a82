/**
 * Whom a change leaves in peace. backward: the new contract takes what old senders send and fits
 * the old table's rows. forward: readers made for the old contract understand new rows. full: both.
 */
export const verdicts = ['full', 'backward', 'forward', 'none'] as const;
export type Verdict = (typeof verdicts)[number];

/** One difference between two contracts of a dataset. */
export type Change = {
  /** What kind of difference: docs list them all. */
  readonly kind: string;
  /** 'unit_price', 'key', 'files.formats': where it is. */
  readonly at: string;
  readonly verdict: Verdict;
  /** Why the verdict is as it is, in one sentence. */
  readonly reason: string;
};

/** A verdict of several changes together: only what none of them breaks is left. */
export const together = (changes: readonly Pick<Change, 'verdict'>[]): Verdict => {
  const all = changes.map(({ verdict }) => verdict);
  const backward = all.every((verdict) => verdict === 'full' || verdict === 'backward');
  const forward = all.every((verdict) => verdict === 'full' || verdict === 'forward');
  if (backward) return forward ? 'full' : 'backward';
  return forward ? 'forward' : 'none';
};

/** A change that senders or readers must be told of: the version is raised with it. */
export const isBreaking = ({ verdict }: Pick<Change, 'verdict'>): boolean => verdict !== 'full';

/** Whether two plain values are the same, whatever the order of their names. */
export const isSame = (a: unknown, b: unknown): boolean => canonical(a) === canonical(b);

/** One spelling of a plain value. */
export const canonical = (value: unknown): string =>
  JSON.stringify(value, (_name, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([x], [y]) => (x < y ? -1 : 1)))
      : part,
  ) ?? 'undefined';

/** The members of one list that the other has not, by their canonical spelling. */
export const missingFrom = <T>(list: readonly T[], other: readonly T[]): readonly T[] => {
  const known = new Set(other.map(canonical));
  return list.filter((each) => !known.has(canonical(each)));
};
