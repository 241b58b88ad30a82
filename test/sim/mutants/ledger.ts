import { type Mutant, mutant } from './mutant.ts';

const ledger = 'adapters/ledger.ts';

/** What guards the states of files and runs. */
export const ledgerMutants: readonly Mutant[] = [
  mutant(
    'settle-without-fence',
    'an attempt that lost its run still ends files',
    ledger,
    "const owned = '#runId = :run AND #fence = :fence AND #state = :claimed';",
    "const owned = '#runId = :run AND #fence >= :fence AND #state = :claimed';",
  ),
  mutant(
    'own-settlement-unknown',
    'a refused write is always taken for another’s, also when the reply of ours was lost',
    ledger,
    "return ours ? 'written' : 'fenced';",
    "return 'fenced';",
  ),
  mutant(
    'every-settlement-is-ours',
    'a refused write always counts as our own',
    ledger,
    "return ours ? 'written' : 'fenced';",
    "return 'written';",
  ),
  mutant(
    'claim-without-condition',
    'two runs claim one file',
    'adapters/ledger-table.ts',
    "ConditionExpression: 'attribute_not_exists(pk)' }",
    '}',
  ),
  mutant(
    'content-check-without-condition',
    'two files that are judged at once both own their content',
    ledger,
    "const free = 'attribute_not_exists(pk) OR #owner = :me';",
    "const free = 'attribute_not_exists(pk) OR attribute_exists(pk) OR #owner = :me';",
  ),
  mutant(
    'same-fence',
    'the next attempt has the fence of the one before',
    ledger,
    'const next = Fence.parse(fence + 1);',
    'const next = fence;',
  ),
  mutant(
    'ends-again',
    'a run that has ended ends again',
    'adapters/ledger-runs.ts',
    'AND NOT #state IN (',
    'AND NOT #state IN (:fence, ',
  ),
  mutant(
    'release-keeps-content',
    'a release does not look whether its content was taken meanwhile',
    'adapters/ledger-decisions.ts',
    'if (taken !== undefined) return taken;',
    '',
  ),
];
