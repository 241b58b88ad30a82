import { readdir, readFile } from 'node:fs/promises';
import { physicalId, type Stack } from './clients.ts';
import { until } from './until.ts';

/** The processes of the local AWS that run one function now; each is a Lambda worker. */
export type Workers = () => Promise<readonly number[]>;

/** Finds the workers of a stage; asked again, it only looks at processes that are new. */
export const workersOf = async (stack: Stack, stage: string): Promise<Workers> => {
  const name = await physicalId(stack, 'AWS::Lambda::Function', `Stages${stage}Function`);
  const { port } = new URL(process.env.AWS_ENDPOINT_URL ?? '');
  return workersNamed(`${name}-`, port);
};

/** Finds the workers of all functions whose names begin so, in the local AWS at this port. */
export const workersNamed = (start: string, port: string): Workers => {
  const others = new Set<number>();
  const isWorker = async (pid: number): Promise<boolean> => {
    const command = await textOf(pid, 'cmdline');
    if (!command.includes(`ministack-lambda-${start}`)) {
      // A worker that is just starting still looks like MiniStack itself.
      if (!command.includes('ministack')) others.add(pid);
      return false;
    }
    // Not the worker of another local AWS on this machine.
    return (await textOf(pid, 'environ')).split('\0').includes(`GATEWAY_PORT=${port}`);
  };
  return async () => {
    const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry)).map(Number);
    const known = pids.filter((pid) => !others.has(pid));
    const ours = await Promise.all(known.map(isWorker));
    return known.filter((_, at) => ours[at]);
  };
};

/** Empty when the process has ended meanwhile. */
const textOf = (pid: number, file: 'cmdline' | 'environ'): Promise<string> =>
  readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');

/**
 * Ends workers as Lambda ends one that runs out of memory, at the very moment that something is
 * true: until then they run a few milliseconds at a time, and stand still while it is asked for.
 */
export const killWhen = async (
  workers: Workers,
  what: string,
  isTime: () => Promise<boolean>,
): Promise<void> => {
  let known: readonly number[] = [];
  try {
    await until(
      what,
      async () => {
        signal(known, 'SIGSTOP');
        known = await workers();
        signal(known, 'SIGSTOP');
        if (await isTime()) return true;
        signal(known, 'SIGCONT');
        return undefined;
      },
      { pollMs: 2 },
    );
  } finally {
    signal(known, 'SIGKILL');
  }
};

const signal = (pids: readonly number[], name: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void => {
  for (const pid of pids)
    try {
      process.kill(pid, name);
    } catch {
      // It has ended by itself.
    }
};
