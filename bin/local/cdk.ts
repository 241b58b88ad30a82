import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { UserError } from '../console/errors.ts';
import type { AwsEnv } from './local-aws.ts';
import { root, toolsDir } from './places.ts';

/** CDK context, as `-c key=value` takes it. */
export type Context = Readonly<Record<string, string>>;

const FAILURE_LINES = 12;

// Nothing here may wait for a network that is not there, or ask where nobody answers.
const QUIET = ['--no-notices', '--no-version-reporting', '--no-color'];

/**
 * The environment of a child that talks to one AWS only: the user's own AWS settings are taken
 * out, because half of them mixed with ours would reach another account.
 */
export const childEnv = (aws: AwsEnv): Record<string, string> => {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'));
  const outer = Object.fromEntries(kept.flatMap(([k, v]) => (v === undefined ? [] : [[k, v]])));
  return { ...outer, ...withTools(process.env.PATH), CDK_DISABLE_CLI_TELEMETRY: 'true', ...aws };
};

/** Tools of this clone first: `node` in cdk.json then is the pinned one. */
export const withTools = (path: string | undefined) => ({
  PATH: [toolsDir, path ?? ''].join(delimiter),
});

/** Runs the CDK with its output in `log`; on failure the message ends with the CDK's own words. */
export const runCdk = async (
  what: string,
  args: readonly string[],
  options: { readonly aws: AwsEnv; readonly log: string; readonly app?: string },
): Promise<void> => {
  const file = createWriteStream(options.log);
  const status = await new Promise<number | null>((resolve, reject) => {
    const child = spawn(join(toolsDir, 'cdk'), [...args, ...QUIET], {
      cwd: options.app ?? root,
      env: childEnv(options.aws),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.pipe(file, { end: false });
    child.stderr.pipe(file, { end: false });
    child.on('error', reject).on('close', resolve);
  });
  await new Promise<void>((resolve) => file.end(resolve));
  if (status === 0) return;
  throw new UserError({
    what: `${what} failed:`,
    allowed: `  ${failureLines(await readFile(options.log, 'utf8')).join('\n  ')}`,
    next: `The whole log: ${options.log}`,
  });
};

/** The cause stands at the first error; what ends the log is often only where it surfaced. */
export const failureLines = (log: string): string[] => {
  const lines = log.trimEnd().split('\n');
  const first = Math.max(
    lines.findIndex((line) => /\[ERROR\]|❌|\b\w*Error\b/.test(line)),
    0,
  );
  return lines.slice(first, first + FAILURE_LINES);
};

export const contextFlags = (context: Context): string[] =>
  Object.entries(context).flatMap(([key, value]) => ['-c', `${key}=${value}`]);

/**
 * Identity of what would be deployed: templates and asset lists carry the hash of every asset.
 * The rest of an assembly holds paths, which differ from clone to clone.
 */
export const assemblyDigest = async (assembly: string): Promise<string> => {
  const files = (await readdir(assembly)).filter((name) => /\.(template|assets)\.json$/.test(name));
  const hash = createHash('sha256');
  for (const name of files.sort()) {
    hash.update(`${name}\n`).update(await readFile(join(assembly, name)));
  }
  return hash.digest('hex');
};
