import { expect, test } from 'vitest';
import { offsetOfInstant, offsetOfLocal, zoneOf, zoneProblem } from '../../core/zones.ts';

test.each([
  'Europe/Warsaw',
  'America/New_York',
  'Africa/Casablanca',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Africa/Monrovia',
])('the table of %s says what the clock shows', (name) => {
  const zone = zoneOf(name);
  const clock = new Intl.DateTimeFormat('sv-SE', {
    ...{ timeZone: name, dateStyle: 'short', timeStyle: 'medium' },
  });
  for (let at = 0; at < 4_000_000_000; at += 1_234_567) {
    const local = Date.parse(`${clock.format(at * 1000).replace(' ', 'T')}Z`) / 1000;
    expect(offsetOfInstant(zone, at)).toBe(local - at);
    const offset = offsetOfLocal(zone, local);
    expect(offset === 'twice' || offset === local - at || local < 0).toBe(true);
  }
});

test('a whole day that a zone skipped is a gap', () => {
  const apia = zoneOf('Pacific/Apia');
  const day = Date.UTC(2011, 11, 30) / 1000;
  expect([day - 1, day, day + 86_399, day + 86_400].map((at) => offsetOfLocal(apia, at))).toEqual([
    ...[-36_000, 'gap', 'gap', 50_400],
  ]);
});

test.each([
  ['America/Noronha', 1999, 2003],
  ['Asia/Gaza', 2038, 2090],
])('the table of %s has changes that lie a week apart, years %i to %i', (name, from, to) => {
  const zone = zoneOf(name);
  const clock = new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    hour: '2-digit',
    hour12: false,
  });
  for (let at = Date.UTC(from, 0, 1, 12) / 1000; at < Date.UTC(to, 0) / 1000; at += 86_400) {
    expect((12 + offsetOfInstant(zone, at) / 3600) % 24).toBe(Number(clock.format(at * 1000)));
  }
});

test('a zone that changes its clock twice in a week has both changes', () => {
  const { changes } = zoneOf('Asia/Gaza');
  const within = changes.filter(({ at }, index) => at - (changes[index - 1]?.at ?? 0) < 7 * 86_400);
  expect(within.length).toBeGreaterThan(1);
});

test.each([
  ['UTC', undefined],
  ['Europe/Warsaw', undefined],
  ['Europe/Atlantis', 'is not known'],
  ['CET', 'allowed are UTC and IANA names'],
])('%s as a zone: %s', (name, problem) => {
  if (problem === undefined) expect(zoneProblem(name)).toBeUndefined();
  else expect(zoneProblem(name)).toContain(problem);
});
