import type { Dataset } from '../dataset.ts';
import { columnNameRule, isColumnName } from '../definition/column-name.ts';
import { transformOf } from '../transforms/index.ts';
import { companionOf } from './evolved.ts';

/** Code points of a name in records; one that evolves must be a column's name, which is shorter. */
const NAME_MAX = 128;

/** Why a new column cannot have this name, or undefined when it can. */
export const newNameProblem = (dataset: Dataset, name: string): string | undefined => {
  if (name === '') return 'has no letter or digit in its name; give it one';
  if ([...name].length > NAME_MAX) return `has a name of more than ${NAME_MAX} letters; shorten it`;
  if (dataset.evolution.newColumns !== 'evolve') return undefined;
  if (!isColumnName(name)) {
    return `would be the column '${name}'; allowed are ${columnNameRule}. Rename it or declare it as an alias`;
  }
  if (takenNames(dataset).has(name)) {
    return `would be the column '${name}', which the dataset makes itself; rename it in the file`;
  }
  return undefined;
};

/** Every name that a step of the dataset uses for a column of its own, and the engine's own. */
const takenNames = ({ fields, transforms, evolution }: Dataset): ReadonlySet<string> => {
  const names = Object.keys(fields);
  return new Set([
    ...names.flatMap((name) => [`v_${name}`, `p_${name}`]),
    ...(evolution.changedTypes === 'evolve' ? names.map(companionOf) : []),
    ...transforms.flatMap((use) => transformOf(use).adds(use)),
  ]);
};
