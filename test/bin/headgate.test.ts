import { describe, expect, test } from 'vitest';
import { commands } from '../../bin/commands/index.ts';
import { makeOutput } from '../../bin/console/output.ts';
import { makeProgram, runProgram } from '../../bin/headgate.ts';

const collector = () => {
  const chunks: string[] = [];
  return { write: (chunk: string) => chunks.push(chunk), text: () => chunks.join('') };
};

const runWith = async (env: Readonly<Record<string, string>>, ...args: string[]) => {
  const [stdout, stderr] = [collector(), collector()];
  const out = makeOutput(stdout, stderr, {});
  const code = await runProgram({ out, env, clock: () => 0 }, args);
  return { code, out: stdout.text(), err: stderr.text() };
};

const run = (...args: string[]) => runWith({}, ...args);

const program = makeProgram({
  out: makeOutput({ write: () => 0 }, { write: () => 0 }, {}),
  env: {},
  clock: () => 0,
});

describe('the command line', () => {
  test('every listed command is registered once', () => {
    const names = program.commands.map((command) => command.name());
    expect(new Set(names).size).toBe(commands.length);
  });

  test.each(program.commands.map((command) => command.name()))(
    '%s explains itself with examples',
    async (name) => {
      const { code, out } = await run(name, '--help');
      expect(code).toBe(0);
      expect(out).toContain(`Usage: headgate ${name}`);
      expect(out).toContain(`$ npx headgate ${name}`);
    },
  );

  test('an unknown command is wrong usage, with the one that was meant', async () => {
    const { code, err } = await run('statsu');
    expect(code).toBe(2);
    expect(err).toContain('Did you mean status?');
  });

  test('an unknown option is wrong usage', async () => {
    const { code, err } = await run('down', '--prot', '1');
    expect(code).toBe(2);
    expect(err).toContain("unknown option '--prot'");
  });

  test.each([
    ['up', '--port', 'x'],
    ['up', '--port', '70000'],
    ['up', '--profile', 'fast'],
  ])('%s %s %s is wrong usage', async (...args) => {
    expect((await run(...args)).code).toBe(2);
  });

  test('a target that is none is named with those there are', async () => {
    const { code, err } = await runWith({ HEADGATE_TARGET: 'moon' }, 'status');
    expect(code).toBe(1);
    expect(err).toContain("'local' or 'aws'");
  });
});
