import { type CaseRow, cases } from '../core/cases/case.ts';
import { clickstream } from './clickstream.ts';

const view: CaseRow = {
  event_id: 'e-1',
  event: 'view',
  visitor: 'v-1',
  product_id: 'P-0001',
  occurred_at: '2026-03-04T05:06:07Z',
};

/** What the pages of the shop may send, by example. */
export const clickstreamCases = cases(clickstream, [
  {
    name: 'a repeat of a send is one event',
    rows: [view, view],
    expect: {
      clean: [{ event_id: 'e-1' }],
      rejected: [{ row: 2, reasons: ['E_DUPLICATE_KEY'] }],
    },
  },
  {
    name: 'a rating without its stars is rejected, and no other event needs any',
    rows: [view, { ...view, event_id: 'e-2', event: 'rating' }],
    expect: {
      clean: [{ event: 'view', rating: null }],
      rejected: [{ row: 2, reasons: ['E_REQUIRED_WHEN rating'] }],
    },
  },
]);
