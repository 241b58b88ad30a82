import type { Dataset } from '../dataset.ts';
import type { EpochMs } from '../ids.ts';
import type { Counts, Finding } from '../ledger.ts';
import type { QualityCheck } from './check.ts';
import type { RunFacts, RunSummary } from './summary.ts';

/** What the score is made of; a check belongs to one of them. */
export const dimensions = [
  'validity',
  'completeness',
  'uniqueness',
  'consistency',
  'referential',
  'freshness',
  'volume',
  'drift',
] as const;
export type Dimension = (typeof dimensions)[number];

/** A run as its checks see it: what was counted, what was measured, and what came before. */
export type JudgedRun = {
  readonly dataset: Dataset;
  readonly counts: Counts;
  /** Rows that could be read, and how many of them have a value, per field. */
  readonly wellFormed: number;
  readonly nonEmpty: Readonly<Record<string, number>>;
  /** Valid rows that break a rule with severity `warn`. */
  readonly warned: number;
  readonly facts: RunFacts;
  /** Published rows without a partner, per joined dataset. */
  readonly unmatched: Readonly<Record<string, number>>;
  /** Newest first. */
  readonly history: readonly RunSummary[];
  readonly now: EpochMs;
};

/** What one check says of one run. */
export type Judgement = Pick<Finding, 'state' | 'detail' | 'numbers'> & {
  /** What it brings to its dimension; null when there was nothing to judge. */
  readonly share: number | null;
};

export type CheckOf<K extends QualityCheck['kind']> = Extract<QualityCheck, { readonly kind: K }>;

/** One kind of check. Built by its own builder, listed in core/quality/index.ts. */
export type CheckKind<C extends QualityCheck = QualityCheck> = {
  readonly kind: C['kind'];
  readonly dimension: Dimension;
  /** Whether its share is part of the score; false where the dimension measures it anyway. */
  readonly scored: boolean;
  /** The check by itself, as `completeness of email`: also the name of what is measured for it. */
  name(check: C): string;
  /** What it expects, in one sentence for people. */
  says(check: C): string;
  /** Why the check cannot stand in this dataset; undefined when it can. */
  problem(check: C, dataset: Dataset): string | undefined;
  judge(check: C, run: JudgedRun): Judgement;
};
