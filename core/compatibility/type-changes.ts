import type { Change } from './change.ts';
import type { FieldContract } from './contract-document.ts';

const DECIMAL = /^decimal\((\d+), ?(\d+)\)$/;

const READERS = 'readers may meet values that their type does not hold';
const SENDERS = 'rows that were published are now rejected';
const TABLE = 'the table cannot change its column so';

/** Which of two types holds all values of the other. */
const relation = (before: string, after: string): 'wider' | 'narrower' | 'other' => {
  if (isWider(before, after)) return 'wider';
  return isWider(after, before) ? 'narrower' : 'other';
};

const isWider = (from: string, to: string): boolean => {
  if ((from === 'int' && to === 'long') || (from === 'float' && to === 'double')) return true;
  const [a, b] = [DECIMAL.exec(from), DECIMAL.exec(to)].map((found) => found?.slice(1).map(Number));
  const [precision = 0, scale = 0] = a ?? [];
  const [wide = 0, wideScale = 0] = b ?? [];
  return (
    a !== undefined &&
    b !== undefined &&
    wideScale >= scale &&
    wide - wideScale >= precision - scale
  );
};

/** A field's kind, options and column type: what a text is, and what a reader gets. */
export const typeChanges = (before: FieldContract, after: FieldContract): readonly Change[] => {
  const at = after.name;
  const values = valueLists(before, after);
  if (values !== undefined) return enumChanges(at, ...values);
  if (before.type !== after.type) {
    const what = `${at}: type changed from ${before.type} to ${after.type}`;
    const found = relation(before.type, after.type);
    if (found === 'wider') {
      return [
        {
          kind: 'type widened',
          at,
          verdict: 'backward',
          reason: `${what}, which is wider: ${READERS}`,
        },
      ];
    }
    const reason = found === 'narrower' ? `which is narrower: ${SENDERS}, and ${TABLE}` : TABLE;
    const kind = found === 'narrower' ? 'type narrowed' : 'type changed';
    return [{ kind, at, verdict: 'none', reason: `${what}, ${reason}` }];
  }
  if (before.kind === after.kind) return optionChanges(before, after);
  const what = `${at}: kind changed from ${before.kind} to ${after.kind}`;
  if (after.kind === 'text') {
    const reason = `${what}: readers may meet texts that were rejected before`;
    return [{ kind: 'kind loosened', at, verdict: 'backward', reason }];
  }
  if (before.kind === 'text') {
    return [{ kind: 'kind tightened', at, verdict: 'forward', reason: `${what}: ${SENDERS}` }];
  }
  const reason = `${what}: what one takes the other may refuse`;
  return [{ kind: 'kind changed', at, verdict: 'none', reason }];
};

const texts = (value: unknown): readonly string[] | undefined =>
  Array.isArray(value) && value.every((each) => typeof each === 'string') ? value : undefined;

const valueLists = (before: FieldContract, after: FieldContract) => {
  const [old, now] = [texts(before.options.values), texts(after.options.values)];
  if (before.kind !== after.kind || old === undefined || now === undefined) return undefined;
  return [old, now] as const;
};

const enumChanges = (at: string, old: readonly string[], now: readonly string[]): Change[] => {
  const added = now.filter((value) => !old.includes(value));
  const removed = old.filter((value) => !now.includes(value));
  return [
    ...added.map(
      (value): Change => ({
        kind: 'value added',
        at,
        verdict: 'backward',
        reason: `${at}: value '${value}' is new: readers that list the values do not know it`,
      }),
    ),
    ...removed.map(
      (value): Change => ({
        kind: 'value removed',
        at,
        verdict: 'forward',
        reason: `${at}: value '${value}' is gone: rows with it are now rejected`,
      }),
    ),
  ];
};

/** Options of a kind that change neither its type nor a list of values: nobody can compare them. */
const optionChanges = (before: FieldContract, after: FieldContract): Change[] => {
  const [old, now] = [JSON.stringify(before.options), JSON.stringify(after.options)];
  if (old === now) return [];
  const at = after.name;
  const reason = `${at}: options of ${after.kind} changed from ${old} to ${now}: ${SENDERS}, or others are published`;
  return [{ kind: 'options changed', at, verdict: 'none', reason }];
};
