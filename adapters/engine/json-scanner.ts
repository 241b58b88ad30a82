import type { ColumnPlan } from '../../core/evolution/columns.ts';
import { kindOf } from '../../core/fields/index.ts';
import { aliasesOf } from '../../core/landing/header-name.ts';
import { limits } from '../../core/limits.ts';
import { keepsAnyControls } from '../../core/validate/characters.ts';
import { typedFields } from '../../core/validate/evolution-sql.ts';
import { type LineScanner, lineScanner, type Takes } from './json-line.ts';

/** Reads the lines of a file, or single records, whose columns are known. */
export const jsonScanner = (
  columns: readonly string[],
  { dataset, newColumns }: ColumnPlan,
): LineScanner => {
  const aliases = new Map([
    ...aliasesOf(dataset),
    ...newColumns.map(({ spelt, cells }) => [spelt, cells] as const),
  ]);
  const typed = typedFields(dataset);
  const takes = columns.map((name): Takes => {
    const field = dataset.fields[name];
    const isDeclared = field !== undefined && field.evolved !== true;
    const own = isDeclared ? kindOf(field).nested?.takes : 'parts';
    // What should be a single value and is none is set aside as its JSON.
    return own ?? (typed.includes(name) ? 'parts' : 'scalar');
  });
  return lineScanner(columns, limits.jsonDepthMax, takes, aliases, keepsAnyControls(dataset));
};
