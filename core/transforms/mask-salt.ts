import type { Dataset } from '../dataset.ts';
import type { Mask } from '../fields/field.ts';

const isSalted = (mask: Mask | undefined): boolean => mask?.how === 'hash' || mask?.how === 'token';

/** True when a column of the dataset is published as a hash or a token, which take a salt. */
export const masksWithSalt = ({
  fields,
  transforms,
}: Pick<Dataset, 'fields' | 'transforms'>): boolean =>
  Object.values(fields).some(({ mask }) => isSalted(mask)) ||
  transforms.some((use) => use.kind === 'mask' && isSalted(use.mask));
