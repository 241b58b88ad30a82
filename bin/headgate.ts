import { Command, CommanderError } from 'commander';
import type { Shell } from './commands/command.ts';
import { commands } from './commands/index.ts';
import { type ExitCode, exitCodes, UserError } from './console/errors.ts';
import { makeOutput } from './console/output.ts';

/** Builds the whole command line; tests run it with a shell of their own. */
export const makeProgram = (shell: Shell): Command => {
  const program = new Command('headgate')
    .description('Drop a file, get an Iceberg table: run and look after Headgate.')
    .usage('<command> [options]')
    .helpCommand('help [command]', 'show the help of a command')
    .showSuggestionAfterError()
    .showHelpAfterError('(npx headgate --help lists commands and options)');
  for (const makeCommand of commands) program.addCommand(makeCommand(shell));
  return program;
};

/** Subcommands do not inherit these settings when they are added ready-made. */
const settle = (command: Command, shell: Shell): void => {
  command.exitOverride().configureOutput({
    writeOut: (text) => shell.out.line(text.trimEnd()),
    writeErr: (text) => shell.out.note(text.trimEnd()),
  });
  for (const child of command.commands) settle(child, shell);
};

/** Parses, runs and turns every way a command can end into an exit code. */
export const runProgram = async (shell: Shell, args: readonly string[]): Promise<ExitCode> => {
  const program = makeProgram(shell);
  settle(program, shell);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCodes.done;
  } catch (error) {
    return explain(shell, error);
  }
};

const explain = (shell: Shell, error: unknown): ExitCode => {
  const { out, env } = shell;
  // Commander has printed its own message; help and version are no errors.
  if (error instanceof CommanderError)
    return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  if (error instanceof UserError) {
    out.note(out.styles.bad('headgate: ') + error.message);
    return error.exitCode;
  }
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  out.note(`${out.styles.bad('headgate:')} something went wrong that has no words yet: ${message}`);
  out.note(
    env.HEADGATE_DEBUG ? (stack ?? '') : 'Run it again with HEADGATE_DEBUG=1 for the stack.',
  );
  return exitCodes.failed;
};

if (import.meta.main) {
  const { env, stdout, stderr } = process;
  // `headgate runs | head` closes the pipe early; that is no fault worth a stack.
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
  const shell: Shell = { out: makeOutput(stdout, stderr, env), env, clock: Date.now };
  process.exitCode = await runProgram(shell, process.argv.slice(2));
}
