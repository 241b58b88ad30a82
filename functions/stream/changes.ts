import { changesIn, type EntityRoute } from '../../core/entities/changes.ts';
import type { Entities } from '../../core/ports.ts';
import type { Placed } from '../../core/stream/reading.ts';
import type { Telemetry } from '../telemetry.ts';

export type ChangeDeps = {
  readonly entities: Pick<Entities, 'append'>;
  readonly entityRoutes: readonly EntityRoute[];
};

/**
 * Keeps the changes of a segment that has landed. The checkpoint moves only behind it, so that a
 * call that dies here is repeated, and keeps the same ones again.
 */
export const keepChanges = async (
  { entities, entityRoutes, count }: ChangeDeps & Telemetry,
  records: readonly Placed[],
): Promise<void> => {
  const changes = changesIn(entityRoutes, records);
  if (changes.length === 0) return;
  await entities.append(changes);
  count('ChangesKept', changes.length);
};
