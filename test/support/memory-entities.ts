import { type Change, compareChanges, positionOf } from '../../core/entities/change.ts';
import type { Claims, Entities } from '../../core/ports.ts';
import type { Claim } from '../../core/stream/repeats.ts';

/** Every change in memory, by where the store has it. `statesPage`: keys of one page. */
export const memoryEntities = (statesPage = 2) => {
  const kept = new Map<string, Change>();
  const nameOf = (change: Change) => `${change.dataset}#${change.keyHash}#${positionOf(change)}`;
  const changesOf = ({ dataset, keyHash }: { dataset: string; keyHash: string }) =>
    [...kept.values()]
      .filter((change) => change.dataset === dataset && change.keyHash === keyHash)
      .sort(compareChanges);
  const entities: Entities = {
    append: async (changes) => {
      for (const change of changes) kept.set(nameOf(change), change);
    },
    history: async (entity, { from = -Infinity, to = Infinity }, { after, limit }) => {
      const all = changesOf(entity)
        .filter(({ at }) => at >= from && at <= to)
        .filter((change) => after === null || positionOf(change) > after);
      const last = all[limit - 1];
      // A page that is full may be the last one, of which a store does not know.
      const next = last === undefined ? null : positionOf(last);
      return { changes: all.slice(0, limit), next };
    },
    newest: async (entity, at = Infinity) => changesOf(entity).findLast((one) => one.at <= at),
    states: async (dataset, after, at = Infinity) => {
      const own = [...kept.values()].filter((change) => change.dataset === dataset);
      const hashes = [...new Set(own.map(({ keyHash }) => keyHash))]
        .sort()
        .filter((keyHash) => after === null || keyHash > after);
      const page = hashes.slice(0, statesPage);
      const changes = page.flatMap(
        (keyHash) => changesOf({ dataset, keyHash }).findLast((one) => one.at <= at) ?? [],
      );
      return { changes, next: hashes.length > page.length ? (page.at(-1) ?? null) : null };
    },
  };
  return { entities, kept };
};

/** Who claimed what, in memory. */
export const memoryClaims = () => {
  const held = new Map<string, Claim>();
  const claims: Claims = {
    claim: async (asked) =>
      new Map(
        asked.map((claim) => {
          const found = held.get(claim.id);
          const isTaken =
            found !== undefined && found.by !== claim.by && found.until > claim.arrivedAt;
          if (!isTaken) held.set(claim.id, claim);
          return [claim.id, isTaken ? found.by : claim.by];
        }),
      ),
  };
  return { claims, held };
};
