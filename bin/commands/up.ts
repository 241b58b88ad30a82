import { Command, Option } from 'commander';
import * as z from 'zod';
import { makeProgress } from '../console/progress.ts';
import { profileNames } from '../local/profiles.ts';
import {
  jsonOption,
  type MakeCommand,
  parseOptions,
  wholeNumber,
  withExamples,
} from './command.ts';

const LocalOptions = z.object({
  profile: z.enum(profileNames),
  port: wholeNumber(1, 65_535).optional(),
});
const UpOptions = LocalOptions.extend({ json: z.boolean().default(false) });

/** `--profile` and `--port`, the same for every command that starts the local AWS. */
export const addLocalOptions = (command: Command): Command =>
  command
    .addOption(
      new Option('--profile <name>', 'local: quick; local-secure: TLS, and every policy enforced')
        .choices(profileNames)
        .default('local'),
    )
    .addOption(
      new Option('--port <number>', 'port of the local AWS (4566; 4567 if secure)').env(
        'HEADGATE_PORT',
      ),
    );

/** `headgate up`: the local AWS with the stack in it, and nothing else. */
export const upCommand: MakeCommand = ({ out, env, clock }) => {
  const command = new Command('up')
    .description('start the local AWS and deploy the stack into it')
    .addOption(jsonOption())
    .action(async (raw: unknown) => {
      const { json, profile, port } = parseOptions(UpOptions, raw);
      const progress = makeProgress(out, process.stderr, clock);
      const { bringUp } = await import('../local/bring-up.ts');
      const up = await progress.step('local AWS with the stack in it', (tell) =>
        bringUp({ profile, env, tell, ...(port === undefined ? {} : { port }) }),
      );
      if (json) {
        out.json({ target: up.target.label, changed: up.changed, outputs: up.outputs });
        return;
      }
      out.line(`The stack is in ${up.target.label}${up.changed ? '' : ' (nothing had changed)'}.`);
      out.line(`Drop files into s3://${up.outputs.LandingBucket}/<dataset>/`);
      out.line(
        'Next: npx headgate land FILE --dataset orders, npx headgate status, npx headgate down',
      );
    });
  return withExamples(addLocalOptions(command), [
    'up',
    'up --port 4700',
    'up --profile local-secure',
  ]);
};
