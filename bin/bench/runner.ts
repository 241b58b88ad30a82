import { spawn, spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';

/** What one run of a peer took; memory and CPU are of its own process. */
export type Sample = {
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly peakMegabytes: number;
};

export type Run = {
  /** The script and its arguments, for Node. */
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
};

/** Either figures, or why there are none. */
export type RunEnd =
  | { readonly kind: 'measured'; readonly sample: Sample; readonly stdout: string }
  | { readonly kind: 'failed'; readonly why: string };

const Used = z.object({
  /** Kilobytes. */
  maxRSS: z.number(),
  /** Microseconds. */
  userCPUTime: z.number(),
  systemCPUTime: z.number(),
});

const ERROR_CHARS_MAX = 2000;
const measureModule = fileURLToPath(new URL('measure.ts', import.meta.url));

/** `taskset -c N` where it works: one core for everyone, and always the same one. */
export const pinning = (): readonly string[] => {
  const pin = ['taskset', '-c', String(availableParallelism() - 1)];
  const [command = '', ...args] = pin;
  return spawnSync(command, [...args, 'true']).status === 0 ? pin : [];
};

const gather = (stream: NodeJS.ReadableStream): (() => string) => {
  let text = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    text += chunk;
  });
  return () => text;
};

/** Runs a script in a process of its own; wall time counts from its start to its end. */
export const runMeasured = async (run: Run, pin: readonly string[]): Promise<RunEnd> => {
  const node = [process.execPath, '--import', measureModule, ...run.args];
  const [command = '', ...args] = [...pin, ...node];
  const started = performance.now();
  const child = spawn(command, args, {
    env: { ...process.env, ...run.env },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const [stdout, stderr, used] = [child.stdio[1], child.stdio[2], child.stdio[3]].map((stream) =>
    stream && 'setEncoding' in stream ? gather(stream) : () => '',
  );
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject).on('close', resolve);
  });
  const wallSeconds = (performance.now() - started) / 1000;
  if (code !== 0)
    return { kind: 'failed', why: (stderr?.() ?? '').trim().slice(-ERROR_CHARS_MAX) || `${code}` };
  const { maxRSS, userCPUTime, systemCPUTime } = Used.parse(JSON.parse(used?.() ?? ''));
  const sample = {
    wallSeconds,
    cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
    peakMegabytes: maxRSS / 1024,
  };
  return { kind: 'measured', sample, stdout: stdout?.() ?? '' };
};
