import type { CheckSeverity } from './check.ts';
import type { CheckKind, CheckOf } from './kind.ts';
import { judgeShare, percent, shareProblem } from './shares.ts';

type Referential = CheckOf<'referential'>;

/** A row without a partner is published, with nulls: this says how many are too many. */
export const referentialKind: CheckKind<Referential> = {
  kind: 'referential',
  dimension: 'referential',
  scored: false,
  name: ({ dataset }) => `partners in ${dataset}`,
  says: ({ dataset, min }) => `at least ${percent(min)} of the rows have a partner in ${dataset}`,
  problem: ({ dataset, min }, { transforms }) => {
    const joined = transforms.flatMap((step) => (step.kind === 'join' ? [step.dataset] : []));
    if (joined.includes(dataset)) return shareProblem(min);
    const are = joined.length === 0 ? 'there is none' : `joined are ${joined.join(', ')}`;
    return `'${dataset}' is no dataset that this one is joined with; ${are}`;
  },
  judge: (check, { counts, unmatched }) => {
    const matched = counts.published - (unmatched[check.dataset] ?? 0);
    return judgeShare(referentialKind.name(check), matched, counts.published, check.min);
  },
};

type Options = {
  /** Least share of published rows with a partner. @default 1 */
  readonly min?: number;
  /** @default 'warn' */
  readonly severity?: CheckSeverity;
};

/** Share of rows with a partner in a joined dataset. */
export const referential = (
  dataset: string,
  { min = 1, severity = 'warn' }: Options = {},
): Referential => ({ kind: 'referential', dataset, min, severity });
