import { type Mutant, mutant } from './mutant.ts';

/** What a replay keeps to. */
export const replayMutants: readonly Mutant[] = [
  mutant(
    'replay-adds',
    'a replay leaves the old rows in the table beside the new ones',
    'core/replay/change.ts',
    'add: files, remove, summary: named',
    'add: files, summary: named',
  ),
  mutant(
    'replay-keeps-its-files',
    'a replay that fails does not give its files back',
    'core/replay/fields.ts',
    "if (end === 'FAILED' || end === 'DISCARDED')",
    "if (end === 'DISCARDED')",
  ),
  {
    name: 'replay-loses-published',
    says: 'a file whose rows are published may end otherwise in a replay',
    edits: [
      {
        file: 'core/replay/fields.ts',
        find: "file.was?.state === 'PUBLISHED';",
        replace: 'file.was === null;',
      },
      {
        file: 'adapters/ledger.ts',
        find: "'(attribute_not_exists(#was) OR #was.#state <> :published)'",
        replace: "'(attribute_exists(#state) OR #was.#state <> :published)'",
      },
    ],
  },
];
