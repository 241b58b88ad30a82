import { EpochMs } from '../../core/ids.ts';
import { memoryAnnouncer } from './fakes.ts';
import { memoryClaims, memoryEntities } from './memory-entities.ts';
import { memoryWindows } from './memory-windows.ts';

/** A stream function's world where no dataset keeps entities, windows or the keys of repeats. */
export const nothingBeside = () => ({
  entities: memoryEntities().entities,
  claims: memoryClaims().claims,
  windows: memoryWindows().windows,
  announcer: memoryAnnouncer(),
  ...{ entityRoutes: [], repeatRoutes: [], windowed: [] },
  ...{ now: () => EpochMs.parse(0), random: () => 0 },
});
