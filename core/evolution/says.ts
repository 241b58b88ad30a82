import type { Evolution, EvolutionMode } from './evolution.ts';

const words: Readonly<Record<keyof Evolution, Readonly<Record<EvolutionMode, string>>>> = {
  newColumns: {
    evolve: 'a column that is not declared is added to the table, as texts that nothing judges',
    quarantine_row: 'a row with a value in a column that is not declared is rejected',
    quarantine_value: 'values in columns that are not declared are set aside',
    freeze: 'a column that is not declared refuses the file',
    hold: 'a column that is not declared holds the run; its values are set aside',
  },
  missingColumns: {
    evolve: 'an optional column may be missing from a file',
    quarantine_row: 'rows of a file that lacks a column are rejected',
    quarantine_value: 'an optional column may be missing from a file, which is recorded',
    freeze: 'a missing column refuses the file, an optional one too',
    hold: 'a missing optional column holds the run',
  },
  changedTypes: {
    evolve: 'a text that is no value of an optional field goes to a column of texts beside it',
    quarantine_row: 'a text that is no value of its field rejects the row',
    quarantine_value: 'a text that is no value of an optional field is set aside',
    freeze: 'a text that is no value of its field refuses the file',
    hold: 'a text that is no value of its field holds the run; where it may, it is set aside',
  },
};

/** What a dataset does with files that differ from it, one sentence for each way. */
export const evolutionWords = ({ newColumns, missingColumns, changedTypes }: Evolution) => [
  words.newColumns[newColumns],
  words.missingColumns[missingColumns],
  words.changedTypes[changedTypes],
];
