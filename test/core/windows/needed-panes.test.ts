import { expect, test } from 'vitest';
import { neededPanes, session, sliding } from '../../../core/windows/index.ts';
import { eventAt, smallRule } from './rules.ts';

const sec = (seconds: number): bigint => BigInt(seconds * 1_000_000);
const eventsAt = (rule: ReturnType<typeof smallRule>, seconds: readonly number[], who = 'ana') =>
  seconds.map((at, index) => eventAt(rule, index + 1, sec(at), { who }));
const spansOf = (...given: Parameters<typeof neededPanes>) =>
  neededPanes(...given).map(({ group, span: { start, end } }) => [group[0], start, end]);

test('a pane is asked for once, however many events of the batch lie in it', () => {
  const rule = smallRule(sliding({ size: '15s', every: '5s' }));
  const given = [...eventsAt(rule, [1, 7, 4, 6]), ...eventsAt(rule, [2], 'bob')];
  expect(spansOf(rule, given)).toEqual([
    ['ana', sec(0), sec(5)],
    ['ana', sec(5), sec(10)],
    ['bob', sec(0), sec(5)],
  ]);
});

test('sessions that overlap are asked for as one stretch, whatever the order of their events', () => {
  const rule = smallRule(session({ gap: '10s' }));
  expect(spansOf(rule, eventsAt(rule, [40, 8, 0, 16, 45]))).toEqual([
    ['ana', sec(0), sec(26)],
    ['ana', sec(40), sec(55)],
  ]);
});

test('sessions that only touch are two', () => {
  const rule = smallRule(session({ gap: '10s' }));
  expect(spansOf(rule, eventsAt(rule, [0, 10]))).toEqual([
    ['ana', sec(0), sec(10)],
    ['ana', sec(10), sec(20)],
  ]);
});
