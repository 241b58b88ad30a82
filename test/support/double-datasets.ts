import { type DatasetDefinition, defineDataset } from '../../core/define-dataset.ts';
import { decimal, double, integer, oneOf } from '../../core/fields/index.ts';
import {
  aggregate,
  cast,
  clip,
  concatenate,
  derive,
  fill,
  maskColumn,
  meanOf,
  pivot,
  sumOf,
  winsorise,
} from '../../core/transforms/index.ts';

/** A dataset of a test that says only what its steps need. */
export const defineSteps = (
  definition: Pick<DatasetDefinition, 'name' | 'fields' | 'transforms' | 'partition'>,
) => defineDataset({ domain: 'test', owner: 'test', description: 'For this test.', ...definition });

/** Every kind of step that takes doubles. */
export const doubleDatasets = [
  defineSteps({
    name: 'doubles',
    fields: {
      team: oneOf(['red', 'blue'], { optional: true }),
      weight: double({ optional: true }),
      height: double({ optional: true, default: '0.1' }),
    },
    transforms: [
      derive('sum', sumOf(['weight', 'height'])),
      derive('mean', meanOf(['weight', 'height'])),
      derive('words', concatenate(['weight', 'height'], ' ')),
      clip('weight', { deviations: 2 }),
      clip('height', { quartiles: 0.5, within: ['team'] }),
      clip('sum', { min: '-1.5', max: '100' }),
      winsorise('mean', { lower: 0.1, upper: 0.9 }),
      fill('weight', { take: 'mean', within: ['team'] }),
      fill('weight', { take: 'median' }),
      cast('words', integer(), { otherwise: 'null' }),
      cast('sum', integer(), { otherwise: 'null' }),
      cast('mean', decimal({ precision: 10, scale: 3 }), { otherwise: 'null' }),
    ],
  }),
  defineSteps({
    name: 'double_pivot',
    fields: {
      team: oneOf(['red', 'blue', 'none'], { optional: true }),
      weight: double({ optional: true }),
    },
    transforms: [
      pivot({
        ...{ by: [], names: 'team', values: 'weight', fn: 'sum' },
        ...{ into: { red: 'red_weight', blue: 'blue_weight' }, others: 'other_rows' },
      }),
    ],
  }),
  defineSteps({
    name: 'double_groups',
    fields: {
      team: oneOf(['red', 'blue'], { optional: true }),
      weight: double({ optional: true }),
    },
    transforms: [
      aggregate({
        by: ['team'],
        take: {
          total: { fn: 'sum', of: 'weight' },
          middle: { fn: 'mean', of: 'weight' },
          apart: { fn: 'std', of: 'weight' },
          third: { fn: 'quantile', of: 'weight', at: 0.333 },
        },
      }),
      maskColumn('total', { how: 'hash' }),
    ],
  }),
];
