import { fieldNamer } from '../../../core/landing/header-name.ts';
import { schemaFault } from '../header.ts';
import { Refused } from '../meters.ts';
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
  const bound = columns.map((column) => fieldOf(column) ?? column);
  const again = bound.findIndex((name, index) => bound.indexOf(name) !== index);
  if (again !== -1) {
    const both = [columns[bound.indexOf(bound[again] ?? '')] ?? '', columns[again] ?? ''];
    throw new Refused('E_HEADER_DUP', `${shown(both)} are one column twice`);
  }
  const fault = schemaFault(bound, dataset);
  if (fault !== undefined) throw new Refused(fault.code, fault.detail);
  return bound;
};
