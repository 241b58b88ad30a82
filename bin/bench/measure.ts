import { writeSync } from 'node:fs';

/** Where the runner listens for what a measured process used. */
export const MEASURE_FD = 3;

/**
 * Loaded into a measured process with `--import`: it tells at its end what it alone used. Peak
 * memory cannot be read from outside after the end, and sampling from outside misses peaks.
 */
process.on('exit', () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  writeSync(MEASURE_FD, JSON.stringify({ maxRSS, userCPUTime, systemCPUTime }));
});
