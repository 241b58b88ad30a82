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
  /** The script and its arguments. */
  readonly args: readonly string[];
  /** What runs the script. @default Node */
  readonly python?: string;
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
const measureScript = fileURLToPath(new URL('peers/measured.py', import.meta.url));

/** `taskset -c N` where it works: the same cores for everyone, and always the last ones. */
export const pinning = (cores: number): readonly string[] => {
  const last = availableParallelism() - 1;
  const chosen = Array.from({ length: cores }, (_, at) => last - at).filter((core) => core >= 0);
  const pin = ['taskset', '-c', chosen.join(',')];
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
  const interpreter =
    run.python === undefined
      ? [process.execPath, '--import', measureModule]
      : [run.python, measureScript];
  const [command = '', ...args] = [...pin, ...interpreter, ...run.args];
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
