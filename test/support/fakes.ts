import type { RunPointer } from '../../core/documents.ts';
import { executionName } from '../../core/execution-name.ts';
import { EpochMs } from '../../core/ids.ts';
import type { Announcer, Clock, Pipeline } from '../../core/ports.ts';
import type { LogFields, Telemetry } from '../../functions/telemetry.ts';

/** Telemetry that remembers what was said, for assertions on logs and metrics. */
export const fakeTelemetry = () => {
  const lines: { level: string; message: string; fields: LogFields }[] = [];
  const counts: { metric: string; value: number; dataset: string | undefined }[] = [];
  const say = (level: string) => (message: string, fields: LogFields) =>
    void lines.push({ level, message, fields });
  const telemetry: Telemetry = {
    log: { info: say('info'), warn: say('warn'), error: say('error') },
    count: (metric, value, dataset) => void counts.push({ metric, value, dataset }),
  };
  const counted = (metric: string): number =>
    counts.filter((one) => one.metric === metric).reduce((sum, { value }) => sum + value, 0);
  return { ...telemetry, lines, counts, counted };
};

/** A clock that stands still until a test moves it. */
export const fakeClock = (start = 1_795_237_200_000) => {
  let at = start;
  const now: Clock = () => EpochMs.parse(at);
  const advance = (ms: number): void => {
    at += ms;
  };
  return { now, advance };
};

/** A pipeline that only remembers; starting the same pointer again is a no-op, as on AWS. */
export const memoryPipeline = () => {
  const started = new Map<string, RunPointer>();
  const pipeline: Pipeline = {
    start: async (pointer) => {
      const { runId, fence, from } = pointer;
      started.set(from === undefined ? `${runId}-a${fence}` : executionName(pointer), pointer);
    },
  };
  return { ...pipeline, started };
};

/** An announcer that keeps what it was told. */
export const memoryAnnouncer = () => {
  const events: Parameters<Announcer['announce']>[0][] = [];
  const announcer: Announcer = {
    announce: async (event) => void events.push(event),
    announceAll: async (all) => void events.push(...all),
  };
  return { ...announcer, events };
};
