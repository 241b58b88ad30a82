import { wordsOf } from '../derive/says.ts';
import { type Change, isSame, missingFrom } from './change.ts';
import type { FieldContract, RuleContract } from './contract-document.ts';

const rejects = ({ severity }: RuleContract): boolean => severity === 'reject';
const isBounds = ({ kind }: RuleContract): boolean => kind === 'range' || kind === 'length';

const STRICTER = 'rows that were published are now rejected';
const LOOSER = 'readers may meet values that were rejected before';

/** What changed among the rules of one field. */
export const ruleChanges = (before: FieldContract, after: FieldContract): readonly Change[] => {
  const told = ({ rules }: FieldContract) =>
    rules.filter((rule) => rejects(rule) && !boundsNothing(rule));
  const [old, now] = [told(before), told(after)];
  const oldBounds = old.filter(isBounds);
  const nowBounds = now.filter(isBounds);
  // One rule of a kind is compared bound by bound; of several, each is a rule of its own.
  const pairs = oldBounds.flatMap((rule) => {
    const partner = nowBounds.filter(({ kind }) => kind === rule.kind);
    const alone = oldBounds.filter(({ kind }) => kind === rule.kind).length === 1;
    return alone && partner.length === 1 ? [[rule, partner[0]] as const] : [];
  });
  const paired = new Set(pairs.flat());
  const rest = (rules: readonly RuleContract[]) => rules.filter((rule) => !paired.has(rule));
  return [
    ...pairs.flatMap(([rule, partner]) =>
      partner === undefined ? [] : boundChanges(after, rule, partner),
    ),
    ...addedAndRemoved(after.name, rest(old), rest(now)),
    ...warningChanges(after.name, before.rules, after.rules),
  ];
};

/** Rules of a kind in both are one that was changed, which nobody can compare. */
const addedAndRemoved = (
  at: string,
  old: readonly RuleContract[],
  now: readonly RuleContract[],
): Change[] => {
  const removed = missingFrom(old, now);
  const added = missingFrom(now, old);
  const changed = new Set(
    added.filter(({ kind }) => removed.some((rule) => rule.kind === kind)).map(({ kind }) => kind),
  );
  return [
    ...[...changed].map(
      (kind): Change => ({
        kind: 'rule changed',
        at,
        verdict: 'none',
        reason: `${at}: rule ${kind} changed: ${STRICTER}, or ${LOOSER}`,
      }),
    ),
    ...added
      .filter(({ kind }) => !changed.has(kind))
      .map(
        (rule): Change => ({
          kind: 'rule added',
          at,
          verdict: 'forward',
          reason: `${at}: ${wordsOf(rule)} is new: ${STRICTER}`,
        }),
      ),
    ...removed
      .filter(({ kind }) => !changed.has(kind))
      .map(
        (rule): Change => ({
          kind: 'rule removed',
          at,
          verdict: 'backward',
          reason: `${at}: ${wordsOf(rule)} is gone: ${LOOSER}`,
        }),
      ),
  ];
};

/** Warnings reject nothing, so that they may come and go. */
const warningChanges = (
  at: string,
  old: readonly RuleContract[],
  now: readonly RuleContract[],
): Change[] => {
  const warnings = (rules: readonly RuleContract[]) => rules.filter((rule) => !rejects(rule));
  if (isSame(warnings(old), warnings(now))) return [];
  const reason = `${at}: its warnings changed; no row is rejected or published for it`;
  return [{ kind: 'warning changed', at, verdict: 'full', reason }];
};

/** A text's minimum of 0 bounds nothing: what it says of empty texts is told apart. */
const boundOf = (rule: RuleContract, bound: 'min' | 'max'): unknown =>
  rule.kind === 'length' && bound === 'min' && rule.min === 0 ? undefined : rule[bound];

const boundsNothing = (rule: RuleContract): boolean =>
  isBounds(rule) && boundOf(rule, 'min') === undefined && boundOf(rule, 'max') === undefined;

const boundChanges = (field: FieldContract, old: RuleContract, now: RuleContract): Change[] =>
  (['min', 'max'] as const).flatMap((bound): Change[] => {
    const [from, to] = [boundOf(old, bound), boundOf(now, bound)];
    if (isSame(from, to)) return [];
    const moved = direction(from, to);
    const stricter =
      to !== undefined && (from === undefined || (bound === 'min' ? moved > 0 : moved < 0));
    const what = `${bound} of ${old.kind} ${moveWords(from, to, moved)}`;
    return [
      {
        kind: stricter ? 'bound stricter' : 'bound looser',
        at: field.name,
        verdict: stricter ? 'forward' : 'backward',
        reason: `${field.name}: ${what}: ${stricter ? STRICTER : LOOSER}`,
      },
    ];
  });

const moveWords = (from: unknown, to: unknown, moved: number): string => {
  if (from === undefined) return `set to ${String(to)}`;
  if (to === undefined) return `${String(from)} dropped`;
  return `${moved > 0 ? 'raised' : 'lowered'} from ${String(from)} to ${String(to)}`;
};

const NUMBER = /^([+-]?)(\d+)(?:[.,](\d+))?$/;
const DECIMALS = 40;

/** A number of any length, unscaled, so that two of them compare exactly. */
const unscaled = (text: string): bigint | undefined => {
  const [, sign, whole, decimals = ''] = NUMBER.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const value = BigInt(whole + decimals.padEnd(DECIMALS, '0'));
  return sign === '-' ? -value : value;
};

/** Above 0 when the bound went up; days, times and instants have the order of their texts. */
const direction = (from: unknown, to: unknown): number => {
  const [a, b] = [from, to].map((bound) => String(bound).replace(/Z$/, ''));
  const [x, y] = [unscaled(a ?? ''), unscaled(b ?? '')];
  if (x !== undefined && y !== undefined) return Number(y > x) - Number(y < x);
  return Number((b ?? '') > (a ?? '')) - Number((b ?? '') < (a ?? ''));
};

/** Rules over several columns or rows: new ones are stricter, gone ones looser. */
export const datasetRuleChanges = (
  old: readonly RuleContract[],
  now: readonly RuleContract[],
): readonly Change[] => [
  ...addedAndRemoved('rules', old.filter(rejects), now.filter(rejects)),
  ...warningChanges('rules', old, now),
];
