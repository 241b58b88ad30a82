import { readdir, readFile, readlink } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { type Workers, workersNamed } from '../e2e/support/workers.ts';
import type { Random } from '../sim/random.ts';

/** The processes that run Headgate's functions, and ways to end one as a lack of memory does. */
export type Callers = {
  /** Ends the one that has this port of a connection to this machine. */
  killAt(port: number): Promise<boolean>;
  /** Ends one of those that work at this moment; false when none does. */
  killBusy(random: Random): Promise<boolean>;
};

/** Who used the processor within this time is at work. */
const LOOK_MS = 30;

/** Of the functions whose names begin so, in the local AWS at this address. */
export const callersOf = (functions: string, endpoint: string): Callers => {
  const workers: Workers = workersNamed(functions, new URL(endpoint).port);
  return {
    killAt: async (port) => {
      const inode = await inodeOf(port);
      if (inode === undefined) return false;
      for (const pid of await workers()) if (await has(pid, inode)) return kill(pid);
      return false;
    },
    killBusy: async (random) => {
      const before = await times(await workers());
      await wait(LOOK_MS);
      const after = await times([...before.keys()]);
      const busy = [...after].filter(([pid, ticks]) => ticks > (before.get(pid) ?? 0));
      const [pid] = busy[random.whole(0, busy.length)] ?? [];
      return pid !== undefined && kill(pid);
    },
  };
};

const kill = (pid: number): boolean => {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
};

/** The socket of a local port, as /proc/net/tcp has it: the port in hex, the inode in column 10. */
const inodeOf = async (port: number): Promise<string | undefined> => {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const lines = (await readFile('/proc/net/tcp', 'utf8')).split('\n').slice(1);
  const found = lines.map((line) => line.trim().split(/\s+/)).find(([, at]) => at?.endsWith(local));
  return found?.[9];
};

const has = async (pid: number, inode: string): Promise<boolean> => {
  const dir = `/proc/${pid}/fd`;
  const files = await readdir(dir).catch(() => []);
  const links = await Promise.all(files.map((file) => readlink(`${dir}/${file}`).catch(() => '')));
  return links.includes(`socket:[${inode}]`);
};

/** Ticks of processor time that each has used; a process that has ended is left out. */
const times = async (pids: readonly number[]): Promise<ReadonlyMap<number, number>> => {
  const found = await Promise.all(
    pids.map(async (pid): Promise<[number, number][]> => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
      // The name is in brackets and may hold spaces; behind it, columns 12 and 13.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return stat === '' ? [] : [[pid, Number(fields[11]) + Number(fields[12])]];
    }),
  );
  return new Map(found.flat());
};
