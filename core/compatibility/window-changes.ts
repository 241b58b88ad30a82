import { type Change, isSame } from './change.ts';
import type { DatasetContract } from './contract-document.ts';

/**
 * What became of the windows over a dataset's stream. No sender notices any of it; who reads the
 * results does. The columns of their table are compared as those of every dataset are.
 */
export const windowChanges = (
  { windows: before }: DatasetContract,
  { windows: after }: DatasetContract,
): readonly Change[] => {
  const old = new Map(before.map((rule) => [String(rule.name), rule]));
  const now = new Map(after.map((rule) => [String(rule.name), rule]));
  const change = (name: string, kind: string, verdict: Change['verdict'], reason: string) => ({
    ...{ kind, at: `windows.${name}`, verdict, reason: `windows.${name}: ${reason}` },
  });
  return [
    ...[...old.keys()]
      .filter((name) => !now.has(name))
      .map((name) => change(name, 'window removed', 'backward', 'has no more results')),
    ...[...now].flatMap(([name, rule]) => {
      const was = old.get(name);
      if (was === undefined)
        return [change(name, 'window added', 'full', 'has results from the next event on')];
      if (isSame(was, rule)) return [];
      const isSeries = ['time', 'by', 'window', 'measures'].some(
        (part) => !isSame(was[part], rule[part]),
      );
      return isSeries
        ? [
            change(
              name,
              'window changed',
              'backward',
              'asks something else: another series of results begins with the next event',
            ),
          ]
        : [
            change(
              name,
              'window option changed',
              'full',
              'is told of otherwise, and means the same',
            ),
          ];
    }),
  ];
};
