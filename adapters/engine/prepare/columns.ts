import { Refused } from '../../../core/errors.ts';
import { decideColumns } from '../../../core/evolution/columns.ts';
import { fieldNamer } from '../../../core/landing/header-name.ts';
import { missingFrom } from '../header.ts';
import { type LinesRequest, shown } from './lines.ts';

/**
 * The names that a file's columns have in its lines: their fields', or their own. Throws what is
 * wrong with them, as for a header of CSV.
 */
export const boundColumns = (
  columns: readonly string[],
  { dataset, rowsMax }: LinesRequest,
): readonly string[] => {
  if (rowsMax !== undefined) return columns;
  const fieldOf = fieldNamer(dataset);
  const fields = columns.map(fieldOf);
  const bound = columns.map((column, index) => fields[index] ?? column);
  const again = bound.findIndex((name, index) => bound.indexOf(name) !== index);
  if (again !== -1) {
    const both = [columns[bound.indexOf(bound[again] ?? '')] ?? '', columns[again] ?? ''];
    throw new Refused('E_HEADER_DUP', `${shown(both)} are one column twice`);
  }
  const unknown = columns.filter((_, index) => fields[index] === undefined);
  const plan = decideColumns(dataset, { unknown, missing: missingFrom(fields, dataset) });
  if (plan.kind === 'refused') throw new Refused(plan.code, plan.detail);
  return bound;
};
