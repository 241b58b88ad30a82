import { wordsOf } from '../derive/says.ts';
import { type Change, isSame, missingFrom, type Verdict } from './change.ts';
import type { DatasetContract, Plain } from './contract-document.ts';
import { evolutionChanges } from './evolution-changes.ts';
import { windowChanges } from './window-changes.ts';

type Pair = readonly [before: DatasetContract, after: DatasetContract];

const change = (kind: string, at: string, verdict: Verdict, reason: string): Change => ({
  kind,
  at,
  verdict,
  reason: `${at}: ${reason}`,
});

/** What changed of a dataset beside its fields and rules. */
export const datasetChanges = (
  before: DatasetContract,
  after: DatasetContract,
): readonly Change[] => {
  const pair: Pair = [before, after];
  return [
    ...keyChanges(pair),
    ...tableChanges(pair),
    ...stepChanges(pair),
    ...checkChanges(pair),
    ...fileChanges(pair),
    ...holdChanges(pair),
    ...evolutionChanges(before, after),
    ...windowChanges(before, after),
  ];
};

const keyChanges = ([{ key: old, deduplicate: by }, { key, deduplicate }]: Pair): Change[] => {
  const kept = isSame(by, deduplicate)
    ? []
    : [
        change(
          'deduplication changed',
          'deduplicate',
          'backward',
          'another of several same rows is published than before',
        ),
      ];
  if (isSame(old, key)) return kept;
  const what = `changed from [${old.join(', ')}] to [${key.join(', ')}]`;
  if (old.length === 0) {
    return [
      ...kept,
      change('key added', 'key', 'forward', `${what}: rows of one key are now dropped`),
    ];
  }
  if (key.length === 0) {
    return [...kept, change('key removed', 'key', 'backward', `${what}: a key may now come twice`)];
  }
  const why = 'rows are the same by other columns than readers and joins rely on';
  return [...kept, change('key changed', 'key', 'none', `${what}: ${why}`)];
};

const tableChanges = ([before, after]: Pair): Change[] => {
  const says = (parts: readonly Readonly<Record<string, Plain>>[]): string =>
    parts.map(({ column, transform }) => `${String(transform)}(${String(column)})`).join(', ');
  return [
    ...(isSame(before.partition, after.partition)
      ? []
      : [
          change(
            'partition changed',
            'partition',
            'none',
            `changed from [${says(before.partition)}] to [${says(after.partition)}]: the table ` +
              'is divided as before, so that loads are refused; publish under a new name',
          ),
        ]),
    ...(isSame(before.write, after.write)
      ? []
      : [
          change(
            'write mode changed',
            'write',
            'none',
            `changed from ${String(before.write.kind)} to ${String(after.write.kind)}: the same ` +
              'files make another table',
          ),
        ]),
  ];
};

/** Columns that steps add, and the steps themselves. */
const stepChanges = ([before, after]: Pair): Change[] => {
  const old = new Map(before.derived.map((column) => [column.name, column]));
  const now = new Map(after.derived.map((column) => [column.name, column]));
  const fields = new Set(after.fields.map(({ name }) => name));
  const columns = [
    ...before.derived
      .filter(({ name }) => !now.has(name) && !fields.has(name))
      .map(({ name }) =>
        change('derived column removed', name, 'backward', 'is gone: readers look for it in vain'),
      ),
    ...after.derived
      .filter(({ name }) => !old.has(name))
      .map(({ name }) =>
        change('derived column added', name, 'full', 'is new; readers may pass it'),
      ),
    ...after.derived.flatMap(({ name, type, nullable }) => {
      const was = old.get(name);
      if (was === undefined || (was.type === type && was.nullable === nullable)) return [];
      const what = was.type === type ? 'may now be null' : `is now ${type}, was ${was.type}`;
      if (was.type === type && !nullable) return [];
      return [change('derived column changed', name, 'backward', `${what}: readers rely on it`)];
    }),
  ];
  const gone = missingFrom(before.steps, after.steps);
  const come = missingFrom(after.steps, before.steps);
  const changed = come.filter((step) =>
    gone.some((was) => was.kind === step.kind && was.column === step.column),
  );
  // A step that only adds columns is told by its columns; one that changed makes other values.
  const others = come.filter((step) => step.column === undefined && step.kind !== 'join');
  return [
    ...columns,
    ...[...new Set([...changed.filter(({ kind }) => kind !== 'join'), ...others])].map((step) =>
      change(
        'step changed',
        'transforms',
        'backward',
        `${wordsOf(step)}: new rows differ from old`,
      ),
    ),
  ];
};

const checkChanges = ([{ quality: old }, { quality: now }]: Pair): Change[] => {
  const added = missingFrom(now, old);
  const removed = missingFrom(old, now);
  const holds = ({ severity }: { severity: string }): boolean => severity === 'hold';
  return [
    ...added.map((check) =>
      holds(check)
        ? change('check added', 'quality', 'forward', `${wordsOf(check)} may now hold a run`)
        : change('check added', 'quality', 'full', `${wordsOf(check)} is said with a run`),
    ),
    ...removed.map((check) =>
      holds(check)
        ? change('check removed', 'quality', 'backward', `${wordsOf(check)} holds no run any more`)
        : change('check removed', 'quality', 'full', `${wordsOf(check)} is said no more`),
    ),
  ];
};

/** Options that a more lenient value only widens: from → to. */
const WIDENING: Readonly<Record<string, boolean>> = { strictQuotes: false, allowEmpty: true };

const fileChanges = ([{ files: old }, { files: now }]: Pair): Change[] =>
  Object.keys(now).flatMap((name) => {
    const [from, to] = [old[name], now[name]];
    if (from === undefined || isSame(from, to)) return [];
    const at = `files.${name}`;
    if (name === 'formats' && Array.isArray(from) && Array.isArray(to)) {
      return [
        ...missingFrom(from, to).map((each) =>
          change('format removed', at, 'forward', `${String(each)} files are now refused`),
        ),
        ...missingFrom(to, from).map((each) =>
          change('format added', at, 'full', `${String(each)} files are taken too`),
        ),
      ];
    }
    const what = `changed from ${JSON.stringify(from)} to ${JSON.stringify(to)}`;
    return to === WIDENING[name]
      ? [change('file option looser', at, 'full', `${what}: what was taken still is`)]
      : [
          change(
            'file option changed',
            at,
            'forward',
            `${what}: files as they were sent are read otherwise, or refused`,
          ),
        ];
  });

const holdChanges = ([{ rejects: old }, { rejects: now }]: Pair): Change[] => {
  const [from, to] = [Number(old.holdAbove), Number(now.holdAbove)];
  if (from === to) return [];
  const what = `changed from ${from} to ${to}`;
  return to < from
    ? [change('hold lowered', 'rejects', 'forward', `${what}: runs that were published are held`)]
    : [change('hold raised', 'rejects', 'full', `${what}: runs with more rejects are published`)];
};
