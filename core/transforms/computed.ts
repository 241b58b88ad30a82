import { columnsIn, compile, textOf } from '../expressions/index.ts';
import type { RowStep } from './transform.ts';
import { madeFrom } from './typed.ts';
import type { Computed } from './uses.ts';

const place = ({ column }: Computed): string => `derive('${column}')`;

/** A column that an expression gives. */
export const computedKind: RowStep<Computed> = {
  kind: 'computed',
  form: 'row',
  says: ({ column, expression }) => `${column} is ${textOf(expression)}, exact`,
  uses: ({ expression }) => columnsIn(expression),
  adds: ({ column }) => [column],
  columns: (use, known) => {
    const { type, largest } = compile(use.expression, known.columns, place(use));
    const sources = columnsIn(use.expression).map((name) => known.column(name));
    // What an expression makes of a missing value is its own affair, so it may always be missing.
    return [...known.columns, { ...madeFrom(use, sources), type, largest, required: false }];
  },
  compute: (use, row, { columns }) => ({
    [use.column]: compile(use.expression, columns).evaluate(row),
  }),
  toSql: (use, side) => ({
    [use.column]: compile(use.expression, side.columns).toSql(side.column),
  }),
};
