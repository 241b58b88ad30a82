import { append, defineDataset } from '../core/define-dataset.ts';
import { date, email, integer, text } from '../core/fields/index.ts';
import { unique } from '../core/rules/index.ts';
import { github, standard, stripe } from '../core/webhooks/webhook.ts';

/** What people say of products. The example of files whose columns come and go. */
export const reviews = defineDataset({
  name: 'reviews',
  domain: 'sales',
  owner: 'sales-data@example.com',
  description: 'One row per review, as partner shops export them: each has columns of its own.',
  fields: {
    review_id: text({ max: 40 }),
    product_id: text(),
    stars: integer({ min: 1, max: 5 }),
    helpful: integer({ optional: true, min: 0, description: 'How many readers it helped.' }),
    written_on: date({ from: '2000-01-01' }),
    reviewer: email({
      optional: true,
      casing: 'lower',
      classification: 'confidential',
      mask: { how: 'hash' },
      description: 'Published as a hash: the same person is the same, and stays unknown.',
    }),
    body: text({ optional: true, max: 4000, classification: 'internal' }),
  },
  key: ['review_id'],
  write: append(),
  rules: [unique('product_id', 'written_on', 'reviewer')],
  // Shops send a review when it is written: by their own software, a payment page, a forum.
  webhooks: [
    standard('partner-reviews'),
    stripe('checkout-reviews', { records: 'data.object' }),
    github('forum-reviews'),
  ],
  // What a partner adds is kept; what one leaves out is looked at before it is published.
  evolution: {
    newColumns: 'evolve',
    missingColumns: 'hold',
    changedTypes: 'quarantine_value',
  },
});
