import { typeText } from '../iceberg-type.ts';
import { list, literal } from '../sql.ts';
import type { KnownColumn, RowStep } from './transform.ts';
import { madeFrom, needText, scalar, textOfValue, textSql } from './typed.ts';
import type { Concatenate, Split } from './uses.ts';

/** Refuses what cannot be cut: no text, or an empty separator, which cuts everywhere. */
export const needCut = (what: string, { name, type }: KnownColumn, separator: string): void => {
  if (type !== 'string') throw new Error(`${what} needs a text; '${name}' is a ${typeText(type)}`);
  if (separator === '') throw new Error(`${what} of '${name}' has an empty separator; name one`);
};

/** The parts of a text; a part without a character is a missing one, as in every other cell. */
export const partsOf = (text: string, separator: string): readonly (string | null)[] =>
  text.split(separator).map(orMissing);

const orMissing = (part: string): string | null => (part === '' ? null : part);

/** The same in SQL, as a list. */
export const partsSql = (sql: string, separator: string): string =>
  `list_transform(string_split(${sql}, ${literal(separator)}), lambda part: nullif(part, ''))`;

/** A text cut at a separator. */
export const splitKind: RowStep<Split> = {
  kind: 'split',
  form: 'row',
  says: ({ column, separator, into }) =>
    typeof into === 'string'
      ? `${into} is the list of the parts of ${column} between '${separator}'; ` +
        'an empty part is a missing one'
      : `${column} is cut at '${separator}' into ${into.join(', ')}: parts that are not there are ` +
        'missing, the last column takes all that is left',
  uses: ({ column }) => [column],
  adds: ({ into }) => (typeof into === 'string' ? [into] : into),
  columns: ({ column, separator, into }, known) => {
    const source = known.column(column);
    needCut('split', source, separator);
    if (typeof into === 'string') {
      const type = { type: 'list', element: 'string', 'element-required': false } as const;
      return [...known.columns, { ...madeFrom({ column: into }, [source]), type }];
    }
    if (into.length === 0) throw new Error(`split of '${column}' makes no column; name some`);
    const added = into.map((name) => ({
      ...madeFrom({ column: name }, [source]),
      type: 'string',
      required: false,
    }));
    return [...known.columns, ...added];
  },
  compute: ({ column, separator, into }, row) => {
    const text = scalar(row[column]);
    if (typeof into === 'string') {
      return { [into]: text === null ? null : partsOf(String(text), separator) };
    }
    const parts = text === null ? [] : String(text).split(separator);
    const last = into.length - 1;
    return Object.fromEntries(
      into.map((name, index) => [
        name,
        orMissing(index === last ? parts.slice(last).join(separator) : (parts[index] ?? '')),
      ]),
    );
  },
  toSql: ({ column, separator, into }, side) => {
    const sql = side.column(column);
    if (typeof into === 'string') return { [into]: partsSql(sql, separator) };
    const parts = `string_split(${sql}, ${literal(separator)})`;
    const part = (index: number): string =>
      index + 1 < into.length
        ? `nullif(${parts}[${index + 1}], '')`
        : `nullif(array_to_string(${parts}[${index + 1}:], ${literal(separator)}), '')`;
    return Object.fromEntries(into.map((name, index) => [name, part(index)]));
  },
};

/** Cuts a text into columns, or, when `into` is one name, into a list. */
export const split = (
  column: string,
  separator: string,
  { into }: { readonly into: string | readonly string[] },
): Split => ({ kind: 'split', column, separator, into });

/** Several columns as one text. */
export const concatenateKind: RowStep<Concatenate> = {
  kind: 'concatenate',
  form: 'row',
  says: ({ column, columns, separator }) =>
    `${column} is ${columns.join(', ')} as text with '${separator}' between them; those that are ` +
    'missing are left out, and it is missing when all are',
  uses: ({ columns }) => columns,
  adds: ({ column }) => [column],
  columns: (use, known) => {
    const sources = use.columns.map((name) => known.column(name));
    for (const source of sources) needText('concatenate', source);
    if (sources.length === 0) throw new Error(`'${use.column}' is made of no column; name some`);
    const required = sources.some((source) => source.required);
    return [...known.columns, { ...madeFrom(use, sources), type: 'string', required }];
  },
  compute: ({ column, columns, separator }, row, { known }) => {
    const texts = columns.flatMap((name) => {
      const value = scalar(row[name]);
      return value === null ? [] : [textOfValue(value, known(name).type)];
    });
    return { [column]: texts.length === 0 ? null : texts.join(separator) };
  },
  toSql: ({ column, columns, separator }, side) => {
    const texts = columns.map((name) => textSql(side.column(name), side.known(name).type));
    const given = columns.map((name) => `${side.column(name)} IS NOT NULL`).join(' OR ');
    return {
      [column]: `CASE WHEN ${given} THEN concat_ws(${list([literal(separator), ...texts])}) END`,
    };
  },
};
