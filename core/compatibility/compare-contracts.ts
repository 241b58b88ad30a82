import { type Change, isBreaking, together, type Verdict } from './change.ts';
import type { ContractsLock, DatasetContract } from './contract-document.ts';
import { datasetChanges } from './dataset-changes.ts';
import { fieldChanges } from './field-changes.ts';
import { datasetRuleChanges } from './rule-changes.ts';

/** What became of one dataset's contract. */
export type ContractDiff = {
  readonly dataset: string;
  readonly verdict: Verdict;
  readonly changes: readonly Change[];
  readonly versions: { readonly before: number | null; readonly after: number | null };
  /** A breaking change came without a raise of the version. */
  readonly mustRaise: boolean;
};

/** Compares all datasets; those without a change are left out. */
export const compareContracts = (
  before: ContractsLock,
  after: ContractsLock,
): readonly ContractDiff[] => {
  const names = [...new Set([...Object.keys(before.contracts), ...Object.keys(after.contracts)])];
  return names.sort().flatMap((name) => {
    const [old, now] = [before.contracts[name], after.contracts[name]];
    const changes = changesOf(name, old, now);
    const versions = { before: old?.version ?? null, after: now?.version ?? null };
    const raised = (versions.after ?? 0) > (versions.before ?? 0);
    if (changes.length === 0 && versions.before === versions.after) return [];
    const mustRaise = now !== undefined && !raised && changes.some(isBreaking);
    return [{ dataset: name, verdict: together(changes), changes, versions, mustRaise }];
  });
};

const changesOf = (
  name: string,
  old: DatasetContract | undefined,
  now: DatasetContract | undefined,
): readonly Change[] => {
  if (old === undefined) {
    const reason = `${name} is a new dataset`;
    return [{ kind: 'dataset added', at: name, verdict: 'full', reason }];
  }
  if (now === undefined) {
    const reason = `${name} is gone: its files are refused, its table gets no more rows`;
    return [{ kind: 'dataset removed', at: name, verdict: 'none', reason }];
  }
  const lowered: readonly Change[] =
    now.version < old.version
      ? [
          {
            kind: 'version lowered',
            at: 'version',
            verdict: 'none',
            reason: `version: lowered from ${old.version} to ${now.version}; it only ever rises`,
          },
        ]
      : [];
  return [
    ...lowered,
    ...fieldChanges(old, now),
    ...datasetRuleChanges(old.rules, now.rules),
    ...datasetChanges(old, now),
  ];
};
