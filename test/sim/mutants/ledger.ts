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
  {
    name: 'release-keeps-content',
    says: 'a release does not see that the content of its files was taken meanwhile',
    edits: [
      {
        file: 'adapters/ledger-decisions.ts',
        find: 'if (taken !== undefined) return taken;',
        replace: '',
      },
      {
        file: 'adapters/ledger-decisions.ts',
        find: "condition: '#owner = :me',",
        replace: "condition: '#owner = :me OR attribute_exists(pk)',",
      },
    ],
  },
];
