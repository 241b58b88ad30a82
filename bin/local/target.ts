import { readFileSync } from 'node:fs';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { UserError } from '../console/errors.ts';
import { type AwsEnv, findLocalAws } from './local-aws.ts';
import { profileNames } from './profiles.ts';

/** Which AWS a command talks to, and why. */
export type Target = {
  readonly kind: 'local' | 'endpoint' | 'aws';
  /** What the user reads: "the local AWS at http://127.0.0.1:4566". */
  readonly label: string;
  /** What must be in the environment of whoever talks to it. */
  readonly env: AwsEnv;
};

type Env = Readonly<Record<string, string | undefined>>;

/**
 * A named endpoint wins; then this clone's own local AWS, if it runs; then real AWS.
 * HEADGATE_TARGET=aws passes a running local AWS by.
 */
export const findTarget = async (env: Env): Promise<Target> => {
  const asked = env.HEADGATE_TARGET;
  if (asked !== undefined && asked !== 'aws' && asked !== 'local') {
    throw new UserError({
      what: `HEADGATE_TARGET is '${asked}'.`,
      allowed: "It may be 'local' or 'aws', or be left unset.",
    });
  }
  const endpoint = env.AWS_ENDPOINT_URL;
  if (endpoint) return { kind: 'endpoint', label: endpoint, env: emulatorDefaults(env) };
  const local = asked === 'aws' ? undefined : await findRunning();
  if (local) return local;
  if (asked === 'local') {
    throw new UserError({
      what: 'The local AWS is not running.',
      next: 'Start it: npx headgate up',
    });
  }
  return { kind: 'aws', label: `AWS, ${env.AWS_REGION ?? 'default region'}`, env: {} };
};

const findRunning = async (): Promise<Target | undefined> => {
  for (const profile of profileNames) {
    const local = await findLocalAws(profile);
    if (local) return { kind: 'local', label: `the local AWS, ${local.endpoint}`, env: local.env };
  }
  return undefined;
};

/** Emulators take any keys, and their users rarely set any. */
const emulatorDefaults = (env: Env): AwsEnv => ({
  AWS_REGION: env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? 'us-east-1',
  ...(env.AWS_ACCESS_KEY_ID || env.AWS_PROFILE
    ? {}
    : { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' }),
});

/** Makes this very process talk to a target. */
export const useTarget = (target: Target): void => {
  Object.assign(process.env, target.env);
  trustLocal(target.env);
};

/**
 * Node reads NODE_EXTRA_CA_CERTS only when it starts; a process that learns of a local AWS later
 * adds its certificate to those it trusts.
 */
export const trustLocal = ({ NODE_EXTRA_CA_CERTS: certificate }: AwsEnv): void => {
  if (certificate === undefined) return;
  setDefaultCACertificates([...getCACertificates('default'), readFileSync(certificate, 'utf8')]);
};
