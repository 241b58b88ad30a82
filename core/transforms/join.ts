import { typeText } from '../iceberg-type.ts';
import { ident } from '../sql.ts';
import type { KnownColumn, RowStep } from './transform.ts';
import type { Join } from './uses.ts';

/**
 * Columns of another dataset's published table. A row must find one partner at most, or rows
 * would multiply behind the counts: so the other table is replaced as a whole by each of its
 * files, its key is the column that joins, and none of its steps makes more or fewer rows.
 */
export const joinKind: RowStep<Join> = {
  kind: 'join',
  form: 'row',
  says: ({ dataset, on, take }) =>
    `${take.join(', ')} of the published row of ${dataset} with the same ${on}; ` +
    'missing where there is none',
  uses: ({ on }) => [on],
  adds: ({ take }) => take,
  columns: ({ dataset, on, take }, known) => {
    const { key, replaces, keepsRows, columns } = known.partner(dataset);
    if (key.length !== 1 || key[0] !== on || !replaces) {
      throw new Error(
        `a join on '${on}' needs one partner per row: dataset ${dataset} must have ` +
          `key ['${on}'] and write replace()`,
      );
    }
    if (!keepsRows) {
      throw new Error(
        `a join on '${on}' needs one partner per row: dataset ${dataset} has a step that ` +
          'makes other rows of its rows (explode, aggregate, pivot)',
      );
    }
    const own = known.column(on);
    const partnerColumn = (name: string): KnownColumn => {
      const found = columns.find((column) => column.name === name);
      if (found !== undefined) return found;
      const names = columns.map((column) => column.name).join(', ');
      throw new Error(`dataset ${dataset} has no column '${name}'; it has ${names}`);
    };
    if (typeText(partnerColumn(on).type) !== typeText(own.type)) {
      throw new Error(
        `'${on}' is a ${typeText(own.type)} here and another type in dataset ${dataset}`,
      );
    }
    if (partnerColumn(on).masked === true) {
      throw new Error(`'${on}' is published masked in dataset ${dataset}; nothing would match it`);
    }
    const taken = take.map((name) => ({ ...partnerColumn(name), required: false }));
    return [...known.columns, ...taken];
  },
  compute: ({ dataset, on, take }, row, { partner }) => {
    const value = row[on];
    const found = value === null || value === undefined ? undefined : partner(dataset, value);
    return Object.fromEntries(take.map((name) => [name, found?.[name] ?? null]));
  },
  toSql: ({ take }, { relation }) =>
    Object.fromEntries(take.map((name) => [name, `${relation}.${ident(name)}`])),
};

/** Takes columns of the row of another dataset that has the same value in column `on`. */
export const join = (
  dataset: string,
  { on, take }: { readonly on: string; readonly take: readonly string[] },
): Join => ({ kind: 'join', dataset, on, take });
