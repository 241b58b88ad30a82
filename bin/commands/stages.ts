import * as z from 'zod';
import type { ExecutionEvent } from '../../adapters/executions.ts';

/** One state of the pipeline in one execution; the parts of a Map count together. */
export type Stage = {
  readonly name: string;
  readonly status: 'succeeded' | 'failed' | 'running';
  /** How often it was entered: once, or once per part. */
  readonly times: number;
  /** Tries that failed, also those that a later try made good. */
  readonly failures: number;
  /** From its first entry to its last exit; null while one runs. */
  readonly durationMs: number | null;
  /** Top-level numbers summed over the parts; texts of the last one. */
  readonly output: Readonly<Record<string, number | string>>;
  readonly error: string | null;
};

type Visit = {
  readonly name: string;
  readonly enteredAt: number;
  exitedAt: number | null;
  failures: number;
  isLastFailed: boolean;
  error: string | null;
  output: string | null;
};

/**
 * What each stage did, from an execution's events. Events name their predecessor, which leads
 * from anything that happened back to the entry it belongs to, also when parts run side by side.
 */
export const stagesOf = (events: readonly ExecutionEvent[], hasEnded: boolean): Stage[] => {
  const visits = new Map<number, Visit>();
  const ownerOf = new Map<number, number>();
  for (const event of events) {
    if (event.kind === 'entered') {
      ownerOf.set(event.id, event.id);
      visits.set(event.id, newVisit(event));
      continue;
    }
    const owner = ownerOf.get(event.previousId);
    const visit = event.kind === 'exited' ? entryOf(visits, owner, event) : owner;
    // What follows an exit belongs to no state until the next entry.
    if (owner !== undefined && event.kind !== 'exited') ownerOf.set(event.id, owner);
    const found = visit === undefined ? undefined : visits.get(visit);
    if (found !== undefined) note(found, event);
  }
  const byName = Map.groupBy(visits.values(), (visit) => visit.name);
  return [...byName].map(([name, some]) => stageOf(name, some, hasEnded));
};

const newVisit = ({ state, atMs }: ExecutionEvent): Visit => ({
  name: state ?? '',
  enteredAt: atMs,
  exitedAt: null,
  failures: 0,
  isLastFailed: false,
  error: null,
  output: null,
});

/** A Map's exit follows its last part's: then the entry is the newest open one of that name. */
const entryOf = (
  visits: ReadonlyMap<number, Visit>,
  owner: number | undefined,
  event: ExecutionEvent,
): number | undefined => {
  if (owner !== undefined && visits.get(owner)?.name === event.state) return owner;
  const open = [...visits].filter(([, v]) => v.name === event.state && v.exitedAt === null);
  return open.at(-1)?.[0];
};

const note = (visit: Visit, event: ExecutionEvent): void => {
  if (event.kind === 'failed') {
    visit.failures += 1;
    visit.isLastFailed = true;
    visit.error = event.error ?? visit.error;
  }
  if (event.kind === 'succeeded') visit.isLastFailed = false;
  // What the task said itself; the exit's output may have been reshaped.
  if (event.kind === 'succeeded') visit.output = event.output ?? null;
  if (event.kind === 'exited') {
    visit.exitedAt = event.atMs;
    visit.output ??= event.output ?? null;
  }
};

const stageOf = (name: string, visits: readonly Visit[], hasEnded: boolean): Stage => {
  // An execution that fails or is stopped leaves its states without an exit.
  const isOpen = visits.some((visit) => visit.exitedAt === null);
  const isRunning = isOpen && !hasEnded;
  const isFailed = (isOpen && hasEnded) || visits.some((visit) => visit.isLastFailed);
  const exits = visits.map((visit) => visit.exitedAt ?? visit.enteredAt);
  const [first = 0] = visits.map((visit) => visit.enteredAt).sort((a, b) => a - b);
  return {
    name,
    status: isRunning ? 'running' : isFailed ? 'failed' : 'succeeded',
    times: visits.length,
    failures: visits.reduce((sum, visit) => sum + visit.failures, 0),
    durationMs: isOpen ? null : Math.max(...exits) - first,
    output: sumOf(visits),
    error: visits.findLast((visit) => visit.error !== null)?.error ?? null,
  };
};

const Output = z.record(z.string(), z.unknown());

/** Step Functions wraps a Lambda's reply; ids and bookkeeping of the run are in its pointer. */
const outputOf = (text: string | null): Record<string, unknown> => {
  if (text === null) return {};
  try {
    const output = Output.parse(JSON.parse(text));
    const payload = Output.safeParse(output.Payload);
    return payload.success ? payload.data : output;
  } catch {
    return {};
  }
};

const pointerNames: readonly string[] = ['runId', 'dataset', 'fence', 'part', 'itemsKey'];

const sumOf = (visits: readonly Visit[]): Record<string, number | string> => {
  const total: Record<string, number | string> = {};
  for (const visit of visits) addOutput(total, outputOf(visit.output));
  return total;
};

const addOutput = (
  total: Record<string, number | string>,
  output: Readonly<Record<string, unknown>>,
): void => {
  for (const [name, value] of Object.entries(output)) {
    if (pointerNames.includes(name)) continue;
    const before = total[name];
    if (typeof value === 'number') total[name] = value + (typeof before === 'number' ? before : 0);
    if (typeof value === 'string' || typeof value === 'boolean') total[name] = String(value);
  }
};
