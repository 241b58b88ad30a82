import { marshall } from '@aws-sdk/util-dynamodb';
import type { Deliveries } from '../core/webhooks/port.ts';
import { itemKeys } from './ledger-items.ts';
import { getItem, putGuarded, type Table } from './ledger-table.ts';

/**
 * One item of the ledger's table per delivery of a webhook, which DynamoDB removes by itself some
 * time after `expiresAt`, in seconds.
 */
export const dynamoDeliveries = (table: Table): Deliveries => ({
  isKnown: async (source, nonce) =>
    (await getItem(table, itemKeys.delivery(source, nonce), 'read delivery')) !== undefined,
  remember: async (source, nonce, until) => {
    const item = {
      ...itemKeys.delivery(source, nonce),
      ...marshall({ expiresAt: Math.ceil(until / 1000) }),
    };
    const guard = { condition: 'attribute_not_exists(pk)', values: {} };
    const put = await putGuarded(table, item, guard, `remember a delivery of ${source}`);
    return put.kind === 'written' ? 'new' : 'known';
  },
});
