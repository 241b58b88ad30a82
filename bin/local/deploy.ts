import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { UserError } from '../console/errors.ts';
import { assemblyDigest, type Context, contextFlags, runCdk } from './cdk.ts';
import { instanceFiles, readJson } from './instance.ts';
import type { AwsEnv, LocalAws } from './local-aws.ts';
import { Outputs } from './outputs.ts';
import { profiles } from './profiles.ts';
import { sourcesDigest } from './sources.ts';

/** The one stack of Headgate, unless a deploy names it otherwise. */
export const defaultStackName = 'Headgate';

/** MiniStack's account; the region is the one its environment names. */
const LOCAL_ENVIRONMENT = 'aws://000000000000/us-east-1';

/**
 * Lambdas run on this machine, so the DuckDB layer is built for its processor; and whoever tries
 * the stream out here wants to see its rows soon.
 */
export const hostContext: Context = {
  'headgate:architecture': process.arch === 'arm64' ? 'arm64' : 'x64',
  'headgate:streamWindowSeconds': '3',
};

export type SynthOptions = {
  readonly context: Context;
  /** Where the assembly is written. */
  readonly assembly: string;
  readonly log: string;
  /** The CDK app's directory. @default the clone */
  readonly app?: string;
};

/** Templates and assets, ready to deploy; needs no AWS at all. */
export const synthesize = (aws: AwsEnv, options: SynthOptions): Promise<void> =>
  runCdk(
    'Building the stack (cdk synth)',
    ['synth', '--quiet', '--output', options.assembly, ...contextFlags(options.context)],
    { ...options, aws },
  );

/**
 * CDK's own bucket and roles, without which it deploys nothing. Run away from the clone, because
 * next to a cdk.json the CDK builds the whole stack first and then makes no use of it.
 */
export const bootstrap = (
  aws: AwsEnv,
  log: string,
  environment: string = LOCAL_ENVIRONMENT,
): Promise<void> =>
  runCdk(`Preparing ${environment} (cdk bootstrap)`, ['bootstrap', environment], {
    aws,
    log,
    app: dirname(log),
  });

export type DeployOptions = {
  /** @default defaultStackName */
  readonly stackName?: string;
  readonly outputsFile: string;
  /** A synthesised assembly; without one, the app is synthesised with `context`. */
  readonly assembly?: string;
  readonly context?: Context;
  readonly log: string;
  readonly app?: string;
};

/** Deploys into a bootstrapped AWS without asking, and reads back what the stack says of itself. */
export const deployStack = async (aws: AwsEnv, options: DeployOptions): Promise<Outputs> => {
  const { stackName = defaultStackName, outputsFile, assembly, context = {}, log, app } = options;
  await mkdir(dirname(outputsFile), { recursive: true });
  const own = ['--output', join(dirname(outputsFile), 'cdk.out'), ...contextFlags(context)];
  const source = assembly === undefined ? own : ['--app', assembly];
  const flags = ['--method', 'direct', '--require-approval', 'never', '--progress', 'events'];
  await runCdk(
    'Deploying the stack (cdk deploy)',
    ['deploy', stackName, ...source, ...flags, '--outputs-file', outputsFile],
    { aws, log, ...(app === undefined ? {} : { app }) },
  );
  return readOutputs(outputsFile, stackName);
};

/** The outputs file of `cdk deploy`, parsed. */
export const readOutputs = async (outputsFile: string, stackName: string): Promise<Outputs> => {
  const all = z
    .record(z.string(), z.unknown())
    .parse(JSON.parse(await readFile(outputsFile, 'utf8')));
  const outputs = Outputs.safeParse(all[stackName]);
  if (outputs.success) return outputs.data;
  const missing = outputs.error.issues.map((issue) => issue.path.join('.')).join(', ');
  throw new UserError({
    what: `The stack ${stackName} does not say where its parts are; missing: ${missing}.`,
    next: 'Deploy it again from this clone.',
  });
};

/** What is known to be in a local AWS; void when it was started anew since. */
const Deployed = z.object({
  token: z.string(),
  bootstrapped: z.boolean(),
  /** Of the sources it was built from, and of the assembly that was deployed. */
  sources: z.string().nullable(),
  digest: z.string().nullable(),
  outputs: Outputs.nullable(),
});
type Deployed = z.infer<typeof Deployed>;

export type LocalDeployOptions = {
  readonly profile: LocalAws['profile'];
  readonly stackName?: string;
  readonly context?: Context;
  /** The CDK app's directory. @default the clone */
  readonly app?: string;
  /** Told before each step that takes a while. */
  readonly tell?: (step: string) => void;
};

/** What came of deploying into a local AWS. */
export type LocalDeploy = { readonly outputs: Outputs; readonly changed: boolean };

/**
 * Brings the stack in a local AWS to what this clone says: nothing is done when the sources are
 * those that are deployed, and nothing is deployed when they build the same assembly.
 */
export const deployLocally = async (
  starting: Promise<LocalAws>,
  dir: string,
  options: LocalDeployOptions,
): Promise<LocalDeploy> => {
  const { stackName = defaultStackName, tell = () => undefined, app } = options;
  // It may fail before anyone waits for it here; whoever does wait is told.
  starting.catch(() => undefined);
  const context = {
    ...hostContext,
    ...profiles[options.profile].context,
    'headgate:stackName': stackName,
    ...options.context,
  };
  const files = instanceFiles(dir);
  await mkdir(dir, { recursive: true });
  const sources = app === undefined ? await sourcesDigest(context) : null;
  const known = await readJson(Deployed, files.deployed);
  if (sources !== null && known?.sources === sources && known.outputs !== null) {
    const { token } = await starting;
    if (token === known.token) return { outputs: known.outputs, changed: false };
  }
  const log = join(dir, 'synth.log');
  const where = app === undefined ? {} : { app };
  tell('building the stack');
  // Needs no AWS, so it goes on while that one starts.
  const synth = synthesize(offline, { context, assembly: files.assembly, log, ...where });
  const { local, deployed } = await both(
    synth,
    starting.then((up) => prepare(up, tell)),
  );
  const digest = await assemblyDigest(files.assembly);
  if (deployed.digest === digest && deployed.outputs !== null) {
    await remember(local, { ...deployed, sources });
    return { outputs: deployed.outputs, changed: false };
  }
  tell('deploying the stack');
  const outputs = await deployStack(local.env, {
    stackName,
    outputsFile: files.outputs,
    assembly: files.assembly,
    log: files.deployLog,
  });
  await remember(local, { token: local.token, bootstrapped: true, sources, digest, outputs });
  return { outputs, changed: true };
};

/** If one fails, the other's end is awaited all the same, so that nothing goes on unseen. */
const both = async <T>(first: Promise<unknown>, second: Promise<T>): Promise<T> => {
  const [one] = await Promise.allSettled([first, second]);
  if (one.status === 'rejected') throw one.reason;
  return await second;
};

/** Synthesis must not depend on any account: keys that open nothing, and no other settings. */
const offline: AwsEnv = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'none',
  AWS_SECRET_ACCESS_KEY: 'none',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_EC2_METADATA_DISABLED: 'true',
};

const remember = (local: LocalAws, deployed: Deployed): Promise<void> =>
  writeFile(instanceFiles(local.dir).deployed, JSON.stringify(deployed, null, 2));

const prepare = async (
  local: LocalAws,
  tell: (step: string) => void,
): Promise<{ local: LocalAws; deployed: Deployed }> => {
  const known = await readJson(Deployed, instanceFiles(local.dir).deployed);
  const nothing = { bootstrapped: false, sources: null, digest: null, outputs: null };
  const found = known?.token === local.token ? known : { token: local.token, ...nothing };
  if (found.bootstrapped) return { local, deployed: found };
  tell('preparing the local AWS');
  await bootstrap(local.env, join(local.dir, 'bootstrap.log'));
  const deployed = { ...found, bootstrapped: true };
  await remember(local, deployed);
  return { local, deployed };
};
