import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toldFull } from './full.ts';

const prefix = 'headgate-work-';

/**
 * Runs `work` with a directory of its own under the temporary directory, gone afterwards. A warm
 * Lambda keeps /tmp: what a killed invocation left there is removed first, so that it neither
 * fills the disk nor meets another run. (One container runs one invocation at a time.)
 */
export const withWorkDir = async <T>(
  work: (dir: string) => Promise<T>,
  scope = String(process.pid),
): Promise<T> => {
  const own = `${prefix}${scope}-`;
  for (const name of await readdir(tmpdir()))
    if (name.startsWith(own)) await rm(join(tmpdir(), name), { recursive: true, force: true });
  const dir = await mkdtemp(join(tmpdir(), own));
  try {
    return await work(dir);
  } catch (error) {
    throw toldFull(error);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
};
