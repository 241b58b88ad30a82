import type { Change } from './change.ts';
import type { DatasetContract } from './contract-document.ts';

/** From what takes everything to what takes nothing that was not declared. */
const strictness: readonly unknown[] = [
  'evolve',
  'quarantine_value',
  'quarantine_row',
  'hold',
  'freeze',
];

/** What a change of the modes means: to senders whose files differ, and to readers of the rest. */
export const evolutionChanges = (before: DatasetContract, after: DatasetContract): Change[] =>
  Object.entries(after.evolution).flatMap(([name, to]): Change[] => {
    const from = before.evolution[name];
    if (from === undefined || from === to) return [];
    const at = `evolution.${name}`;
    const what = `${at}: changed from ${String(from)} to ${String(to)}`;
    if (strictness.indexOf(to) < strictness.indexOf(from)) {
      const reason = `${what}: what was taken still is`;
      return [{ kind: 'evolution loosened', at, verdict: 'full', reason }];
    }
    // Where the table followed the files, readers too may count on what comes no more.
    const verdict = from === 'evolve' && name !== 'missingColumns' ? 'none' : 'forward';
    const reason = `${what}: files that differ were taken, and now less of them is`;
    return [{ kind: 'evolution tightened', at, verdict, reason }];
  });
