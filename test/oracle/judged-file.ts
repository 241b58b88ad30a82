import type { Dataset } from '../../core/dataset.ts';
import type { Field } from '../../core/fields/field.ts';
import type { Row } from '../../core/fields/value.ts';
import { aliasesOf } from '../../core/landing/header-name.ts';
import { judgeRow } from '../../core/validate/judge-row.ts';
import { oracleRows } from './csv.ts';
import { type GeneratedFile, UNDECLARED } from './generated-files.ts';
import { oracleLine } from './json.ts';

type Cells = Readonly<Record<string, string | null>>;
type Framed = {
  readonly start: number;
  readonly end: number;
  readonly codes: readonly string[];
  readonly cells: Cells;
  /** Fields that hold an object or array. */
  readonly compound: readonly string[];
  /** Whether it has a value in a column that is not declared. */
  readonly undeclared?: boolean;
};

type Rejected = {
  readonly start: number;
  readonly end: number;
  /** Hexadecimal, up to the limit of a row. */
  readonly raw: string;
  /** `E_TYPE alpha` in the order of the reasons; those of a row's form by the alphabet. */
  readonly reasons: readonly string[];
};

/** Everything that a validated file says, row by row and in counts. */
export type JudgedFile = {
  readonly published: Readonly<Record<number, Row>>;
  readonly rejected: Readonly<Record<number, Rejected>>;
  readonly rowsIn: number;
  readonly valid: number;
  readonly wellFormed: number;
  readonly nonEmpty: Readonly<Record<string, number>>;
  readonly reasons: Readonly<Record<string, number>>;
  readonly warnings: Readonly<Record<string, number>>;
  readonly warned: number;
  readonly bytes: { readonly total: number; readonly rows: number; readonly framing: number };
  readonly missing: readonly string[];
  /** Values of published rows in columns that are not declared, kept in quarantine. */
  readonly setAside: number;
  /** Columns that they go to instead. */
  readonly evolved: readonly string[];
};

const csvRows = ({ plain, from, columns, dataset, framing }: GeneratedFile): Framed[] => {
  const { rowBytesMax } = framing;
  const { delimiter: separator, quote } = dataset.files;
  const options = { from, separator, quote, columns: columns.length, rowBytesMax };
  return oracleRows(plain, options).map(({ cells, ...row }) => ({
    ...row,
    cells: Object.fromEntries(
      columns.map((name, at) => {
        const cell = cells[at] ?? null;
        return [name, cell === null ? null : Buffer.from(cell, 'latin1').toString('utf8')];
      }),
    ),
    compound: [],
  }));
};

const DEPTH_MAX = 32;

const jsonRows = ({ plain, from, dataset, framing }: GeneratedFile): Framed[] => {
  const rows: Framed[] = [];
  let start = from;
  for (const line of plain.toString('latin1', from).split('\n')) {
    const text = line.endsWith('\r') ? line.slice(0, -1) : line;
    const at = { start, end: start + text.length };
    start += line.length + 1;
    if (text === '') continue;
    const none = { cells: {}, compound: [] };
    if (text.length > framing.rowBytesMax) rows.push({ ...at, codes: ['E_ROW_SIZE'], ...none });
    else rows.push({ ...at, ...jsonCells(Buffer.from(text, 'latin1'), dataset) });
  }
  return rows;
};

const jsonCells = (line: Buffer, dataset: Dataset): Omit<Framed, 'start' | 'end'> => {
  const aliases = aliasesOf(dataset);
  const fields = Object.keys(dataset.fields);
  const found = oracleLine(line, [...fields, ...aliases.keys(), UNDECLARED], DEPTH_MAX);
  if (!('cells' in found)) return { codes: found.codes, cells: {}, compound: [] };
  const cells = Object.entries(found.cells).flatMap(([name, cell]) =>
    cell === null || name === UNDECLARED ? [] : [{ name: aliases.get(name) ?? name, ...cell }],
  );
  return {
    undeclared: found.cells[UNDECLARED] !== null,
    codes: [],
    cells: Object.fromEntries(cells.map(({ name, text }) => [name, text])),
    compound: fields.filter((field) =>
      cells.some(({ name, compound }) => compound && name === field),
    ),
  };
};

/**
 * Whether nothing that is written is a text, said by hand: of texts only, where the least length is
 * said to be 0, or where the field may be missing and says nothing of what stands in it.
 */
export const mayBeEmpty = (field: Field): boolean => {
  if (field.kind !== 'text') return false;
  if (field.nullTokens.some((token) => token.length === 0)) return false;
  const strict = field.rules.filter((rule) => rule.severity !== 'warn');
  const least = strict.filter(({ kind }) => kind === 'length').map(({ params }) => params.min);
  if (least.some((min) => min === 0)) return true;
  if (!field.optional || least.some((min) => min !== undefined)) return false;
  return strict.every(({ kind, params: { values } }) => {
    return kind === 'length' || (Array.isArray(values) && values.some((value) => value === ''));
  });
};

/** Whether something stands there for a value. */
const isFilled = (dataset: Dataset, name: string, cells: Cells): boolean => {
  const field = dataset.fields[name];
  const cell = cells[name] ?? null;
  if (field === undefined || cell === null) return false;
  if (cell === '') return mayBeEmpty(field);
  const text = field.trim ? cell.replace(/^ +/, '').replace(/ +$/, '') : cell;
  return text !== '' && !field.nullTokens.includes(text);
};

/** The row engine is told of an empty text only where the rule above says that it is one. */
const asRuled = (dataset: Dataset, cells: Cells): Cells =>
  Object.fromEntries(
    Object.entries(cells).map(([name, cell]) => {
      const field = dataset.fields[name];
      return [name, cell === '' && !(field && mayBeEmpty(field)) ? null : cell];
    }),
  );

/** A field with an object or array has that reason only, and no rule looks at it. */
const judged = (dataset: Dataset, { cells, compound }: Framed) => {
  if (compound.length === 0) return judgeRow(dataset, asRuled(dataset, cells));
  const fields = Object.entries(dataset.fields).map(([name, field]) =>
    compound.includes(name)
      ? [name, { ...field, optional: false, default: undefined }]
      : [name, field],
  );
  const emptied = Object.fromEntries(compound.map((name) => [name, null]));
  const others = judgeRow(
    { ...dataset, fields: Object.fromEntries(fields) },
    { ...asRuled(dataset, cells), ...emptied },
  );
  const told = others.ok ? [] : others.reasons;
  return {
    ok: false as const,
    reasons: [
      ...compound.map((field) => ({ code: 'E_TYPE', field })),
      ...told.filter(({ field }) => !compound.some((name) => name === field)),
    ],
  };
};

const tally = (all: readonly string[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const each of all) counts[each] = (counts[each] ?? 0) + 1;
  return counts;
};

type Verdict = { readonly row: Framed; readonly found: ReturnType<typeof judged> | undefined };

const reasonsOf = ({ row, found }: Verdict): readonly string[] => {
  if (found === undefined) return row.codes;
  return found.ok ? [] : found.reasons.map(({ code, field }) => `${code} ${field}`);
};

/** What must be said of a file, by the oracles' framing and the row engine. */
export const judgeFile = (file: GeneratedFile): JudgedFile => {
  const { dataset, plain, framing, columns } = file;
  const verdicts = (file.format === 'csv' ? csvRows(file) : jsonRows(file)).map(
    (row): Verdict => ({
      row,
      found: row.codes.length > 0 ? undefined : judged(dataset, row),
    }),
  );
  const numbered = verdicts.map((verdict, at) => ({ ...verdict, number: at + 1 }));
  const formed = verdicts.filter(({ found }) => found !== undefined);
  const published = numbered.flatMap(({ number, found }) =>
    found?.ok === true ? [[number, found.values] as const] : [],
  );
  const rejected = numbered.flatMap((verdict) => {
    if (verdict.found?.ok === true) return [];
    const { start, end } = verdict.row;
    const raw = plain.toString('hex', start, Math.min(end, start + framing.rowBytesMax));
    return [[verdict.number, { start, end, raw, reasons: reasonsOf(verdict) }] as const];
  });
  const warnings = verdicts.flatMap(({ found }) =>
    found?.ok === true ? [found.warnings.map(({ code, field }) => `${code} ${field}`)] : [],
  );
  const undeclared = verdicts.filter(({ row, found }) => found?.ok === true && row.undeclared);
  const evolves = dataset.evolution.newColumns === 'evolve';
  const rowBytes = verdicts.reduce((sum, { row }) => sum + row.end - row.start, 0);
  const names = Object.keys(dataset.fields);
  return {
    published: Object.fromEntries(published),
    rejected: Object.fromEntries(rejected),
    rowsIn: verdicts.length,
    valid: published.length,
    wellFormed: formed.length,
    nonEmpty: Object.fromEntries(
      names.map((name) => [
        name,
        formed.filter(({ row }) => isFilled(dataset, name, row.cells)).length,
      ]),
    ),
    reasons: tally(verdicts.flatMap(reasonsOf)),
    warnings: tally(warnings.flat()),
    warned: warnings.filter((each) => each.length > 0).length,
    bytes: { total: plain.length, rows: rowBytes, framing: plain.length - rowBytes },
    missing: names.filter((name) => !columns.includes(name)),
    setAside: evolves ? 0 : undeclared.length,
    evolved: evolves && undeclared.length > 0 ? ['no_field'] : [],
  };
};
