import type { Announcer, Clock, Store } from '../core/ports.ts';
import type { Windowed, WindowStore } from '../core/windows/index.ts';
import type { Telemetry } from './telemetry.ts';

/** What both functions that work on windows need. */
export type WindowDeps = Telemetry & {
  readonly windows: WindowStore;
  readonly windowed: readonly Windowed[];
  readonly store: Pick<Store, 'putOnce'>;
  readonly announcer: Pick<Announcer, 'announceAll'>;
  readonly landingBucket: string;
  readonly now: Clock;
};
