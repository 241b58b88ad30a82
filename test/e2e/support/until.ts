import { setTimeout as wait } from 'node:timers/promises';

const POLL_MS = 100;

/** Longer than anything takes on a busy machine: a test that waits this long has failed. */
const patienceMs = 90_000;

/** Asks again and again until there is an answer; `what` says what never came. */
export const until = async <T>(
  what: string,
  probe: () => Promise<T | undefined>,
  { pollMs = POLL_MS, timeoutMs = patienceMs } = {},
): Promise<T> => {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const found = await probe();
    if (found !== undefined) return found;
    if (performance.now() > deadline)
      throw new Error(`waited ${timeoutMs / 1000} s in vain for ${what}`);
    await wait(pollMs);
  }
};
