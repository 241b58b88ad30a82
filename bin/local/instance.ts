import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { profileNames } from './profiles.ts';

/** A running local AWS, written down so that later commands find it. */
export const Instance = z.object({
  profile: z.enum(profileNames),
  pid: z.number().int().positive(),
  port: z.number().int(),
  endpoint: z.url(),
  /**
   * Drawn per start and told back by MiniStack's health page: what answers with it is ours, no
   * matter what became of the process id, and state written under another token is gone.
   */
  token: z.string(),
  /**
   * TMPDIR of MiniStack and its Lambdas. Outside the clone, as Lambdas lie nowhere near it on AWS:
   * below it, Node would find the clone's packages and its package.json's type.
   */
  temp: z.string(),
});
export type Instance = z.infer<typeof Instance>;

/** MiniStack makes its certificate below its TMPDIR, so two instances never share one. */
export const certificateOf = ({ temp }: Pick<Instance, 'temp'>): string =>
  join(temp, 'ministack-tls', 'server.crt');

/** Files of one instance that later commands or people read. */
export const instanceFiles = (dir: string) => ({
  record: join(dir, 'instance.json'),
  deployed: join(dir, 'deployed.json'),
  log: join(dir, 'ministack.log'),
  deployLog: join(dir, 'deploy.log'),
  assembly: join(dir, 'cdk.out'),
  outputs: join(dir, 'outputs.json'),
  data: join(dir, 'data'),
});

/** Undefined when there is none, or none that this version can read. */
export const readJson = async <T extends z.ZodType>(
  schema: T,
  path: string,
): Promise<z.infer<T> | undefined> => {
  try {
    return schema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return undefined;
  }
};

export const readInstance = (dir: string): Promise<Instance | undefined> =>
  readJson(Instance, instanceFiles(dir).record);

export const writeInstance = async (dir: string, instance: Instance): Promise<void> =>
  writeFile(instanceFiles(dir).record, JSON.stringify(instance, null, 2));

/** Forgets the instance and throws away its state; the logs stay, they tell why it ended. */
export const clearInstance = async (dir: string): Promise<void> => {
  const files = instanceFiles(dir);
  const known = await readInstance(dir);
  const temp = known === undefined ? [] : [known.temp];
  const gone = [files.record, files.deployed, files.outputs, files.data, ...temp];
  await Promise.all(gone.map((path) => rm(path, { recursive: true, force: true })));
};

/** Makes the directories of a new instance and returns its TMPDIR, which only we can read. */
export const makeInstanceDirs = async (dir: string): Promise<string> => {
  await mkdir(instanceFiles(dir).data, { recursive: true });
  return await mkdtemp(join(tmpdir(), 'headgate-'));
};
