import type { Dataset } from '../dataset.ts';
import type { TransformDocument, ValidatedFile } from '../documents.ts';
import type { EpochMs } from '../ids.ts';
import type { Counts, Finding, Quality, QualityPart } from '../ledger.ts';
import { checkKindOf } from '../quality/index.ts';
import { type Dimension, dimensions, type JudgedRun } from '../quality/kind.ts';
import { shareOf } from '../quality/shares.ts';
import { noFacts, type RunFacts, type RunSummary } from '../quality/summary.ts';

/** The three that are measured of every run weigh double. */
const weights: Readonly<Record<Dimension, number>> = {
  validity: 2,
  completeness: 2,
  uniqueness: 2,
  consistency: 1,
  referential: 1,
  freshness: 1,
  volume: 1,
  drift: 1,
};

/** What the earlier stages found of a run. */
export type QualityFacts = {
  readonly counts: Counts;
  readonly validated: readonly (Pick<ValidatedFile, 'wellFormed' | 'nonEmpty'> &
    Partial<Pick<ValidatedFile, 'warned'>>)[];
  readonly transformed: Pick<TransformDocument, 'unmatched' | 'facts'>;
};

/**
 * Asks every check of a dataset and scores the run: 100 times the weighted mean of the dimensions
 * that apply, each of which is the mean of what was measured for it.
 */
export const judgeQuality = (
  dataset: Dataset,
  facts: QualityFacts,
  history: readonly RunSummary[],
  now: EpochMs,
): Quality & Required<Pick<Quality, 'parts' | 'findings'>> => {
  const run = judgedRun(dataset, facts, history, now);
  const asked = dataset.quality.map((check) => {
    const kind = checkKindOf(check);
    return { check, kind, judgement: kind.judge(check, run) };
  });
  const parts = dimensions.flatMap((dimension): QualityPart[] => {
    const ofChecks = asked
      .filter(({ kind }) => kind.scored && kind.dimension === dimension)
      .flatMap(({ judgement }) => judgement.share ?? []);
    const shares = [...measured(run, dimension), ...ofChecks];
    return shares.length === 0
      ? []
      : [{ dimension, share: meanOf(shares), weight: weights[dimension] }];
  });
  const weight = parts.reduce((sum, part) => sum + part.weight, 0);
  const mean = parts.reduce((sum, part) => sum + part.share * part.weight, 0) / weight;
  const shareIn = (name: Dimension): number =>
    parts.find(({ dimension }) => dimension === name)?.share ?? 1;
  return {
    score: Math.round(mean * 10_000) / 100,
    validity: shareIn('validity'),
    completeness: shareIn('completeness'),
    uniqueness: shareIn('uniqueness'),
    parts,
    findings: [
      ...asked.map(({ check, kind, judgement }): Finding => {
        const { state, detail, numbers } = judgement;
        const { severity } = check;
        return { kind: check.kind, check: kind.name(check), severity, state, detail, numbers };
      }),
      ...personalFindings(run.facts),
    ],
  };
};

/** Data of people where the dataset declares none: published all the same, and never unsaid. */
const personalFindings = ({ personal = {} }: RunFacts): Finding[] =>
  Object.entries(personal).map(([column, { what, matching, looked }]) => ({
    kind: 'personal',
    check: `no personal data in ${column}`,
    severity: 'warn',
    state: 'broken',
    detail:
      `${matching} of ${looked} values of ${column} are ${what}, and the field is not ` +
      "classified; declare its classification, 'public' too, or mask it",
    numbers: { matching, looked },
  }));

const judgedRun = (
  dataset: Dataset,
  { counts, validated, transformed }: QualityFacts,
  history: readonly RunSummary[],
  now: EpochMs,
): JudgedRun => {
  const nonEmpty: Record<string, number> = {};
  for (const file of validated)
    for (const [column, cells] of Object.entries(file.nonEmpty))
      nonEmpty[column] = (nonEmpty[column] ?? 0) + cells;
  return {
    dataset,
    counts,
    wellFormed: validated.reduce((sum, file) => sum + file.wellFormed, 0),
    nonEmpty,
    warned: validated.reduce((sum, file) => sum + (file.warned ?? 0), 0),
    facts: transformed.facts ?? noFacts,
    unmatched: transformed.unmatched,
    history,
    now,
  };
};

/** What the stages measure of a run, whether or not a check asks for it. */
const measured = (run: JudgedRun, dimension: Dimension): number[] => {
  const { dataset, counts, wellFormed, nonEmpty } = run;
  const valid = counts.rowsIn - counts.rejected;
  const columns = Object.keys(dataset.fields);
  switch (dimension) {
    case 'validity':
      return [shareOf(valid, counts.rowsIn)];
    case 'completeness': {
      const filled = columns.reduce((sum, column) => sum + (nonEmpty[column] ?? 0), 0);
      return [shareOf(filled, wellFormed * columns.length)];
    }
    case 'uniqueness':
      return [shareOf(valid - counts.deduplicated, valid)];
    case 'consistency':
      return hasWarnings(dataset) ? [shareOf(valid - run.warned, valid)] : [];
    case 'referential':
      return Object.values(run.unmatched).map((rows) =>
        shareOf(counts.published - rows, counts.published),
      );
    default:
      return [];
  }
};

const hasWarnings = ({ fields, rules }: Dataset): boolean =>
  [...rules, ...Object.values(fields).flatMap((field) => field.rules)].some(
    ({ severity }) => severity === 'warn',
  );

const meanOf = (shares: readonly number[]): number =>
  shares.reduce((sum, share) => sum + share, 0) / shares.length;

/** The checks that keep a run from being published until someone decides. */
export const holding = ({ findings = [] }: Pick<Quality, 'findings'>): readonly Finding[] =>
  findings.filter(({ severity, state }) => severity === 'hold' && state === 'broken');
