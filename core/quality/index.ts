import type { Dataset } from '../dataset.ts';
import type { QualityCheck } from './check.ts';
import { completenessKind } from './completeness.ts';
import { consistencyKind } from './consistency.ts';
import { customKind } from './custom.ts';
import { driftKind } from './drift.ts';
import { freshnessKind } from './freshness.ts';
import type { CheckKind } from './kind.ts';
import { referentialKind } from './referential.ts';
import { uniquenessKind } from './uniqueness.ts';
import { validityKind } from './validity.ts';
import { volumeKind } from './volume.ts';

export { completeness } from './completeness.ts';
export { consistency } from './consistency.ts';
export { custom } from './custom.ts';
export { drift } from './drift.ts';
export { freshness } from './freshness.ts';
export { referential } from './referential.ts';
export { uniqueness } from './uniqueness.ts';
export { validity } from './validity.ts';
export { volume } from './volume.ts';

/** Every kind of check. A new one is one file beside this and one line here. */
export const checkKinds: readonly CheckKind[] = [
  completenessKind,
  uniquenessKind,
  validityKind,
  consistencyKind,
  freshnessKind,
  volumeKind,
  driftKind,
  referentialKind,
  customKind,
];

/** The answers of a check's kind. */
export const checkKindOf = (check: QualityCheck): CheckKind => {
  const found = checkKinds.find(({ kind }) => kind === check.kind);
  if (found !== undefined) return found;
  const known = checkKinds.map(({ kind }) => kind).join(', ');
  throw new Error(`no quality check '${check.kind}'; there are ${known}`);
};

/** What a check expects and does, in one sentence for people. */
export const says = (check: QualityCheck): string => {
  const does = check.severity === 'hold' ? 'if not, the run is held' : 'if not, the run says so';
  return `${checkKindOf(check).says(check)}; ${does}`;
};

/** Whether a run must be compared with earlier ones; most datasets spare the gate the reading. */
export const asksHistory = ({ quality }: Dataset): boolean =>
  quality.some(({ kind }) => kind === 'volume' || kind === 'drift');

/** What each check came to is kept with the run, whose entry in the ledger is bounded. */
const checksMax = 200;

type Check = (holds: boolean, problem: () => string) => void;

/** The part of `defineDataset` that is about checks: a wrong one fails before the first run. */
export const checkQuality = (dataset: Dataset, check: Check): void => {
  const { length } = dataset.quality;
  check(length <= checksMax, () => `quality has ${length} checks; allowed are ${checksMax}`);
  const names = new Set<string>();
  for (const [index, use] of dataset.quality.entries()) {
    const kind = checkKindOf(use);
    const problem = kind.problem(use, dataset);
    check(problem === undefined, () => `quality[${index}] (${use.kind}): ${problem}`);
    const name = kind.name(use);
    const twice = `${name} ${use.severity}`;
    check(!names.has(twice), () => `quality[${index}] asks for ${name} twice`);
    names.add(twice);
  }
};
