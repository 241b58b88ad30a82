/**
 * Every reason a row, a file, a run or a notice is refused for. The code is the same in the ledger,
 * the quarantine, the command line and the docs; `means` and `next` are what a user reads.
 */
export type CodeEntry = {
  readonly level: 'row' | 'file' | 'run' | 'notice';
  readonly means: string;
  readonly next: string;
};

const MEND_ROW =
  'Mend the row (npx headgate rejects export RUN), or mend it at its source and drop it in a new file.';
const row = (means: string, next = MEND_ROW) =>
  ({ level: 'row', means, next }) as const satisfies CodeEntry;
const file = (means: string, next: string) =>
  ({ level: 'file', means, next }) as const satisfies CodeEntry;
const run = (means: string, next: string) =>
  ({ level: 'run', means, next }) as const satisfies CodeEntry;
const notice = (means: string, next: string) =>
  ({ level: 'notice', means, next }) as const satisfies CodeEntry;

const DROP_AGAIN = 'Mend the file at its source and drop it again.';

export const codes = {
  E_REQUIRED: row('a required field is empty'),
  E_TYPE: row('the text is not a value of the field’s kind'),
  E_SCALE: row('the number has more decimals than the field keeps; nothing is rounded silently'),
  E_RANGE: row('the value is outside the field’s range'),
  E_TZ_GAP: row('the clock of the field’s zone skips this local time'),
  E_TZ_AMBIGUOUS: row(
    'the clock of the field’s zone shows this local time twice',
    'Send the time with its offset, or say in the dataset which is meant: overlap first or last.',
  ),
  E_LENGTH: row('the text is longer or shorter than the field allows, in code points'),
  E_PATTERN: row('the text does not have the field’s pattern'),
  E_ONE_OF: row('the value is not one of the declared ones'),
  E_CONTROL_CHAR: row(
    'the row holds a control character other than tab and line end, or a key has one nobody sees',
    'Mend the row at its source and drop it in a new file; a text that may have control characters says so: text({ controls: true }).',
  ),
  E_FIELD_COUNT: row('the row has more or fewer fields than the header, or another fixed width'),
  E_QUOTE: row('a quote stands where CSV does not allow one, or is never closed'),
  E_ENCODING: row('the bytes are not UTF-8'),
  E_ROW_SIZE: row('the row is larger than the limit'),
  E_FIELD_SIZE: row('one field is larger than the limit'),
  E_JSON: row('the line is not JSON'),
  E_JSON_SHAPE: row('the line is JSON, but no object'),
  E_JSON_DUP_KEY: row('the object names a key twice'),
  E_UNKNOWN_KEY: row('an object inside the field has a key that is not declared'),
  E_DEPTH: row('the JSON nests deeper than the limit'),
  E_ENVELOPE: row(
    'the record is not of the envelope that the dataset declares, or not of its schema',
    'Send what the dataset declares, or change the envelope or schema in the dataset and replay.',
  ),
  E_SCHEMA_ID: row(
    'the record names a schema, by its id or fingerprint, that the dataset does not declare',
    'Declare that schema too (stream.body) and replay; its id stands in the first bytes of the record (npx headgate rejects).',
  ),
  E_CDC_OP: row(
    'the change has an operation that is not known, or lacks the image of the row it needs',
    'Let the source send changes of rows only, each with its image: of a deleted row the one before.',
  ),
  E_DUPLICATE_KEY: row(
    'another row of this run has the same key',
    'Nothing: that other row is published (deduplicate.keep says which one).',
  ),
  E_DUPLICATE_ROW: row(
    'another row of this run is the same in every field',
    'Nothing: that other row is published.',
  ),
  E_ORDER: row('values that must not fall from column to column do'),
  E_COMPARE: row('a column does not compare with another as the dataset says'),
  E_REQUIRED_WHEN: row('a field is empty that the row’s other values make required'),
  E_RULE: row('a rule of the dataset does not hold in the row'),
  E_UNIQUE: row('an earlier row of this run has the same values in columns declared unique'),
  E_NEW_COLUMN: row(
    'the row has a value in a column that is not declared',
    'Declare the column, or say evolution.newColumns: evolve; then drop the file again.',
  ),
  E_MISSING_COLUMN: row(
    'the file has no such column, and the dataset rejects rows without it',
    'Send the column, or say evolution.missingColumns: evolve; then drop the file again.',
  ),
  E_FOREIGN_KEY: row(
    'the value is no key of the dataset that the field refers to',
    'Publish the missing row of that dataset, then drop this row again in a new file.',
  ),

  E_NO_DATASET: file(
    'no dataset is declared for this prefix',
    'Drop it under the prefix of a dataset (npx headgate datasets), or declare one in datasets/.',
  ),
  E_KEY: file(
    'the key has no file name under its dataset, or a name in the archive leads out of it',
    'Drop it under <dataset>/<name>; pack the archive without .. and leading slashes.',
  ),
  E_EMPTY: file('the object has no bytes', DROP_AGAIN),
  E_SIZE: file(
    'the object, or the number of its rows or entries, is over the limit',
    'Split it and drop the pieces.',
  ),
  E_FORMAT: file('the bytes are of no format that the dataset accepts', DROP_AGAIN),
  E_FILE_ENCODING: file(
    'the text is not in the encoding that the dataset declares (UTF-8, if it declares none)',
    'Convert it to UTF-8, or declare files.encoding, and drop it again.',
  ),
  E_CORRUPT: file('the file is damaged or cut off', DROP_AGAIN),
  E_XML_DTD: file(
    'the XML has a DOCTYPE, which can name other files; nothing of it is read or expanded',
    'Send the file without the DOCTYPE.',
  ),
  E_BOMB: file('the file grows too much when it is decompressed', 'Split it and drop the pieces.'),
  E_HEADER: file('the header is missing or unreadable', DROP_AGAIN),
  E_HEADER_DUP: file('the header names a column twice', DROP_AGAIN),
  E_SCHEMA: file(
    'the columns, or the types of what stands in them, are not those of the dataset',
    'Send what is declared; or change the dataset’s fields, or say in its evolution what is done about others, and deploy.',
  ),
  E_ARCHIVED: file('the object is in an archive class', 'Restore it and drop it again.'),
  E_MEND: file(
    'the text in the place of a rejected row is not exactly one row, or the file has no such row',
    'Export the rejected rows again (npx headgate rejects export RUN), mend them and apply them.',
  ),
  E_RESOURCE: file(
    'the workers died on this file in every attempt, the large one too',
    'Look at the log of the function for large files; split the file, or give that function more memory (-c headgate:largeWorkerMegabytes=…), and replay it.',
  ),
  E_INTERNAL: file(
    'the run failed for a reason that is not in the file',
    'Read the error (npx headgate run RUN), mend its cause and drop the file again.',
  ),

  E_TOO_MANY_REJECTS: run(
    'more rows are rejected than the dataset allows',
    'Look at the reasons (npx headgate rejects --run RUN); publish the rest (npx headgate release RUN), or give it up (npx headgate discard RUN) and drop a mended file.',
  ),
  E_REFERENCE: run(
    'a dataset that this one is joined with, or refers to, has never been published',
    'Drop a file of that dataset first, then drop this one again.',
  ),
  E_EMPTY_REPLACE: run(
    'the run would replace the table with no rows at all',
    'Drop a file with rows.',
  ),
  E_QUALITY: run(
    'a quality check that holds a run is broken',
    'Look at the findings (npx headgate run RUN); then publish it as it is (npx headgate release RUN) or give it up (npx headgate discard RUN).',
  ),
  E_EVOLUTION: run(
    'columns or types of a file changed, and the dataset holds such runs',
    'Look at what changed (npx headgate run RUN); publish it without the values that are set aside (npx headgate release RUN), or give it up (npx headgate discard RUN).',
  ),
  E_DISCARDED: run(
    'someone decided that this held run is not published',
    'Mend the file and drop it again; the same bytes may come again too.',
  ),
  E_REPLAY: run(
    'the replay would lose rows that are published, or does not find the rows it would replace',
    'Read the detail (npx headgate run RUN). Nothing was changed: what was published still is. Mend the cause and replay again.',
  ),

  E_NOTICE: notice(
    'the message is not what S3 sends of a new object',
    'Find who sends it; when it names an object of landing, drop that object again.',
  ),
  E_FOREIGN: notice(
    'the message is about an object of another bucket, of which nothing is read',
    'Drop the object into landing; take away the rule that sends notices of that bucket here.',
  ),
  E_UNTAKEN: notice(
    'intake could not take the message in, though nothing is wrong with the message itself',
    'Mend what intake’s log names (a right, a throttled service), then npx headgate redrive --all.',
  ),
} as const satisfies Record<string, CodeEntry>;

export type Code = keyof typeof codes;
type OfLevel<L> = { [C in Code]: (typeof codes)[C]['level'] extends L ? C : never }[Code];
export type RowCode = OfLevel<'row'>;
export type FileCode = OfLevel<'file'>;
export type RunCode = OfLevel<'run'>;
export type NoticeCode = OfLevel<'notice'>;

/** For the schemas of documents that carry one. */
export const isFileCode = (code: unknown): code is FileCode =>
  Object.entries(codes).some(([name, { level }]) => name === code && level === 'file');

/** The run codes as a list, for the schemas of documents that carry one. */
export const runCodes = [
  'E_TOO_MANY_REJECTS',
  'E_REFERENCE',
  'E_EMPTY_REPLACE',
  'E_QUALITY',
  'E_EVOLUTION',
  'E_DISCARDED',
  'E_REPLAY',
] as const satisfies readonly RunCode[];

/** Why one row is rejected. `field` is null when the whole row is at fault. */
export type RowReason = { readonly code: RowCode; readonly field: string | null };

/** Why a whole file, run or notice did not go on: what was found, and what is allowed instead. */
export type Refusal<C extends Code = FileCode> = {
  readonly code: C;
  /** One sentence with the facts: what was found, where, what is allowed. No field values. */
  readonly detail: string;
};
