import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import * as z from 'zod';
import { type ExitCode, exitCodes, UserError } from '../console/errors.ts';
import { userAws, whereItGoes } from '../local/bring-up.ts';
import { type Context, childEnv, contextFlags } from '../local/cdk.ts';
import { defaultStackName, hostContext } from '../local/deploy.ts';
import { root, toolsDir } from '../local/places.ts';
import { findTarget, useTarget } from '../local/target.ts';
import { type MakeCommand, parseOptions, type Shell, withExamples } from './command.ts';

const DeployOptions = z.object({
  stack: z.string().min(1),
  bootstrap: z.boolean().default(false),
  yes: z.boolean().default(false),
  context: z.array(z.string().regex(/^[^=]+=/, 'must be KEY=VALUE')).default([]),
});
type DeployOptions = z.infer<typeof DeployOptions>;

const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];

/** The CDK in the user's terminal: its questions, its colours, its exit code. */
const cdk = (
  args: readonly string[],
  aws: Readonly<Record<string, string>>,
  cwd: string,
): Promise<ExitCode> =>
  new Promise((resolve, reject) => {
    const env = childEnv(aws);
    const child = spawn(join(toolsDir, 'cdk'), [...args, '--no-notices'], {
      cwd,
      env,
      stdio: 'inherit',
    });
    child.on('error', reject);
    child.on('exit', (code) => resolve(code === 0 ? exitCodes.done : exitCodes.failed));
  });

const stopOn = (code: ExitCode, what: string): void => {
  if (code !== exitCodes.done) throw new UserError({ what, next: 'See the CDK’s words above.' });
};

const deploy = async ({ out, env }: Shell, options: DeployOptions): Promise<void> => {
  // Never the local AWS by accident: `up` is for that. An endpoint that is named is meant.
  const target = await findTarget({ ...env, HEADGATE_TARGET: 'aws' });
  useTarget(target);
  const environment = await whereItGoes();
  const where = target.kind === 'endpoint' ? `, at ${target.label}` : '';
  out.line(`Deploying ${options.stack} to ${environment}${where}`);
  const aws = { ...userAws(), ...target.env };
  // Away from cdk.json, next to which the CDK would build the whole stack before it bootstraps.
  if (options.bootstrap)
    stopOn(await cdk(['bootstrap', environment], aws, tmpdir()), 'Bootstrap failed.');
  const context: Context = {
    'headgate:stackName': options.stack,
    ...(target.kind === 'endpoint' ? hostContext : {}),
  };
  const extra = options.context.flatMap((pair) => ['-c', pair]);
  const approval = options.yes ? ['--require-approval', 'never'] : [];
  const args = ['deploy', options.stack, ...contextFlags(context), ...extra, ...approval];
  stopOn(await cdk(args, aws, root), `The stack was not deployed to ${environment}.`);
  out.line('Next: npx headgate status');
};

/** `headgate deploy`: to the account the shell's credentials open. */
export const deployCommand: MakeCommand = (shell) => {
  const command = new Command('deploy')
    .description('deploy the stack to the AWS account of this shell (or to AWS_ENDPOINT_URL)')
    .option('--stack <name>', 'name of the stack', defaultStackName)
    .option('--bootstrap', 'run cdk bootstrap first, once per account and region')
    .option('-c, --context <key=value>', 'CDK context; may be given again', collect)
    .option('-y, --yes', 'do not ask before rights are widened')
    .action((raw: unknown) => deploy(shell, parseOptions(DeployOptions, raw)));
  return withExamples(command, [
    'deploy --bootstrap',
    'deploy --stack HeadgateStaging --yes',
    'deploy -c headgate:architecture=arm64',
  ]);
};
