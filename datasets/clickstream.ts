import { append, day, defineDataset } from '../core/define-dataset.ts';
import { col, is } from '../core/expressions/index.ts';
import { integer, oneOf, text, timestamp } from '../core/fields/index.ts';
import { requiredWhen } from '../core/rules/index.ts';
import { fromStream } from '../core/stream/options.ts';
import { count, distinct, score, session, tooMany, windowRule } from '../core/windows/index.ts';

/** What visitors of the shop do. The example of rows that come one by one. */
export const clickstream = defineDataset({
  name: 'clickstream',
  domain: 'web',
  owner: 'web-data@example.com',
  description: 'One row per interaction of a visitor with a product, as the shop’s pages send it.',
  fields: {
    event_id: text({ max: 40, description: 'Made by the page: a repeat of a send has the same.' }),
    event: oneOf(['view', 'click', 'add_to_cart', 'purchase', 'rating']),
    visitor: text({ max: 40, classification: 'internal' }),
    product_id: text({ max: 40 }),
    rating: integer({ optional: true, min: 1, max: 5 }),
    occurred_at: timestamp({ from: '2020-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z' }),
  },
  key: ['event_id'],
  write: append(),
  partition: [day('occurred_at')],
  rules: [requiredWhen(is(col('event'), 'rating'), 'rating')],
  stream: fromStream({
    when: { attribute: 'type', is: 'interaction' },
    envelope: 'cloudevents',
    repeats: { within: '1d' },
  }),
  windows: [
    windowRule('sessions', {
      time: 'occurred_at',
      by: ['visitor'],
      window: session({ gap: '30m' }),
      measures: {
        interactions: count(),
        products: distinct('product_id'),
        engagement: score('event', {
          ...{ view: 1, click: 2, add_to_cart: 3, purchase: 5 },
          rating: 'rating',
        }),
      },
      allowedLateness: '1h',
      alerts: [tooMany('bot', { span: '10s', events: 50 })],
    }),
  ],
});
