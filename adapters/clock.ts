import { EpochMs } from '../core/ids.ts';
import type { Clock, Random, Sleep } from '../core/ports.ts';

/** The one place that reads the machine's clock. */
export const systemClock: Clock = () => EpochMs.parse(Date.now());

/** Waits for real: for backoff only, never to hope that something is done by then. */
export const systemSleep: Sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Jitter for backoff; nothing that identifies anything may come from here. */
export const systemRandom: Random = () => Math.random();
