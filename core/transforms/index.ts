import { aggregateKind } from './aggregate.ts';
import { castKind } from './cast.ts';
import { clipKind } from './clip.ts';
import { computedKind } from './computed.ts';
import { datePartKind } from './date-part.ts';
import { dateOfKind, productKind } from './derive.ts';
import { explodeKind } from './explode.ts';
import { defaultKind, fillKind } from './fill.ts';
import { fillFromKind, fillPreviousKind } from './fill-from.ts';
import { joinKind } from './join.ts';
import { maskKind } from './mask.ts';
import { clipOutliersKind, winsoriseKind } from './outliers.ts';
import { pivotKind } from './pivot.ts';
import { renameKind, selectKind } from './rename.ts';
import { rowStatisticKind } from './row-statistic.ts';
import { concatenateKind, splitKind } from './split.ts';
import type { Transform, TransformKind } from './transform.ts';
import { windowKind } from './window.ts';

export { aggregate } from './aggregate.ts';
export { cast } from './cast.ts';
export { concatenate, dateOf, datePart, derive, meanOf, product, sumOf } from './derive.ts';
export { explode } from './explode.ts';
export { clip, fill, winsorise } from './fill-steps.ts';
export { join } from './join.ts';
export { maskColumn } from './mask.ts';
export { masksWithSalt } from './mask-salt.ts';
export { pivot } from './pivot.ts';
export { rename, select } from './rename.ts';
export { split } from './split.ts';
export { window } from './window.ts';

/**
 * Every kind of step. A new one is one file beside this, one line here, and its place in
 * `Transform`.
 */
export const transformKinds: readonly TransformKind[] = [
  productKind,
  dateOfKind,
  datePartKind,
  rowStatisticKind,
  concatenateKind,
  computedKind,
  splitKind,
  joinKind,
  renameKind,
  selectKind,
  castKind,
  fillKind,
  defaultKind,
  clipKind,
  maskKind,
  fillFromKind,
  fillPreviousKind,
  clipOutliersKind,
  winsoriseKind,
  windowKind,
  explodeKind,
  aggregateKind,
  pivotKind,
];

/** The answers of a step's kind. */
export const transformOf = (use: Transform): TransformKind => {
  const kind = transformKinds.find((candidate) => candidate.kind === use.kind);
  if (kind !== undefined) return kind;
  throw new Error(`no transform kind '${use.kind}'`);
};

/** True when a step makes more or fewer rows than there were. */
export const changesRows = (transforms: readonly Transform[]): boolean =>
  transforms.some((use) => transformOf(use).form === 'table');

/** True when a step puts groups in the place of rows. */
export const groupsRows = (transforms: readonly Transform[]): boolean =>
  transforms.some(({ kind }) => kind === 'aggregate' || kind === 'pivot');
