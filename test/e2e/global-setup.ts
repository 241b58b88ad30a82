import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { userAws } from '../../bin/local/bring-up.ts';
import { deployLocally } from '../../bin/local/deploy.ts';
import { clearInstance } from '../../bin/local/instance.ts';
import { type AwsEnv, freePort, startLocalAws, stopLocalAws } from '../../bin/local/local-aws.ts';
import type { Outputs } from '../../bin/local/outputs.ts';
import { root } from '../../bin/local/places.ts';
import type { ProfileName } from '../../bin/local/profiles.ts';
import { assumedRoleEnv, makeRole } from '../../bin/local/roles.ts';
import { trustLocal } from '../../bin/local/target.ts';

/** What an e2e test knows of the AWS it runs against; `inject('headgate')` gives it. */
export type E2eWorld = {
  readonly profile: ProfileName | 'endpoint';
  /** Of the driver: under local-secure a role, because root keys pass every policy. */
  readonly env: AwsEnv;
  /** Root keys, to set up what a driver may not; the same as `env` under local. */
  readonly rootEnv: AwsEnv;
  /** Null only when the tests run against an endpoint that someone else started. */
  readonly outputs: Outputs | null;
};

declare module 'vitest' {
  // An interface, because Vitest's own one is to be extended.
  interface ProvidedContext {
    headgate: E2eWorld;
  }
}

const e2eDir = join(root, '.headgate', 'e2e');

/** The last run's logs are kept until this one; a run that was killed left its local AWS too. */
const sweep = async (): Promise<void> => {
  const names = await readdir(e2eDir).catch(() => []);
  for (const name of names) {
    const pid = Number(name.split('-').at(-1));
    if (pid === process.pid || isAlive(pid)) continue;
    await stopLocalAws(join(e2eDir, name));
    await rm(join(e2eDir, name), { recursive: true, force: true });
  }
};

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** All actions, but no more than what bucket, queue and key policies let a role do. */
const driverRights = [{ Effect: 'Allow', Action: '*', Resource: '*' }] as const;

const profileOf = (project: TestProject): ProfileName =>
  project.name.endsWith('-secure') ? 'local-secure' : 'local';

/**
 * One local AWS with the stack in it per project of vitest.config.ts that names this file, on a
 * free port, so that test runs never meet each other or a developer's own. With AWS_ENDPOINT_URL
 * set, that one is used as it is: start it once with `npx headgate up` to test in a quick loop.
 */
export const setup = async (project: TestProject): Promise<(() => Promise<void>) | undefined> => {
  if (process.env.AWS_ENDPOINT_URL) {
    const env = userAws();
    project.provide('headgate', { profile: 'endpoint', env, rootEnv: env, outputs: null });
    return undefined;
  }
  await sweep();
  const profile = profileOf(project);
  const dir = join(e2eDir, `${profile}-${process.pid}`);
  await clearInstance(dir);
  const starting = startLocalAws({ profile, port: await freePort(), dir });
  try {
    const { outputs } = await deployLocally(starting, dir, { profile });
    const { env: rootEnv } = await starting;
    trustLocal(rootEnv);
    const env =
      profile === 'local'
        ? rootEnv
        : await assumedRoleEnv(rootEnv, await makeRole(rootEnv, 'E2eDriver', driverRights));
    project.provide('headgate', { profile, env, rootEnv, outputs });
  } catch (error) {
    await stopLocalAws(dir);
    throw error;
  }
  return async () => {
    await stopLocalAws(dir);
  };
};
