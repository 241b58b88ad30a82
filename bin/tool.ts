import { type Command, CommanderError } from 'commander';
import { type ExitCode, exitCodes, UserError } from './console/errors.ts';
import { makeOutput, type Output } from './console/output.ts';

type Stream = Parameters<typeof makeOutput>[0];
/** What a tool needs of the process it runs in; tests hand in their own. */
export type ToolProcess = {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: Stream;
  readonly stderr: Stream;
};

/**
 * Runs one of the developer's tools (generate, bench, sim); what a user can mend has no stack. A
 * tool whose finding is bad has said so itself, and calls `fail`.
 */
export const runTool = async (
  make: (out: Output, fail: () => void) => Command,
  { argv, env, stdout, stderr }: ToolProcess,
): Promise<ExitCode> => {
  const out = makeOutput(stdout, stderr, env);
  let found: ExitCode = exitCodes.done;
  const program = make(out, () => {
    found = exitCodes.failed;
  });
  for (const command of [program, ...program.commands])
    command.exitOverride().configureOutput({
      writeOut: (text) => out.line(text.trimEnd()),
      writeErr: (text) => out.note(text.trimEnd()),
    });
  try {
    await program.parseAsync(argv.slice(2), { from: 'user' });
    return found;
  } catch (error) {
    // Commander has printed its own message; help and version are no errors.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage;
    if (!(error instanceof UserError)) throw error;
    out.note(out.styles.bad(`${program.name()}: `) + error.message);
    return error.exitCode;
  }
};
