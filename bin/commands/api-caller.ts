import { type Command, Option } from 'commander';
import * as z from 'zod';
import { type UserError, usageError } from '../console/errors.ts';
import { apiUrlOf, withStack } from '../world.ts';
import type { Shell } from './command.ts';

/** What every command has that calls the API as any sender does. */
export const callerOptions = {
  key: z.string().min(1, 'must not be empty').optional(),
  url: z.url('must be an address').optional(),
  stack: z.string(),
};
type CallerOptions = z.infer<z.ZodObject<typeof callerOptions>>;

/** The same on the command line; `--stack` is said beside it. */
export const addCallerOptions = (command: Command): Command =>
  command
    .addOption(
      new Option('--key <key>', 'key of the API, as api-key create told it').env(
        'HEADGATE_API_KEY',
      ),
    )
    .addOption(
      new Option('--url <url>', 'address of the API; default: that of the stack').env(
        'HEADGATE_API_URL',
      ),
    );

/** The key that is given; without one nobody is asked anything. */
export const keyFor = (dataset: string, { key }: Pick<CallerOptions, 'key'>): string => {
  if (key !== undefined) return key;
  throw usageError({
    what: 'No key of the API is given.',
    allowed: 'It comes with --key, or in HEADGATE_API_KEY.',
    next: `Make one: npx headgate api-key create NAME --dataset ${dataset}`,
  });
};

/** The address that is given, or that of the stack. */
export const addressOf = async (
  shell: Pick<Shell, 'env' | 'out'>,
  { url, stack }: Pick<CallerOptions, 'url' | 'stack'>,
): Promise<string> => url ?? (await withStack(shell, stack, async (opened) => apiUrlOf(opened)));

/** Says of a file that its name on the command line leads nowhere. */
export const unreadable = (path: string, error: unknown): UserError =>
  usageError({
    what: `The file ${path} cannot be read (${error instanceof Error && 'code' in error ? error.code : error}).`,
    next: 'Check the path; it is taken from the current directory.',
  });
