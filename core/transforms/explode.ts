import type { IcebergType } from '../iceberg-type.ts';
import { typeText } from '../iceberg-type.ts';
import { ident, list } from '../sql.ts';
import { needCut, partsOf, partsSql } from './split.ts';
import type { KnownColumn, Placed, TableStep } from './transform.ts';
import { replaced, scalar } from './typed.ts';
import type { Explode } from './uses.ts';

const elementOf = ({ column, separator }: Explode, source: KnownColumn): IcebergType => {
  if (separator !== undefined) {
    needCut('explode', source, separator);
    return 'string';
  }
  const { type } = source;
  if (typeof type === 'object' && type.type === 'list') return type.element;
  throw new Error(
    `explode needs a list, or a text and its separator; '${column}' is a ${typeText(type)}`,
  );
};

const partsIn = ({ column, separator }: Explode, { values }: Placed) => {
  const value = values[column] ?? null;
  if (value === null) return [];
  if (separator !== undefined) return partsOf(String(scalar(value)), separator);
  return Array.isArray(value) ? value : [];
};

/** One row per part. A row without a part stays one row, so that none is lost. */
export const explodeKind: TableStep<Explode> = {
  kind: 'explode',
  form: 'table',
  partsAdded: 1,
  says: ({ column, separator, position }) =>
    `each part of ${column}` +
    (separator === undefined ? '' : ` between '${separator}'`) +
    ' becomes a row of its own with the same _file and _row' +
    (position === undefined ? '' : `, numbered in ${position}`) +
    '; a row without a part stays as it is, with the part missing',
  uses: ({ column }) => [column],
  adds: ({ position }) => (position === undefined ? [] : [position]),
  columns: (use, known) => {
    const type = elementOf(use, known.column(use.column));
    const columns = replaced(known.columns, use.column, (column) => ({
      ...column,
      type,
      required: false,
    }));
    if (use.position === undefined) return columns;
    return [...columns, { name: use.position, type: 'int', required: true }];
  },
  computeAll: (use, rows) =>
    rows.flatMap((row) => {
      const parts = partsIn(use, row);
      const all = parts.length === 0 ? [null] : parts;
      return all.map((part, index) => ({
        ...row,
        parts: [...row.parts, index + 1],
        values: {
          ...row.values,
          [use.column]: part,
          ...(use.position === undefined ? {} : { [use.position]: index + 1 }),
        },
      }));
    }),
  toSql: (use, side) => {
    const sql = ident(use.column);
    const cut = use.separator === undefined ? sql : partsSql(sql, use.separator);
    const columns = side.columns.map(({ name }) =>
      name === use.column ? `_part AS ${sql}` : ident(name),
    );
    const number = 'CAST(_number AS INTEGER) AS';
    const hidden = [
      ...side.place,
      `${number} _place${side.place.length}`,
      ...(side.recorded ? ['_changes'] : []),
    ];
    const position = use.position === undefined ? [] : [`${number} ${ident(use.position)}`];
    return `SELECT ${list([...columns, ...position, ...hidden])}
      FROM (SELECT *, unnest(_parts) AS _part, generate_subscripts(_parts, 1) AS _number
        FROM (SELECT *, CASE WHEN len(_cut) > 0 THEN _cut ELSE [NULL] END AS _parts
          FROM (SELECT *, ${cut} AS _cut FROM ${side.relation})))`;
  },
};

/** Makes a row of each part: `explode('tags', { separator: ',' })`. */
export const explode = (
  column: string,
  { separator, position }: { readonly separator?: string; readonly position?: string } = {},
): Explode => ({ kind: 'explode', column, separator, position });
