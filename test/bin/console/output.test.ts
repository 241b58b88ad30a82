import { describe, expect, test } from 'vitest';
import { UserError, usageError } from '../../../bin/console/errors.ts';
import { makeOutput } from '../../../bin/console/output.ts';
import { makeProgress } from '../../../bin/console/progress.ts';
import { plainStyles, stylesFor } from '../../../bin/console/styles.ts';
import { formatTable } from '../../../bin/console/table.ts';

const sink = (isTTY = false) => {
  const written: string[] = [];
  return { isTTY, columns: 40, write: (text: string) => written.push(text), written };
};

const ESCAPE = '\u001b';

describe('colours', () => {
  test.each([
    ['a terminal', true, {}, true],
    ['a pipe', false, {}, false],
    ['a terminal with NO_COLOR', true, { NO_COLOR: '1' }, false],
    ['a terminal with an empty NO_COLOR', true, { NO_COLOR: '' }, true],
    ['a terminal that cannot', true, { TERM: 'dumb' }, false],
  ])('%s: coloured is what it should be', (_name, isTerminal, env, coloured) => {
    expect(stylesFor(isTerminal, env).bad('x').includes(ESCAPE)).toBe(coloured);
  });
});

describe('a table', () => {
  test('aligns numbers right and trims the line ends', () => {
    const columns = [{ title: 'name' }, { title: 'rows', align: 'right' as const }];
    expect(
      formatTable(columns, [
        ['orders', '5'],
        ['a', '1200'],
      ]),
    ).toEqual(['name    rows', 'orders     5', 'a       1200']);
  });

  test('makes control characters harmless, because cells are data', () => {
    const [, line] = formatTable([{ title: 'x' }], [[`a${ESCAPE}[2Jb\nc\u202ed`]]);
    expect(line).toBe('a·[2Jb·c·d');
  });

  test('cuts a long cell, so that one value does not wrap every line', () => {
    const [, line] = formatTable([{ title: 'x' }], [['é'.repeat(200)]]);
    expect([...(line ?? '')]).toHaveLength(60);
    expect(line?.endsWith('…')).toBe(true);
  });
});

describe('output', () => {
  test('results go to stdout, notes to stderr', () => {
    const [stdout, stderr] = [sink(), sink()];
    const out = makeOutput(stdout, stderr, {});
    out.note('working');
    out.json({ id: 9_007_199_254_740_993n });
    expect(JSON.parse(stdout.written.join(''))).toEqual({ id: '9007199254740993' });
    expect(stderr.written).toEqual(['working\n']);
  });
});

describe('progress', () => {
  const clock = () => {
    let now = 0;
    return () => {
      now += 500;
      return now;
    };
  };

  test('off a terminal, a step is one line with its last detail', async () => {
    const stderr = sink();
    const progress = makeProgress({ styles: plainStyles }, stderr, clock());
    await progress.step('deploy', async (tell) => {
      tell('halfway');
      tell('4 of 4');
    });
    expect(stderr.written).toEqual(['  ✔ deploy: 4 of 4 (0.5 s)\n']);
  });

  test('a failed step is marked and its error goes on', async () => {
    const stderr = sink();
    const progress = makeProgress({ styles: plainStyles }, stderr, clock());
    const failing = progress.step('deploy', () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    expect(stderr.written).toEqual(['  ✖ deploy\n']);
  });
});

describe('user errors', () => {
  test('read as what happened, what is allowed, what to do', () => {
    const error = new UserError({ what: 'No.', allowed: 'Only yes.', next: 'Say yes.' });
    expect(error.message).toBe('No.\nOnly yes.\nSay yes.');
    expect(error.exitCode).toBe(1);
  });

  test('wrong usage has an exit code of its own', () => {
    expect(usageError({ what: 'No.' }).exitCode).toBe(2);
  });
});
