import type { Dataset } from '../../core/dataset.ts';
import { ident, list, literal } from '../../core/sql.ts';
import { type CompiledRow, valuesFrom } from '../../core/validate/compile-row.ts';
import { faultCodes } from './faults.ts';

/** Which rows a query is about: the identities stand in every row that is written. */
export type RowContext = {
  readonly dataset: Dataset;
  readonly row: CompiledRow;
  readonly fileId: string;
  readonly runId: string;
};

/**
 * A longer line than any that the framer lets through. DuckDB's buffers grow with it, and small
 * ones stay in the processor's cache.
 */
const LINE_BYTES_MAX = 512 * 1024;
/** The same of a rejected row, with its base64 and doubled quotes. */
export const CUT_LINE_BYTES_MAX = 2 * 1024 * 1024;

type Scan = {
  readonly paths: readonly string[];
  readonly separator: string;
  /** Name and type of each column, in order. */
  readonly columns: readonly (readonly [name: string, type: string])[];
  readonly dataset: Dataset;
  /** @default what a numbered row needs */
  readonly lineBytesMax?: number;
};

const TEXT = 'VARCHAR';
export const texts = (names: readonly string[]): [string, string][] =>
  names.map((name) => [name, TEXT]);

/**
 * Rows of a file whose form the framer has judged. Everything is stated, nothing is guessed, and a
 * line that DuckDB cannot read stops the query. Optional fields without a column are NULL.
 */
export const scanSql = (scan: Scan): string => {
  const { paths, separator, columns, dataset } = scan;
  const names = columns.map(([name]) => name);
  const missing = Object.keys(dataset.fields).filter((name) => !names.includes(name));
  const types = columns.map(([name, type]) => `${ident(name)}: ${literal(type)}`);
  const options = [
    `[${list(paths.map(literal))}]`,
    'header = false',
    'auto_detect = false',
    `delim = ${literal(separator)}`,
    `quote = '"'`,
    `escape = '"'`,
    `new_line = '\\n'`,
    `nullstr = ['']`,
    // Nothing between quotes is an empty text, which not every field takes for a missing value.
    'allow_quoted_nulls = false',
    'strict_mode = true',
    `max_line_size = ${scan.lineBytesMax ?? LINE_BYTES_MAX}`,
    `columns = {${list(types)}}`,
  ];
  const nulls = missing.map((name) => `NULL::${TEXT} AS ${ident(name)}`);
  return `(SELECT ${list(['*', ...nulls])} FROM read_csv(${list(options)}))`;
};

/** A text that is the same in every row; as an ENUM it costs nothing to write. */
const constantSql = (text: string): string => `${literal(text)}::ENUM(${literal(text)})`;

/** The typed rows over raw columns: `kept` of those, the texts, and the values. */
const typedSql = (row: CompiledRow, kept: readonly string[], from: string): string =>
  `(${valuesFrom(row, `SELECT ${list([...kept, row.texts])} FROM ${from}`)})`;

/** Small row groups keep the writer's memory low; codec and encoding were measured. */
const CLEAN_OPTIONS =
  'FORMAT parquet, COMPRESSION lz4_raw, PARQUET_VERSION V2, ROW_GROUP_SIZE 20480, RETURN_STATS';

/** Writes the rows that pass every rule: the fast form, in one pass. */
export const cleanCopySql = (context: RowContext, from: string, path: string): string => {
  const { row, fileId, runId } = context;
  const columns = [
    row.clean,
    ...row.aside.map(({ cells }) => ident(cells)),
    `${constantSql(fileId)} AS _file`,
    '_row',
    `${constantSql(runId)} AS _run`,
  ];
  const judged = `SELECT ${list(columns)}, (${row.accepts}) AS _ok
    FROM ${typedSql(row, ['_row::INTEGER AS _row'], from)}`;
  return `COPY (SELECT * EXCLUDE (_ok) FROM (${judged}) WHERE _ok)
    TO ${literal(path)} (${CLEAN_OPTIONS})`;
};

/** Names of the columns that a rejected row has beside its cells, wherever it comes from. */
export type RejectedColumns = {
  readonly start: string;
  readonly end: string;
  readonly raw: string;
  /** The bits of faults.ts that make the row unreadable; 0 when it is readable. */
  readonly fault: string;
  /** Names of fields with an object or array, each between semicolons; NULL without any. */
  readonly compound: string;
};

/**
 * Stands between reasons, and between the code and the field of one; in no code, no field's name
 * and no rule's.
 */
const NEXT = ';';
const OF = ':';

const reasonSql = (when: string, code: string, field: string | null): string =>
  `CASE WHEN ${when} THEN ${literal(field === null ? code : `${code}${OF}${field}`)} END`;

/**
 * The reasons of a row, first as one text and then as the list of those that hold: a struct for
 * each reason that does not would cost several times the whole pass.
 */
const reasonsSql = (row: CompiledRow): string => {
  const faults = faultCodes.map(({ bit, code }) => reasonSql(`(_fault & ${bit}) <> 0`, code, null));
  const compound = (field: string): string => `contains(_compound, ${literal(`;${field};`)})`;
  const reasons = [
    ...row.fields.map((field) => reasonSql(compound(field), 'E_TYPE', field)),
    ...row.reasons.map(({ code, field, needs, when }) => {
      const readable = needs.map((need) => `${compound(need)} IS NOT TRUE`);
      return reasonSql([...readable, when].join(' AND '), code, field);
    }),
  ];
  const given = (all: readonly string[]): string => `concat_ws(${literal(NEXT)}, ${list(all)})`;
  return `CASE WHEN _fault <> 0 THEN ${given(faults)} ELSE ${given(reasons)} END`;
};

const reasonListSql = (text: string): string => {
  const part = (index: number): string => `split_part(reason, ${literal(OF)}, ${index})`;
  return `[{code: ${part(1)}, field: nullif(${part(2)}, '')}
    FOR reason IN string_split(${text}, ${literal(NEXT)}) IF reason <> '']`;
};

/** Writes the rejected rows with every reason: the slow form. */
export const rejectsCopySql = (
  context: RowContext,
  columns: RejectedColumns,
  from: string,
  path: string,
  mended: readonly number[] = [],
): string => {
  const { row, fileId, runId } = context;
  // Only of mended files, so that all others lie as they did.
  const isMended = mended.length === 0 ? '' : `, _row IN (${list(mended.map(String))}) AS mended`;
  const kept = [
    '_row::INTEGER AS _row',
    `${columns.start} AS _start`,
    `${columns.end} AS _end`,
    `${columns.raw} AS _raw`,
    `${columns.fault} AS _fault`,
    `${columns.compound} AS _compound`,
  ];
  return `COPY (SELECT ${constantSql(runId)} AS _run, ${constantSql(fileId)} AS _file, _row,
      _start AS byte_start, _end AS byte_end, _raw AS raw,
      ${reasonListSql('_reasons')} AS reasons${isMended}
    FROM (SELECT *, ${reasonsSql(row)} AS _reasons FROM ${typedSql(row, kept, from)}))
    TO ${literal(path)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 20480)`;
};

/** How many rejected rows are readable, and how many of those have a value per field. */
export const rejectedCellsSql = (row: CompiledRow, fault: string, from: string): string => {
  const counts = row.fields.map((field) => `count(${ident(field)}) AS ${ident(field)}`);
  return `SELECT count(*) AS _rows, count(*) FILTER (_fault = 0) AS _readable, ${list(counts)}
    FROM (SELECT ${list([`${fault} AS _fault`, row.texts])} FROM ${from})`;
};

/** What a file of rejected rows tells: rows, rows without a reason, and rows per reason. */
export const rejectsCountSql = (path: string): string =>
  `SELECT count(*) AS rows, count(*) FILTER (len(reasons) = 0) AS unexplained,
    count(DISTINCT _row) AS numbers FROM ${literal(path)}`;

export const reasonCountsSql = (path: string): string =>
  `SELECT reason.code AS code, reason.field AS field, count(*)::INTEGER AS rows
    FROM (SELECT unnest(reasons) AS reason FROM ${literal(path)})
    GROUP BY ALL ORDER BY rows DESC, code, field`;

/** Rows with each of the warnings, by its place among them, and rows with any of them. */
export const warningCountsSql = (
  { warnings, warned }: CompiledRow,
  paths: readonly string[],
): string => {
  const counts = warnings.map((_, at) => `count(*) FILTER (_${at})::INTEGER`);
  const any = warnings.map((_, at) => `_${at}`).join(' OR ');
  const whens = warnings.map(({ when }, at) => `(${when}) AS _${at}`);
  return `SELECT [${list(counts)}] AS per_warning, count(*) FILTER (${any})::INTEGER AS warned
    FROM (SELECT ${list(whens)} FROM (SELECT ${warned}
      FROM read_parquet([${list(paths.map(literal))}])))`;
};
