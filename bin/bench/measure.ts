import { existsSync, readFileSync, writeSync } from 'node:fs';

/** Where the runner listens for what a measured process used. */
export const MEASURE_FD = 3;

const STATUS = '/proc/self/status';

/**
 * Linux hands the peak of the process that started this one down in maxRSS, and the bench itself is
 * large once it has checked an output; VmHWM is of this program alone.
 */
const peakKilobytes = (): number => {
  const status = existsSync(STATUS) ? readFileSync(STATUS, 'utf8') : '';
  const [, peak] = /VmHWM:\s+(\d+)/.exec(status) ?? [];
  return peak === undefined ? process.resourceUsage().maxRSS : Number(peak);
};

/**
 * Loaded into a measured process with `--import`: it tells at its end what it alone used. Peak
 * memory cannot be read from outside after the end, and sampling from outside misses peaks.
 */
process.on('exit', () => {
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  const figures = { maxRSS: peakKilobytes(), userCPUTime, systemCPUTime };
  writeSync(MEASURE_FD, JSON.stringify(figures));
});
