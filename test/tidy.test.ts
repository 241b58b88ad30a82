import { resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type CheckName, checks, printed } from './support/tidy.ts';
import { importsOf, readTree, type SourceFile } from './support/tree.ts';

const FILES_MIN = 100;
const names = Object.keys(checks) as CheckName[];

describe('this repository', () => {
  let tree: readonly SourceFile[];
  beforeAll(() => {
    tree = readTree(resolve(import.meta.dirname, '..'));
  });

  test('is read at all', () => {
    expect(tree.length).toBeGreaterThan(FILES_MIN);
    expect(tree.map(({ path }) => path)).toContain('test/tidy.test.ts');
  });

  test.each(names)('%s', (name) => {
    expect(printed(checks[name](tree))).toEqual([]);
  });
});

type Planted = {
  readonly check: CheckName;
  /** What is wrong, for the name of the test. */
  readonly fault: string;
  readonly files: Readonly<Record<string, string>>;
  /** Paths with a finding, in order. */
  readonly found: readonly string[];
};

const used = "import './a.ts';";
const manifest = (version: string): string => JSON.stringify({ dependencies: { zod: version } });
const inTest = (modifier: string): string => `test.${modifier}('a bad row is kept', () => {});`;

const planted: readonly Planted[] = [
  {
    check: 'fileLength',
    fault: 'a file of 301 lines',
    files: {
      'core/a.ts': '\n'.repeat(301),
      'core/b.ts': '\n'.repeat(300),
      'a.md': '\n'.repeat(999),
    },
    found: ['core/a.ts'],
  },
  {
    check: 'lineLength',
    fault: 'a line of 101 columns',
    files: {
      'core/a.ts': `a\n${'x'.repeat(101)}`,
      'core/b.ts': '📦'.repeat(100),
      'docs/a.md': 'x'.repeat(200),
    },
    found: ['core/a.ts'],
  },
  {
    check: 'fileSize',
    fault: 'a large file',
    files: {
      'datasets/samples/a.csv': 'x'.repeat(300_000),
      'package-lock.json': 'x'.repeat(300_000),
    },
    found: ['datasets/samples/a.csv'],
  },
  ...['TO_DO', 'FIX_ME', 'HA_CK'].map(
    (word): Planted => ({
      check: 'leftovers',
      fault: `a ${word}`,
      files: { 'docs/a.md': `later, ${word.replace('_', '')}: all`, 'core/b.ts': 'todos, hacks' },
      found: ['docs/a.md'],
    }),
  ),
  ...['core/row-utils.ts', 'core/common/row.ts', 'bin/helper.js', 'lib/stack-manager.ts'].map(
    (path): Planted => ({
      check: 'bannedNames',
      fault: `the file ${path}`,
      files: { [path]: '', 'core/utility-bill.ts': '', 'core/commonwealth.ts': '' },
      found: [path],
    }),
  ),
  {
    check: 'bannedNames',
    fault: 'an exported name',
    files: { 'core/a.ts': 'export const rowHelper = 1;', 'core/b.ts': 'const rowHelper = 1;' },
    found: ['core/a.ts'],
  },
  {
    check: 'everyFileIsUsed',
    fault: 'a file nobody imports',
    files: {
      'core/a.ts': '',
      'core/b.ts': used,
      'functions/load/main.ts': "import { b } from '../../core/b.ts';\nawait import('./c.ts');",
      'functions/load/c.ts': '',
      'core/lost.ts': '',
    },
    found: ['core/lost.ts'],
  },
  {
    check: 'everyFileIsUsed',
    fault: 'a file that only its own test imports',
    files: { 'core/a.ts': '', 'test/core/a.test.ts': "import { a } from '../../core/a.ts';" },
    found: ['core/a.ts'],
  },
  {
    check: 'everyFileIsUsed',
    fault: 'a helper of tests that no test imports',
    files: {
      'test/support/a.ts': '',
      'test/b.test.ts': "import './support/b.ts';",
      'test/support/b.ts': '',
    },
    found: ['test/support/a.ts'],
  },
  {
    check: 'catalogued',
    fault: 'a kind of field that its index does not list',
    files: {
      'core/fields/index.ts': "import { text } from './text.ts';",
      'core/fields/text.ts': "import { grammar } from './grammar.ts';",
      'core/fields/grammar.ts': '',
      'core/fields/forgotten.ts': "import { grammar } from './grammar.ts';",
    },
    found: ['core/fields/forgotten.ts'],
  },
  {
    check: 'catalogued',
    fault: 'a registry whose index is gone',
    files: { 'core/rules/range.ts': '' },
    found: ['core/rules/range.ts'],
  },
  {
    check: 'functionsAreKnown',
    fault: 'a function that lib/ does not deploy',
    files: {
      'functions/intake/main.ts': '',
      'functions/stray/main.ts': '',
      'lib/intake.ts': "new StageFunction(this, 'Intake', { stage: 'intake' })",
      'docs/architecture.md': 'Intake claims; stray strays.',
    },
    found: ['functions/stray/main.ts'],
  },
  {
    check: 'functionsAreKnown',
    fault: 'a function that the architecture does not name',
    files: {
      'functions/gate/main.ts': '',
      'lib/a.ts': "'gate'",
      'docs/architecture.md': 'investigate',
    },
    found: ['functions/gate/main.ts'],
  },
  ...['skip', 'only', 'todo', 'each.skip', 'skipIf', 'fails'].map(
    (modifier): Planted => ({
      check: 'everyTestRuns',
      fault: `test.${modifier}`,
      files: { 'test/a.test.ts': inTest(modifier), 'test/b.test.ts': inTest('each') },
      found: ['test/a.test.ts'],
    }),
  ),
  ...['/work', '/home', '/root', '/Users'].map(
    (folder): Planted => ({
      check: 'noMachines',
      fault: `a path under ${folder}`,
      files: { 'docs/a.md': `see ${folder}/someone/headgate`, 'docs/b.md': `see .${folder}/x` },
      found: ['docs/a.md'],
    }),
  ),
  ...['registry_=x', 'https://registry_.example.org/zod', '"resolved_": "http://a/zod'].map(
    (text): Planted => ({
      check: 'noMachines',
      fault: text,
      files: { 'a.json': text.replace('_', ''), 'b.md': 'the registry of fields' },
      found: ['a.json'],
    }),
  ),
  ...['^4.6.7', '~4.6.7', '4', '*', 'latest', 'file:../zod'].map(
    (version): Planted => ({
      check: 'exactPins',
      fault: `zod ${version}`,
      files: { 'package.json': manifest(version), 'layers/a/package.json': manifest('1.5.5-r.5') },
      found: ['package.json'],
    }),
  ),
  {
    check: 'exactPins',
    fault: 'a Python package without a version',
    files: { 'bin/local/requirements.txt': '# why\nministack>=1.5\nboto3==1.2.3 \\\n  --hash=a' },
    found: ['bin/local/requirements.txt'],
  },
  {
    check: 'roomsAndDepth',
    fault: 'a new room, and a folder too deep',
    files: {
      'src/a.ts': '',
      'core/a/b/c/d.ts': '',
      'core/a/b/c.ts': '',
      '.github/x/y/z/a.yml': '',
    },
    found: ['src/a.ts', 'core/a/b/c/d.ts'],
  },
  {
    check: 'oneTitle',
    fault: 'two titles, and none',
    files: { 'a.md': '# A\n# B', 'b.md': 'b', 'c.md': '# C\n```sh\n# a comment\n```\n' },
    found: ['a.md', 'b.md'],
  },
];

describe('a planted fault', () => {
  test.each(planted)('$check finds $fault', ({ check, files, found }) => {
    const tree = Object.entries(files).map(([path, text]) => ({
      path,
      text,
      bytes: Buffer.byteLength(text),
    }));
    expect(checks[check](tree).map(({ path }) => path)).toEqual(found);
  });

  test('there is one for every check', () => {
    expect(new Set(planted.map(({ check }) => check))).toEqual(new Set(names));
  });

  test('imports are read from every form of them', () => {
    const text = [
      "import { a } from './a.ts';",
      "import type { b } from '../b.ts';",
      "export * from './c/c.ts';",
      "const d = await import('./d.ts');",
      "import 'zod';",
    ].join('\n');
    expect(importsOf({ path: 'core/x/y.ts', text, bytes: 0 })).toEqual([
      'core/x/a.ts',
      'core/b.ts',
      'core/x/c/c.ts',
      'core/x/d.ts',
    ]);
  });
});
