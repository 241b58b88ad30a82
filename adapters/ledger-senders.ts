import type { Senders } from '../core/ports.ts';
import { itemKeys, senderItem, senderStatus, toSender } from './ledger-items.ts';
import { getItem, putGuarded, type Table, updateGuarded } from './ledger-table.ts';
import { statusPage } from './ledger-walks.ts';

/** One item of the ledger's table per key of the API. */
export const dynamoSenders = (table: Table): Senders => ({
  sender: async (keyHash) => {
    const item = await getItem(table, itemKeys.sender(keyHash), 'read sender');
    return item === undefined ? undefined : toSender(item);
  },
  senders: async (limit) => {
    const page = { status: senderStatus('ACTIVE'), after: null, limit, newestFirst: true };
    return (await statusPage(table, page)).items.map(toSender);
  },
  addSender: async (sender) => {
    const guard = { condition: 'attribute_not_exists(pk)', values: {} };
    await putGuarded(table, senderItem(sender), guard, `add sender ${sender.keyId}`);
  },
  revokeSender: async (keyHash, now) => {
    const update = {
      key: itemKeys.sender(keyHash),
      set: { revokedAt: now, status: senderStatus('REVOKED') },
      condition: '#status = :active',
      values: { active: senderStatus('ACTIVE') },
    };
    await updateGuarded(table, update, 'revoke sender');
  },
});
