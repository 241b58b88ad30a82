import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import type { Output } from '../../bin/console/output.ts';
import { root } from '../../bin/local/places.ts';
import { runTool } from '../../bin/tool.ts';
import { type Figure, Figures, withFigures } from './figures.ts';
import { lastLine } from './last-line.ts';
import { type Proof, proofs } from './proofs.ts';

const figuresPath = join(root, 'docs/figures/reliability.json');
const pagePath = join(root, 'docs/reliability.md');

const git = (...args: readonly string[]): string =>
  execFileSync('git', [...args], { cwd: root, encoding: 'utf8' }).trim();

/** Files that this command itself writes: they are no change of the code. */
const own = [':(exclude)docs/figures', ':(exclude)docs/reliability.md'];

/** The commit of the code as it lies here; undefined when something was changed since. */
const commitHere = (): string | undefined =>
  git('status', '--porcelain', '--', '.', ...own) === ''
    ? git('log', '-1', '--format=%H', '--', '.', ...own).slice(0, 12)
    : undefined;

const read = async (): Promise<readonly Figure[]> =>
  Figures.parse(JSON.parse(await readFile(figuresPath, 'utf8').catch(() => '[]')));

/** Keeps a figure at once: what is cut off goes on behind it. */
const keep = async (figure: Figure): Promise<void> => {
  const others = (await read()).filter(({ name }) => name !== figure.name);
  const figures = [...others, figure].sort((a, b) => a.name.localeCompare(b.name));
  await writeFile(figuresPath, `${JSON.stringify(figures, null, 2)}\n`);
  await writeFile(pagePath, withFigures(await readFile(pagePath, 'utf8'), figures));
};

const prove = async (proof: Proof, commit: string, out: Output): Promise<boolean> => {
  out.note(`${proof.what}: ${proof.command}`);
  const started = Date.now();
  const { status, line } = await lastLine(proof.script, proof.args);
  const minutes = Math.round((Date.now() - started) / 6_000) / 10;
  const isSound = status === 0 && proof.sound.test(line);
  out.line(`${isSound ? out.styles.good('✔') : out.styles.bad('✖')} ${proof.what}: ${line}`);
  if (!isSound) return false;
  const date = new Date().toISOString().slice(0, 10);
  await keep({ name: proof.name, figure: line, commit, date, minutes });
  return true;
};

type Options = { readonly again: boolean };

const run = async (names: readonly string[], { again }: Options, out: Output): Promise<boolean> => {
  const commit = commitHere();
  if (commit === undefined) {
    out.line('Files were changed since the last commit, and figures are published with theirs.');
    out.line('Commit first; or run the commands of docs/reliability.md by themselves.');
    return false;
  }
  const known = await read();
  let isGood = true;
  for (const proof of proofs.filter(({ name }) => names.length === 0 || names.includes(name))) {
    const has = known.some((figure) => figure.name === proof.name && figure.commit === commit);
    if (has && !again) out.note(`${proof.what}: known for ${commit}; --again shows it once more`);
    else isGood = (await prove(proof, commit, out)) && isGood;
  }
  return isGood;
};

const makeProgram = (out: Output, fail: () => void): Command => {
  const names = proofs.map(({ name }) => name);
  return new Command('reliability')
    .description('Reruns all that docs/reliability.md publishes, and writes its figures there.')
    .argument('[name...]', `only these: ${names.join(', ')}`)
    .option('--again', 'those too whose figures are of this commit already', false)
    .action(async (chosen: string[], options: Options, command: Command) => {
      const unknown = chosen.filter((name) => !names.includes(name));
      if (unknown.length > 0)
        command.error(`There is no proof ${unknown.join(', ')}; there are ${names.join(', ')}.`);
      if (!(await run(chosen, options, out))) fail();
    });
};

process.exitCode = await runTool(makeProgram, process);
