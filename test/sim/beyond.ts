import { schedules } from './exhaustive.ts';
import { regressions } from './regressions.ts';
import { simulate } from './simulate.ts';

/** Groups of the small scope that are made for what needs several rare faults at once. */
const groups = ['late quarantines', 'zombies'];

/** The first problem of the histories that went wrong once; undefined when there is none. */
export const findRegression = async (): Promise<string | undefined> => {
  for (const { was, simulation } of regressions) {
    const [problem] = (await simulate(simulation)).problems;
    if (problem !== undefined) return `regression (${was}): ${problem}`;
  }
  return undefined;
};

/** The first problem of some schedules of the small scope. */
export const findSchedule = async (): Promise<string | undefined> => {
  for await (const schedule of schedules(groups)) {
    const [problem] = (await simulate(schedule)).problems;
    if (problem !== undefined) return `${schedule.group}, ${schedule.name}: ${problem}`;
  }
  return undefined;
};
