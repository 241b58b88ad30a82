import { typeText } from '../iceberg-type.ts';
import { ident } from '../sql.ts';
import type { Join, KnownColumn, TransformKind } from './transform.ts';

/**
 * Columns of another dataset's published table. A row must find one partner at most, or rows
 * would multiply behind the counts: so the other table is replaced as a whole by each of its
 * files, and its key is the column that joins.
 */
export const joinKind: TransformKind<Join> = {
  kind: 'join',
  columns: ({ dataset, on, take }, known) => {
    const { key, replaces, columns } = known.partner(dataset);
    if (key.length !== 1 || key[0] !== on || !replaces) {
      throw new Error(
        `a join on '${on}' needs one partner per row: dataset ${dataset} must have ` +
          `key ['${on}'] and write replace()`,
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
    return take.map((name) => ({ ...partnerColumn(name), required: false }));
  },
  compute: ({ dataset, on, take }, row, _known, partner) => {
    const value = row[on];
    const found = value === null || value === undefined ? undefined : partner(dataset, value);
    return Object.fromEntries(take.map((name) => [name, found?.[name] ?? null]));
  },
  toSql: ({ take }, { relation }) => take.map((name) => `${relation}.${ident(name)}`),
};

/** Takes columns of the row of another dataset that has the same value in column `on`. */
export const join = (
  dataset: string,
  { on, take }: { readonly on: string; readonly take: readonly string[] },
): Join => ({ kind: 'join', dataset, on, take });
