import type { Windowed } from '../../core/windows/index.ts';
import { closeWindows } from '../close-windows.ts';
import { errorFields, leaving } from '../log.ts';
import type { WindowDeps } from '../window-deps.ts';

/** Passes over the due windows of one dataset in one call; the next call does what is left. */
const passesMax = 50;

/**
 * Closes the windows that are due, of streams that pause, too: those that go on close theirs with
 * each batch. A dataset that cannot be dealt with keeps no other from its results.
 */
export const closeAll = (deps: WindowDeps) => async () => {
  let results = 0;
  const failed: unknown[] = [];
  for (const windowed of deps.windowed) {
    try {
      for (let pass = 0; pass < passesMax; pass += 1) {
        const closed = await closeWindows(deps, windowed, { endless: true });
        results += closed.results;
        if (closed.kind !== 'closed') break;
      }
      await countOpen(deps, windowed);
    } catch (error) {
      const { name } = windowed.dataset;
      deps.log.error('windows are left open', { dataset: name, ...errorFields(error) });
      failed.push(error);
    }
  }
  if (failed.length > 0) throw leaving(failed[0]);
  return { datasets: deps.windowed.length, results };
};

const countOpen = async ({ windows, count }: WindowDeps, { dataset, rules }: Windowed) => {
  let open = 0;
  for (const { series } of rules) open += await windows.openMarks(series.id);
  count('WindowsOpen', open, dataset.name);
};
