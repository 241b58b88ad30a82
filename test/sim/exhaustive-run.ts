import type { Output } from '../../bin/console/output.ts';
import { type Schedule, schedules } from './exhaustive.ts';
import { simulate } from './simulate.ts';

/** How many schedules there were, and those that broke a promise. */
export type Exhausted = {
  readonly counts: ReadonlyMap<string, number>;
  readonly violations: readonly {
    readonly schedule: Schedule;
    readonly problems: readonly string[];
  }[];
};

/** Runs every schedule of some groups. @default all groups */
export const exhaust = async (
  groups: readonly Schedule['group'][] | undefined,
  progress: (count: number) => void = () => undefined,
): Promise<Exhausted> => {
  const counts = new Map<string, number>();
  const violations: Exhausted['violations'][number][] = [];
  let count = 0;
  for await (const schedule of schedules(groups)) {
    const { problems } = await simulate(schedule);
    counts.set(schedule.group, (counts.get(schedule.group) ?? 0) + 1);
    if (problems.length > 0) violations.push({ schedule, problems });
    count += 1;
    if (count % 1_000 === 0) progress(count);
  }
  return { counts, violations };
};

const SHOWN = 10;

export const runExhaustive = async (out: Output): Promise<boolean> => {
  const { counts, violations } = await exhaust(undefined, (count) =>
    out.note(`  ${count} schedules`),
  );
  for (const [group, count] of counts) out.line(`${String(count).padStart(6)}  ${group}`);
  for (const { schedule, problems } of violations.slice(0, SHOWN))
    out.line(`${out.styles.bad('✖')} ${schedule.group}, ${schedule.name}: ${problems[0]}`);
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  out.line(`${all} schedules, ${violations.length} violations`);
  return violations.length === 0;
};
