import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../console/errors.ts';
import { bootstrap, deployLocally, deployStack, hostContext, type LocalDeploy } from './deploy.ts';
import { type AwsEnv, defaultDir, startLocalAws } from './local-aws.ts';
import { localDir } from './places.ts';
import type { ProfileName } from './profiles.ts';
import { findTarget, type Target, useTarget } from './target.ts';

type Env = Readonly<Record<string, string | undefined>>;

export type BringUpOptions = {
  readonly profile: ProfileName;
  readonly port?: number;
  readonly env: Env;
  readonly tell: (step: string) => void;
};

/** A target that this process now talks to, with the stack in it. */
export type Up = LocalDeploy & { readonly target: Target };

/**
 * The local AWS with the stack of this clone in it. Where the user runs an emulator already
 * (AWS_ENDPOINT_URL), that one is used and none is started.
 */
export const bringUp = async (options: BringUpOptions): Promise<Up> => {
  if (options.env.AWS_ENDPOINT_URL) return bringUpThere(options);
  const { profile, port, tell } = options;
  const dir = defaultDir(profile);
  const starting = startLocalAws({ profile, dir, ...(port === undefined ? {} : { port }) });
  const deployed = await deployLocally(starting, dir, { profile, tell });
  const local = await starting;
  const label = `the local AWS, ${local.endpoint}`;
  const target: Target = { kind: 'local', label, env: local.env };
  useTarget(target);
  return { ...deployed, target };
};

const bringUpThere = async ({ env, tell }: BringUpOptions): Promise<Up> => {
  const target = await findTarget(env);
  useTarget(target);
  const dir = join(localDir, 'endpoint');
  await mkdir(dir, { recursive: true });
  tell(`preparing ${target.label}`);
  const aws = { ...userAws(), ...target.env };
  await bootstrap(aws, join(dir, 'bootstrap.log'), await whereItGoes());
  tell('deploying the stack');
  const outputs = await deployStack(aws, {
    outputsFile: join(dir, 'outputs.json'),
    context: hostContext,
    log: join(dir, 'deploy.log'),
  });
  // The CDK itself leaves an unchanged stack alone, but does not say so in a way to rely on.
  return { outputs, changed: true, target };
};

/** The user's own AWS settings, which a deploy into the user's own endpoint needs all of. */
export const userAws = (): AwsEnv =>
  Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      name.startsWith('AWS_') && value !== undefined ? [[name, value] as const] : [],
    ),
  );

/** `aws://account/region` of the credentials this process has. */
export const whereItGoes = async (): Promise<string> => {
  // Every command imports this file, and most of them need no SDK.
  const { GetCallerIdentityCommand, STSClient } = await import('@aws-sdk/client-sts');
  const client = new STSClient({});
  try {
    const [{ Account: account }, region] = await Promise.all([
      client.send(new GetCallerIdentityCommand({})),
      client.config.region(),
    ]);
    return `aws://${account}/${region}`;
  } catch (error) {
    throw new UserError(
      {
        what: `AWS does not let this shell in: ${error instanceof Error ? error.message : error}`,
        next:
          'Set credentials and a region (AWS_PROFILE, AWS_REGION, or aws sso login), or run the ' +
          'local AWS instead: npx headgate up',
      },
      { cause: error },
    );
  } finally {
    client.destroy();
  }
};
