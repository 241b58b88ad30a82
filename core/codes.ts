/**
 * Every reason a row or a file is refused for. The code is the same in the ledger, the quarantine,
 * the command line and the docs; `means` and `next` are what a user reads.
 */
export type CodeEntry = {
  readonly level: 'row' | 'file' | 'run';
  readonly means: string;
  readonly next: string;
};

const row = (means: string, next = 'Mend the row at its source and drop it in a new file.') =>
  ({ level: 'row', means, next }) as const satisfies CodeEntry;
const file = (means: string, next: string) =>
  ({ level: 'file', means, next }) as const satisfies CodeEntry;
const run = (means: string, next: string) =>
  ({ level: 'run', means, next }) as const satisfies CodeEntry;

const DROP_AGAIN = 'Mend the file at its source and drop it again.';

export const codes = {
  E_REQUIRED: row('a required field is empty'),
  E_TYPE: row('the text is not a value of the field’s kind'),
  E_SCALE: row('the number has more decimals than the field keeps; nothing is rounded silently'),
  E_RANGE: row('the value is outside the field’s range'),
  E_LENGTH: row('the text is longer or shorter than the field allows, in code points'),
  E_PATTERN: row('the text does not have the field’s pattern'),
  E_ONE_OF: row('the value is not one of the declared ones'),
  E_CONTROL_CHAR: row('the row holds a NUL byte'),
  E_FIELD_COUNT: row('the row has more or fewer fields than the header'),
  E_QUOTE: row('a quote stands where CSV does not allow one, or is never closed'),
  E_NEWLINE: row('a carriage return stands alone outside quotes'),
  E_ENCODING: row('the bytes are not UTF-8'),
  E_ROW_SIZE: row('the row is larger than the limit'),
  E_JSON: row('the line is not JSON'),
  E_JSON_SHAPE: row('the line is JSON, but no object'),
  E_JSON_DUP_KEY: row('the object names a key twice'),
  E_DEPTH: row('the JSON nests deeper than the limit'),
  E_DUPLICATE_KEY: row(
    'another row of this run has the same key',
    'Nothing: that other row is published (deduplicate.keep says which one).',
  ),
  E_DUPLICATE_ROW: row(
    'another row of this run is the same in every field',
    'Nothing: that other row is published.',
  ),
  E_UNIQUE: row('an earlier row of this run has the same values in columns declared unique'),
  E_FOREIGN_KEY: row(
    'the value is no key of the dataset that the field refers to',
    'Publish the missing row of that dataset, then drop this row again in a new file.',
  ),

  E_NO_DATASET: file(
    'no dataset is declared for this prefix',
    'Drop it under the prefix of a dataset (npx headgate datasets), or declare one in datasets/.',
  ),
  E_KEY: file('the key has no file name under its dataset', 'Drop it under <dataset>/<name>.'),
  E_EMPTY: file('the object has no bytes', DROP_AGAIN),
  E_SIZE: file('the object is larger than the limit', 'Split it and drop the pieces.'),
  E_FORMAT: file('the bytes are of no format that the dataset accepts', DROP_AGAIN),
  E_FILE_ENCODING: file('the file is not UTF-8 text', 'Convert it to UTF-8 and drop it again.'),
  E_CORRUPT: file('the file is damaged or cut off', DROP_AGAIN),
  E_BOMB: file('the file grows too much when it is decompressed', 'Split it and drop the pieces.'),
  E_HEADER: file('the header is missing or unreadable', DROP_AGAIN),
  E_HEADER_DUP: file('the header names a column twice', DROP_AGAIN),
  E_SCHEMA: file(
    'the columns are not those of the dataset',
    'Send the declared columns, or change the dataset’s fields and deploy.',
  ),
  E_ARCHIVED: file('the object is in an archive class', 'Restore it and drop it again.'),
  E_RESOURCE: file(
    'the worker died on this file in every attempt',
    'Look at the validate function’s log; split the file, or give the function more memory.',
  ),
  E_INTERNAL: file(
    'the run failed for a reason that is not in the file',
    'Read the error (npx headgate run RUN), mend its cause and drop the file again.',
  ),

  E_TOO_MANY_REJECTS: run(
    'more rows are rejected than the dataset allows',
    'Look at the reasons (npx headgate rejects --run RUN); mend the file and drop it again, or raise rejects.holdAbove.',
  ),
  E_REFERENCE: run(
    'a dataset that this one is joined with has never been published',
    'Drop a file of that dataset first, then drop this one again.',
  ),
  E_EMPTY_REPLACE: run(
    'the run would replace the table with no rows at all',
    'Drop a file with rows.',
  ),
} as const satisfies Record<string, CodeEntry>;

export type Code = keyof typeof codes;
type OfLevel<L> = { [C in Code]: (typeof codes)[C]['level'] extends L ? C : never }[Code];
export type RowCode = OfLevel<'row'>;
export type FileCode = OfLevel<'file'>;
export type RunCode = OfLevel<'run'>;

/** The run codes as a list, for the schemas of documents that carry one. */
export const runCodes = [
  'E_TOO_MANY_REJECTS',
  'E_REFERENCE',
  'E_EMPTY_REPLACE',
] as const satisfies readonly RunCode[];

/** Why one row is rejected. `field` is null when the whole row is at fault. */
export type RowReason = { readonly code: RowCode; readonly field: string | null };

/** Why a whole file or run did not go on: what was found, and what is allowed instead. */
export type Refusal<C extends Code = FileCode> = {
  readonly code: C;
  /** One sentence with the facts: what was found, where, what is allowed. No field values. */
  readonly detail: string;
};
