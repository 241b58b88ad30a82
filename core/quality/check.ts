import type { Expression } from '../expressions/expression.ts';

/** What a broken check does: it is said with the run, or the run is held until someone decides. */
export type CheckSeverity = 'warn' | 'hold';

type Check = { readonly severity: CheckSeverity };

/** One expectation of a run as a whole. Built by the functions of core/quality/index.ts. */
export type QualityCheck =
  /** Share of rows with a value in a column. */
  | (Check & { readonly kind: 'completeness'; readonly column: string; readonly min: number })
  /** Share of rows whose values in the columns no other row of the run has. */
  | (Check & {
      readonly kind: 'uniqueness';
      readonly columns: readonly string[];
      readonly min: number;
    })
  /** Share of rows that are not rejected. */
  | (Check & { readonly kind: 'validity'; readonly min: number })
  /** Share of rows that break no rule with severity `warn`. */
  | (Check & { readonly kind: 'consistency'; readonly min: number })
  /** Age of the newest value of a date or timestamp column, when the run is judged. */
  | (Check & { readonly kind: 'freshness'; readonly column: string; readonly maxAgeMs: number })
  /** Rows of the run against those of the dataset's earlier runs. */
  | (Check & { readonly kind: 'volume'; readonly deviations: number })
  /** A column's profile against those of the earlier runs. */
  | (Check & { readonly kind: 'drift'; readonly column: string; readonly deviations: number })
  /** Share of rows with a partner in a joined dataset. */
  | (Check & { readonly kind: 'referential'; readonly dataset: string; readonly min: number })
  /** Share of rows for which a condition holds. */
  | (Check & {
      readonly kind: 'custom';
      readonly name: string;
      readonly holds: Expression;
      readonly min: number;
    });
