import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { UserError } from '../console/errors.ts';
import { certificateOf, type Instance } from './instance.ts';
import { findInstance, startMinistack, stopMinistack } from './ministack.ts';
import { localDir, ministackPython, root } from './places.ts';
import { type ProfileName, profiles } from './profiles.ts';

/** Variables for the SDK, the CDK and child processes. */
export type AwsEnv = Readonly<Record<string, string>>;

/** A local AWS that answers. */
export type LocalAws = {
  readonly profile: ProfileName;
  readonly endpoint: string;
  /** Endpoint, region, root credentials (which no policy binds) and the certificate to trust. */
  readonly env: AwsEnv;
  readonly dir: string;
  /** Changes with every start: what was written down under another one is gone. */
  readonly token: string;
  stop(): Promise<void>;
};

export type LocalAwsOptions = {
  readonly profile: ProfileName;
  /** @default the profile's own port */
  readonly port?: number;
  /** @default .headgate/local/<profile> */
  readonly dir?: string;
  /**
   * What its functions call instead of itself, for who wants to stand between them.
   * @default - they call it directly
   */
  readonly functionsEndpoint?: string;
};

/** What a client of a local AWS needs to know; root keys, so only for deploys and looking. */
export const localEnv = (instance: Pick<Instance, 'endpoint' | 'temp'>): AwsEnv => ({
  AWS_ENDPOINT_URL: instance.endpoint,
  AWS_REGION: 'us-east-1',
  AWS_DEFAULT_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  // A user's own profiles and role settings must not leak into a local run.
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_EC2_METADATA_DISABLED: 'true',
  // Behind a proxy, this machine's own address must not be asked of the proxy.
  NO_PROXY: '127.0.0.1,localhost',
  no_proxy: '127.0.0.1,localhost',
  ...(instance.endpoint.startsWith('https:') ? trust(certificateOf(instance)) : {}),
});

/** For Node, the CDK and Python, each before any other bundle the user may have set. */
const trust = (certificate: string): AwsEnv => ({
  NODE_EXTRA_CA_CERTS: certificate,
  AWS_CA_BUNDLE: certificate,
  REQUESTS_CA_BUNDLE: certificate,
});

const asLocalAws = (dir: string, instance: Instance): LocalAws => ({
  profile: instance.profile,
  endpoint: instance.endpoint,
  env: localEnv(instance),
  dir,
  token: instance.token,
  stop: async () => {
    await stopMinistack(dir);
  },
});

export const defaultDir = (profile: ProfileName): string => join(localDir, profile);

/** The local AWS of this clone, if it runs. */
export const findLocalAws = async (
  profile: ProfileName,
  dir: string = defaultDir(profile),
): Promise<LocalAws | undefined> => {
  const instance = await findInstance(dir);
  return instance && asLocalAws(dir, instance);
};

/** Makes sure one runs at `dir`: a running one is taken over, with what is deployed in it. */
export const startLocalAws = async (options: LocalAwsOptions): Promise<LocalAws> => {
  const { profile, port, dir = defaultDir(profile) } = options;
  const running = await findInstance(dir);
  if (running === undefined) {
    await ensureInstalled();
    const own = port ?? profiles[profile].defaultPort;
    const instance = await startMinistack(dir, profile, own, options.functionsEndpoint);
    return asLocalAws(dir, instance);
  }
  if (port !== undefined && port !== running.port) {
    throw new UserError({
      what: `The local AWS of this clone runs already, at port ${running.port}, not ${port}.`,
      next: 'End it first: npx headgate down',
    });
  }
  return asLocalAws(dir, running);
};

/** Stops what runs at `dir`; says whether there was anything. */
export const stopLocalAws = (dir: string): Promise<'stopped' | 'not-running'> => stopMinistack(dir);

/** Usually done by the launcher; tests may come here first. */
const ensureInstalled = async (): Promise<void> => {
  if (existsSync(join(ministackPython, '..', '..', 'headgate-stamp'))) return;
  const status = await new Promise((resolve, reject) => {
    const script = join(root, 'bin', 'set-up', 'main.js');
    const child = spawn(process.execPath, [script, 'local'], { stdio: ['ignore', 2, 2] });
    child.on('error', reject).on('exit', resolve);
  });
  if (status !== 0) throw new UserError({ what: 'The local AWS could not be installed.' });
};

/** A port nobody uses now, for tests that run side by side. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address !== null && typeof address === 'object') resolve(address.port);
        else reject(new Error('the system gave no port'));
      });
    });
  });
