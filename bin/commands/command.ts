import { type Command, Option } from 'commander';
import * as z from 'zod';
import { usageError } from '../console/errors.ts';
import type { Output } from '../console/output.ts';

/** What a command may touch of the process it runs in; tests hand in their own. */
export type Shell = {
  readonly out: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: () => number;
};

/**
 * What each bin/commands/<name>.ts exports as `<name>Command`; bin/commands/index.ts lists it.
 * Heavy imports (SDK clients, DuckDB) belong inside the action, so that `--help` stays quick.
 * An action that cannot do its work throws UserError; it never ends the process itself.
 */
export type MakeCommand = (shell: Shell) => Command;

/** The same switch on every command that prints results. */
export const jsonOption = (): Option => new Option('--json', 'print one JSON document');

/** Examples end every help text: people copy them before they read the options. */
export const withExamples = (command: Command, examples: readonly string[]): Command =>
  command.addHelpText(
    'after',
    `\nExamples:\n${examples.map((example) => `  $ npx headgate ${example}`).join('\n')}`,
  );

/** Commander hands over untyped options; this checks them and words what is wrong. */
export const parseOptions = <T extends z.ZodType>(schema: T, raw: unknown): z.infer<T> => {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const name = String(issue?.path[0] ?? 'option').replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);
  throw usageError({
    what: `--${name}: ${issue?.message ?? 'not a valid value'}.`,
    next: 'Run the command with --help to see what it takes.',
  });
};

/** For `--limit` and its like: whole numbers in a range, from the command line's text. */
export const wholeNumber = (min: number, max: number) =>
  z.coerce
    .number({ error: `must be a whole number from ${min} to ${max}` })
    .int(`must be a whole number from ${min} to ${max}`)
    .min(min, `must be at least ${min}`)
    .max(max, `must be at most ${max}`);
