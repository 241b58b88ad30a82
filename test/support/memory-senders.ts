import type { ApiKeys } from '../../adapters/api-keys.ts';
import { EpochMs } from '../../core/ids.ts';
import type { Senders } from '../../core/ports.ts';
import type { Sender } from '../../core/push/sender.ts';

/** Who may send, in memory; `keys` are the values by their ids, as API Gateway keeps them. */
export const memorySenders = () => {
  const all = new Map<string, Sender>();
  const keys = new Map<string, string>();
  const senders: Senders = {
    sender: async (keyHash) => all.get(keyHash),
    senders: async (limit) =>
      [...all.values()]
        .filter(({ revokedAt }) => revokedAt === null)
        .sort((a, b) => b.createdAt - a.createdAt)
        .slice(0, limit),
    addSender: async (sender) => {
      if (!all.has(sender.keyHash)) all.set(sender.keyHash, sender);
    },
    revokeSender: async (keyHash, now) => {
      const found = all.get(keyHash);
      if (found?.revokedAt === null) all.set(keyHash, { ...found, revokedAt: now });
    },
  };
  const apiKeys: ApiKeys = {
    create: async (name) => {
      const value = `secret of ${name}`;
      keys.set(`id-${name}`, value);
      return { keyId: `id-${name}`, value };
    },
    list: async () =>
      [...keys].map(([keyId]) => ({
        keyId,
        name: keyId.replace('id-', ''),
        createdAt: EpochMs.parse(0),
      })),
    remove: async (keyId) => void keys.delete(keyId),
  };
  return { all, keys, senders, apiKeys };
};
