import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Figures, withFigures } from './figures.ts';
import { lastLine } from './last-line.ts';
import { proofs } from './proofs.ts';

const docs = join(import.meta.dirname, '../../docs');
const page = readFileSync(join(docs, 'reliability.md'), 'utf8');
const figures = Figures.parse(
  JSON.parse(readFileSync(join(docs, 'figures/reliability.json'), 'utf8')),
);

describe('the figures of the page on reliability', () => {
  test('are those that the command wrote; what was not shown yet says so', () => {
    expect(withFigures(page, figures)).toBe(page);
    const missing = proofs.filter(({ name }) => figures.every((figure) => figure.name !== name));
    expect(page.split('| not shown yet |').length - 1).toBe(missing.length);
  });

  test.each(figures)('$name is as promised', ({ name, figure }) => {
    expect(figure).toMatch(proofs.find((proof) => proof.name === name)?.sound ?? /^never/);
  });

  test.each(proofs)('$name fails when something is lost, or survives', ({ sound }) => {
    for (const bad of ['', '10000 seeds, 1 effects, 1 faults, 1 lost, 0 duplicated, 0 stuck'])
      expect(bad).not.toMatch(sound);
    expect('29/30 caught, median 41 seeds').not.toMatch(sound);
  });

  test('come from commands that exist', () => {
    const { scripts } = JSON.parse(readFileSync(join(docs, '../package.json'), 'utf8'));
    for (const { command, script } of proofs) {
      const [, , name = ''] = command.split(' ');
      expect(scripts[name]).toContain(script);
    }
  });
});

test('a page without a place for them is refused', () => {
  expect(() => withFigures('# Reliability', figures)).toThrow('no place for figures');
});

test('a command’s last line is its figure, and its exit code counts', async () => {
  expect(await lastLine('-e', ['console.log("one\\ntwo\\n"); process.exit(3)'])).toEqual({
    status: 3,
    line: 'two',
  });
});
