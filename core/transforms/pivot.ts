import { ident, literal } from '../sql.ts';
import { type Groups, groupColumns, groupRows, groupsSql, type Taken } from './aggregate.ts';
import type { TableStep } from './transform.ts';
import { scalar } from './typed.ts';
import type { Pivot } from './uses.ts';

const groupsOf = ({ by, names, values, fn, into, others }: Pivot): Groups => {
  const take: Record<string, Taken> = {};
  for (const [text, column] of Object.entries(into)) {
    const where = {
      test: (row: { readonly values: Readonly<Record<string, unknown>> }) =>
        row.values[names] === text,
      sql: `${ident(names)} = ${literal(text)}`,
    };
    take[column] = { fn, of: values, where };
  }
  const texts = Object.keys(into).map(literal).join(', ');
  take[others] = {
    fn: 'count',
    where: {
      test: ({ values: row }) => {
        const name = scalar(row[names]);
        return name === null || !Object.hasOwn(into, String(name));
      },
      sql: `(${ident(names)} IS NULL OR ${ident(names)} NOT IN (${texts}))`,
    },
  };
  return { by, take };
};

/** One row per group, with a column for each declared text of another column. */
export const pivotKind: TableStep<Pivot> = {
  kind: 'pivot',
  form: 'table',
  partsAdded: 0,
  says: ({ by, names, values, fn, into, others }) =>
    `one row per ${by.length === 0 ? 'run' : by.join(', ')} with the ${fn} of ${values} where ` +
    `${names} is ${Object.entries(into)
      .map(([text, column]) => `'${text}' as ${column}`)
      .join(', ')}; ${others} counts the rows with any other ${names}, so that none is lost unseen`,
  uses: ({ by, names, values }) => [...by, names, values],
  adds: ({ into, others }) => [...Object.values(into), others],
  drops: ({ by }, before) => before.filter((name) => !by.includes(name)),
  columns: (use, known) => {
    const { type } = known.column(use.names);
    if (type !== 'string') throw new Error(`pivot needs texts in '${use.names}'; cast it first`);
    if (Object.keys(use.into).length === 0) throw new Error('pivot declares no value; name some');
    return groupColumns(groupsOf(use), known);
  },
  computeAll: (use, rows, side) => groupRows(groupsOf(use), rows, side),
  toSql: (use, side) => groupsSql(groupsOf(use), side),
};

/** Publishes groups with a column per declared value of `names`. */
export const pivot = (init: Omit<Pivot, 'kind'>): Pivot => ({ kind: 'pivot', ...init });
