import { type Change, compareChanges, positionOf } from '../../core/entities/change.ts';
import type { Subscriber, Told } from '../../core/entities/subscriber.ts';
import { TransientError } from '../../core/errors.ts';
import type { Entities } from '../../core/ports.ts';
import type { Telemetry } from '../telemetry.ts';

export type SubscribeDeps = Telemetry & {
  readonly entities: Pick<Entities, 'newest'>;
  readonly subscribers: readonly Subscriber[];
};

/**
 * Tells each subscriber of the changes of its dataset, one after the other, those of a key in their
 * order. One that throws fails the batch, which comes again: nothing is passed over.
 */
export const subscribe =
  (deps: SubscribeDeps) =>
  async (changes: readonly Change[]): Promise<{ told: number }> => {
    let told = 0;
    for (const change of inOrder(changes)) {
      const own = deps.subscribers.filter(({ dataset }) => dataset === change.dataset);
      if (own.length === 0) continue;
      const newest = await deps.entities.newest(change);
      const isNewest = newest === undefined || compareChanges(newest, change) <= 0;
      for (const subscriber of own) await tell(deps, subscriber, change, isNewest);
      told += own.length;
    }
    if (told > 0) deps.count('ChangesTold', told);
    return { told };
  };

/** Those of a key in their order, where the first of them stood. */
const inOrder = (changes: readonly Change[]): readonly Change[] =>
  [...Map.groupBy(changes, ({ dataset, keyHash }) => `${dataset}#${keyHash}`).values()].flatMap(
    (own) => own.toSorted(compareChanges),
  );

const tell = async (
  { log }: SubscribeDeps,
  { name, handle }: Subscriber,
  change: Change,
  isNewest: boolean,
): Promise<void> => {
  const { dataset, keyHash, key, op, row, at } = change;
  const told: Told = { dataset, keyHash, key, op, row, at, position: positionOf(change), isNewest };
  try {
    await handle(told, (message, fields) => log.info(message, { ...fields, subscriber: name }));
  } catch (cause) {
    throw new TransientError(`subscriber ${name} did not take a change of ${dataset}`, { cause });
  }
};
