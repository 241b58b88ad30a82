import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { UserError, usageError } from '../../bin/console/errors.ts';
import { runTool } from '../../bin/tool.ts';

const run = async (args: readonly string[], work: (fail: () => void) => void = () => {}) => {
  const [out, err]: [string[], string[]] = [[], []];
  const exitCode = await runTool(
    (_out, fail) => {
      const tool = new Command('tool');
      tool
        .command('make')
        .requiredOption('--rows <n>')
        .action(() => work(fail));
      return tool;
    },
    {
      argv: ['node', 'tool.ts', ...args],
      env: {},
      stdout: { write: (text: string) => out.push(text) },
      stderr: { write: (text: string) => err.push(text) },
    },
  );
  return { exitCode, out: out.join(''), err: err.join('') };
};

describe('a developer’s tool', () => {
  test('ends with 0 when its work is done', async () => {
    expect(await run(['make', '--rows', '1'])).toEqual({ exitCode: 0, out: '', err: '' });
  });

  test('ends with 1 when what it found is bad, without a word more', async () => {
    const end = await run(['make', '--rows', '1'], (fail) => fail());
    expect(end).toEqual({ exitCode: 1, out: '', err: '' });
  });

  test.each([['--help'], ['make', '--help']])(
    '%s %s prints help and ends with 0',
    async (...args) => {
      const { exitCode, out } = await run(args.filter(Boolean));
      expect({ exitCode, hasUsage: out.includes('Usage: tool') }).toEqual({
        exitCode: 0,
        hasUsage: true,
      });
    },
  );

  test.each([
    { args: [], says: 'Usage: tool' },
    { args: ['make'], says: "required option '--rows <n>' not specified" },
    { args: ['make', '--rows', '1', '--raws'], says: "unknown option '--raws'" },
    { args: ['unmake'], says: "unknown command 'unmake'" },
  ])('called as $args it ends with 2 and says why', async ({ args, says }) => {
    const { exitCode, err } = await run(args);
    expect(exitCode).toBe(2);
    expect(err).toContain(says);
  });

  test.each([
    { error: new UserError({ what: 'The disk is full.' }), exitCode: 1 },
    { error: usageError({ what: 'Rows are numbers.' }), exitCode: 2 },
  ])('what a user can mend is said without a stack, exit code $exitCode', async (c) => {
    const end = await run(['make', '--rows', '1'], () => {
      throw c.error;
    });
    expect(end).toEqual({ exitCode: c.exitCode, out: '', err: `tool: ${c.error.message}\n` });
  });

  test('a bug keeps its stack', async () => {
    const bug = () => {
      throw new Error('a bug');
    };
    await expect(run(['make', '--rows', '1'], bug)).rejects.toThrow('a bug');
  });
});
