import { type CaseRow, cases } from '../core/cases/case.ts';
import { reviews } from './reviews.ts';

const review: CaseRow = {
  review_id: 'R000001',
  product_id: 'P-0001',
  stars: '4',
  helpful: '12',
  written_on: '2025-03-04',
  body: 'Bright enough.',
};

/** What the shop and its partners agreed on, by example. */
export const reviewsCases = cases(reviews, [
  {
    name: 'a count that is no number is set aside, and the review is published without it',
    rows: [review, { ...review, review_id: 'R000002', helpful: 'many' }],
    expect: { clean: [{ helpful: 12 }, { helpful: null, stars: 4 }] },
  },
  {
    name: 'stars that are no number reject the review: each must have some',
    rows: [{ ...review, stars: 'five' }],
    expect: { rejected: [{ row: 1, reasons: ['E_TYPE stars'] }] },
  },
  {
    name: 'a count below zero is a number, but none that is allowed',
    rows: [{ ...review, helpful: '-1' }],
    expect: { rejected: [{ row: 1, reasons: ['E_RANGE helpful'] }] },
  },
]);
