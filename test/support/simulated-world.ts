import { EpochMs } from '../../core/ids.ts';
import type { World } from '../../core/load/commit.ts';
import { type CatalogCall, type CatalogFault, memoryCatalog } from './memory-catalog.ts';
import { memoryStore } from './memory-store.ts';

/** mulberry32: the same seed gives the same numbers, so that a failing run can be run again. */
export const seededRandom = (seed: number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
};

const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn += 1) await Promise.resolve();
};

/**
 * A table's whole surroundings in memory. Writers that run at the same time interleave at every
 * call, in an order that only the seed decides; time passes in turns, so that nothing waits.
 */
export const simulatedWorld = (
  options: {
    readonly seed?: number;
    readonly fault?: (call: CatalogCall, random: () => number) => CatalogFault;
    readonly renumberBy?: number;
  } = {},
) => {
  const random = seededRandom(options.seed ?? 1);
  let clock = 1_767_225_600_000;
  const pause = () => turns(Math.floor(random() * 8));
  const { catalog, tables, calls } = memoryCatalog({
    pause,
    fault: (call) => options.fault?.(call, random) ?? 'none',
    renumberBy: options.renumberBy ?? 0,
  });
  const { store, objects } = memoryStore({ pause });
  const world: World = {
    catalog,
    store,
    now: () => {
      clock += 1;
      return EpochMs.parse(clock);
    },
    sleep: (ms) => turns(Math.ceil(ms / 4)),
    random,
  };
  return { world, tables, calls, objects };
};
