import { dateOfKind, productKind } from './derive.ts';
import { joinKind } from './join.ts';
import type { Transform, TransformKind } from './transform.ts';

export { dateOf, derive, product } from './derive.ts';
export { join } from './join.ts';

/**
 * Every kind of step. A new one is one file beside this, one line here, and its place in
 * `Transform`.
 */
export const transformKinds: readonly TransformKind[] = [productKind, dateOfKind, joinKind];

/** The answers of a step's kind. */
export const transformOf = (use: Transform): TransformKind => {
  const kind = transformKinds.find((candidate) => candidate.kind === use.kind);
  if (kind !== undefined) return kind;
  throw new Error(`no transform kind '${use.kind}'`);
};
