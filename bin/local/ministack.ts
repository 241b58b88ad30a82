import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { UserError } from '../console/errors.ts';
import {
  certificateOf,
  clearInstance,
  type Instance,
  instanceFiles,
  makeInstanceDirs,
  readInstance,
  writeInstance,
} from './instance.ts';
import { ministackPython, toolsDir } from './places.ts';
import { askEdition, lookAtPort } from './probe.ts';
import { type ProfileName, profiles } from './profiles.ts';

/** It takes 0.3 s on an idle machine; the rest is for a machine that is busy. */
const START_MS = 60_000;
const STOP_MS = 5_000;
const POLL_MS = 50;
const LOG_TAIL_LINES = 8;

const editionOf = (token: string): string => `headgate-${token}`;

/** Does this instance answer? What answers with its token is it. */
const isUp = async (instance: Instance): Promise<boolean> => {
  const certificate = certificateOf(instance);
  const isTls = instance.endpoint.startsWith('https:');
  if (isTls && !existsSync(certificate)) return false;
  const edition = await askEdition(instance.endpoint, isTls ? { caFile: certificate } : undefined);
  return edition === editionOf(instance.token);
};

/** Does its process live? The id alone would not tell: ids are used again, environments are not. */
const lives = async ({ pid, token }: Instance): Promise<boolean> => {
  try {
    const environ = await readFile(`/proc/${pid}/environ`, 'utf8');
    return environ.split('\0').includes(`MINISTACK_EDITION=${editionOf(token)}`);
  } catch {
    return false;
  }
};

/** The instance kept at `dir`, if it answers; one that is just starting is waited for. */
export const findInstance = async (dir: string): Promise<Instance | undefined> => {
  const instance = await readInstance(dir);
  if (instance === undefined) return undefined;
  const deadline = performance.now() + START_MS;
  while (!(await isUp(instance))) {
    if (performance.now() > deadline || !(await lives(instance))) return undefined;
    await wait(POLL_MS);
  }
  return instance;
};

/** MiniStack hands its environment to every Lambda, so it gets what it needs and nothing else. */
const environment = (
  dir: string,
  { profile, port, token, temp }: Omit<Instance, 'pid'>,
  functionsEndpoint: string | undefined,
) => {
  const files = instanceFiles(dir);
  const { flags, scheme } = profiles[profile];
  // Lambdas run on the first `node` of the PATH: the pinned one, or the one that runs us.
  const outer = (process.env.PATH ?? '').split(delimiter).filter((entry) => entry !== toolsDir);
  return {
    PATH: [toolsDir, dirname(process.execPath), ...outer].join(delimiter),
    HOME: temp,
    TMPDIR: temp,
    LANG: 'C.UTF-8',
    GATEWAY_PORT: String(port),
    BIND_HOST: '127.0.0.1',
    // The name in queue addresses: as the endpoint has it, so that no resolver comes between.
    MINISTACK_HOST: '127.0.0.1',
    MINISTACK_REGION: 'us-east-1',
    MINISTACK_EDITION: editionOf(token),
    S3_DATA_DIR: join(files.data, 's3'),
    STATE_DIR: join(files.data, 'state'),
    // The pipeline waits between tries for a busy service to recover, and none is busy here.
    SFN_WAIT_SCALE: '0.1',
    // Listeners on ports of their own, which two instances would fight over.
    IOT_MTLS_ENABLED: '0',
    SFTP_ENABLED: '0',
    ...(scheme === 'https' ? { NODE_EXTRA_CA_CERTS: certificateOf({ temp }) } : {}),
    // A function's own address of AWS, or else MiniStack tells each its own.
    ...(functionsEndpoint === undefined ? {} : { AWS_ENDPOINT_URL: functionsEndpoint }),
    ...flags,
  };
};

const assertPortFree = async (port: number): Promise<void> => {
  const listener = await lookAtPort(port);
  if (listener.kind === 'nothing') return;
  const owner = listener.kind === 'other' ? 'another program' : 'another local AWS';
  const use =
    listener.kind === 'other' ? '' : `, or use that one: AWS_ENDPOINT_URL=http://127.0.0.1:${port}`;
  throw new UserError({
    what: `Port ${port} is taken by ${owner}.`,
    next: `Choose another: HEADGATE_PORT=${port + 100} npm start${use}.`,
  });
};

const logTail = async (log: string): Promise<string> => {
  const lines = (await readFile(log, 'utf8')).trimEnd().split('\n');
  return lines.slice(-LOG_TAIL_LINES).join('\n  ');
};

const spawnDetached = async (dir: string, env: Record<string, string>): Promise<ChildProcess> => {
  const log = await open(instanceFiles(dir).log, 'w');
  try {
    // Through the interpreter: a script's #! line is cut off in deep directories.
    return spawn(ministackPython, ['-m', 'ministack'], {
      cwd: env.TMPDIR,
      detached: true,
      env,
      stdio: ['ignore', log.fd, log.fd],
    });
  } finally {
    await log.close();
  }
};

/** Starts a new, empty local AWS and waits until it answers. */
export const startMinistack = async (
  dir: string,
  profile: ProfileName,
  port: number,
  functionsEndpoint?: string,
): Promise<Instance> => {
  await assertPortFree(port);
  await clearInstance(dir);
  const plan = {
    profile,
    port,
    endpoint: `${profiles[profile].scheme}://127.0.0.1:${port}`,
    token: randomUUID(),
    temp: await makeInstanceDirs(dir),
  };
  const child = await spawnDetached(dir, environment(dir, plan, functionsEndpoint));
  let ended: string | undefined;
  child.on('error', (error) => {
    ended = error.message;
  });
  child.on('exit', (code, signal) => {
    ended = `it ended with ${signal ?? code}`;
  });
  child.unref();
  const instance = { ...plan, pid: child.pid ?? 0 };
  // Written before it answers: if this process is interrupted now, `down` still finds it.
  await writeInstance(dir, instance);
  const deadline = performance.now() + START_MS;
  while (!(await isUp(instance))) {
    if (ended !== undefined || performance.now() > deadline) {
      const { log } = instanceFiles(dir);
      if (ended === undefined) killGroup(instance.pid, 'SIGKILL');
      await clearInstance(dir);
      throw new UserError({
        what: `The local AWS did not start: ${ended ?? `no answer in ${START_MS / 1000} s`}.`,
        allowed: `  ${await logTail(log)}`,
        next: `Its whole log: ${log}`,
      });
    }
    await wait(POLL_MS);
  }
  return instance;
};

/** Its Lambda workers are in its process group, so none outlives it. */
const killGroup = (pid: number, signal: NodeJS.Signals): boolean => {
  try {
    return process.kill(-pid, signal);
  } catch {
    return false;
  }
};

const groupLives = (pid: number): boolean => {
  try {
    return process.kill(-pid, 0);
  } catch {
    return false;
  }
};

/** Ends the instance at `dir`, if there is one and it is ours. */
export const stopMinistack = async (dir: string): Promise<'stopped' | 'not-running'> => {
  const instance = await readInstance(dir);
  if (instance === undefined || !(await lives(instance))) {
    await clearInstance(dir);
    return 'not-running';
  }
  killGroup(instance.pid, 'SIGTERM');
  const deadline = performance.now() + STOP_MS;
  while (groupLives(instance.pid)) {
    if (performance.now() > deadline) killGroup(instance.pid, 'SIGKILL');
    await wait(POLL_MS);
  }
  await clearInstance(dir);
  return 'stopped';
};
