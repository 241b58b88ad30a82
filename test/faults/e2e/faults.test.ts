import { expect, test } from 'vitest';
import { problemsOf, search, summaryOf } from '../search.ts';

/** A handful each time, and hundreds before a release. */
const isRelease = process.env.HEADGATE_RELEASE === '1';
const runs = isRelease ? 200 : 3;
/** Of these, records are sent to the stream and the API. */
const doors = isRelease ? 50 : 1;
/** Different faults at different operations that at least have struck. */
const strikesMin = 10;
const minutesMax = 5 + (runs + doors) / 2;

test('nothing is lost, doubled or stuck when replies get lost and workers die', {
  timeout: minutesMax * 60_000,
}, async () => {
  const found = await search({ from: 111, runs, doors, mode: 'all' });
  const problems = [
    ...problemsOf(found.atLast).map((problem) => `at last: ${problem}`),
    ...found.results.flatMap(({ seed, verdict }) =>
      problemsOf(verdict).map((problem) => `seed ${seed}: ${problem}`),
    ),
  ];
  expect(problems, `${summaryOf(found)}; npm run faults -- --runs 1 --from <seed>`).toEqual([]);
  expect(found.results).toHaveLength(runs + doors);
  const kills = found.results.reduce((all, { timedKills }) => all + timedKills, 0);
  expect(kills).toBeGreaterThan(0);
  expect(found.strikes.size).toBeGreaterThan(strikesMin);
});
