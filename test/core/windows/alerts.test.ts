import { describe, expect, test } from 'vitest';
import { encodeAlert, threshold, tooMany, tooMuch } from '../../../core/windows/index.ts';
import { eventAt, smallRule, stepOf } from './rules.ts';

const sec = (seconds: number): bigint => BigInt(seconds * 1_000_000);

describe('an alert', () => {
  const alerting = smallRule(undefined, {
    alerts: [
      threshold('big', { of: 'amount', above: '10.00', below: '0.00' }),
      tooMany('burst', { span: '10s', events: 2 }),
      tooMuch('spree', { span: '10s', of: 'amount', above: '20.00' }),
    ],
  });
  const raised = (given: readonly (readonly [at: number, amount: bigint | null])[]) =>
    stepOf(
      alerting,
      given.map(([at, amount], index) => eventAt(alerting, index + 1, sec(at), { amount })),
    ).alerts.map(({ alert, event, found }) => [alert, event, found]);

  test.each<[string, [number, bigint | null][], unknown[]]>([
    ['nothing unusual', [[0, 1n]], []],
    [
      'a value at its limits',
      [
        [0, 1_000n],
        [20, 0n],
      ],
      [],
    ],
    ['a value above', [[0, 1_001n]], [['big', 's/1', 1_001n]]],
    ['a value below', [[0, -1n]], [['big', 's/1', -1n]]],
    ['no value', [[0, null]], []],
    [
      'as many as allowed',
      [
        [0, 1n],
        [9, 1n],
      ],
      [],
    ],
    [
      'one too many',
      [
        [0, 1n],
        [5, 1n],
        [9, null],
      ],
      [['burst', 's/3', 3n]],
    ],
    [
      'one too many, across the pieces',
      [
        [1, 1n],
        [5, 1n],
        [10, 1n],
      ],
      [['burst', 's/3', 3n]],
    ],
    [
      'one that is a span away',
      [
        [0, 1n],
        [5, 1n],
        [10, 1n],
      ],
      [],
    ],
    [
      'a late one that makes it too many',
      [
        [12, 1n],
        [4, 1n],
        [3, 1n],
      ],
      [['burst', 's/1', 3n]],
    ],
    ['many too many, told once', [1, 2, 3, 4, 5, 6].map((at) => [at, 1n]), [['burst', 's/3', 3n]]],
    [
      'a sum above',
      [
        [0, 1_000n],
        [0, 1_000n],
      ],
      [],
    ],
    [
      'a sum just above',
      [
        [0, 1_000n],
        [0, 1_000n],
        [1, 1n],
      ],
      [
        ['burst', 's/3', 3n],
        ['spree', 's/3', 2_001n],
      ],
    ],
  ])('is raised by %s', (_, given, expected) => {
    expect(raised(given)).toEqual(expected);
  });

  test('is raised by more events than are added up', () => {
    const flood = Array.from({ length: 1_001 }, (): [number, bigint] => [1, 0n]);
    expect(raised(flood)).toContainEqual(['spree', expect.any(String), null]);
    expect(raised(flood.slice(1)).map(([name]) => name)).not.toContain('spree');
  });

  test('has the same id when its event comes again after a crash, and only then', () => {
    const given = [1, 2, 3, 30, 31, 32].map((at, index) =>
      eventAt(alerting, index + 1, sec(at), { amount: 2_000n }),
    );
    const first = stepOf(alerting, given);
    const again = stepOf(alerting, given, { panes: first.put });
    expect(again.alerts).toEqual(first.alerts);
    expect(new Set(first.alerts.map(({ id }) => id)).size).toBe(first.alerts.length);
    expect(first.alerts).toHaveLength(10);
    expect(JSON.stringify(first.alerts.map(encodeAlert))).toContain('"whole":"2000"');
  });
});
