import { execFile } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';

const ROOMS = ['bin', 'lib', 'functions', 'adapters', 'datasets', 'subscribers', 'core', 'test'];
const RULES = '.dependency-cruiser.cjs';
const MODULES_MIN = 40;

const Cruise = z.object({
  summary: z.object({
    totalCruised: z.number(),
    violations: z.array(
      z.object({ from: z.string(), to: z.string(), rule: z.object({ name: z.string() }) }),
    ),
  }),
});

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '..');

/** Cruises the rooms of a tree with this repository's rules. */
const cruise = async (cwd: string) => {
  const rooms = ROOMS.filter((room) => existsSync(join(cwd, room)));
  const cruiser = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const args = [cruiser, '--config', join(root, RULES), '--output-type', 'json'];
  const options = { cwd, maxBuffer: 256 * 1024 * 1024 };
  const { stdout } = await run(process.execPath, [...args, ...rooms], options);
  const { summary } = Cruise.parse(JSON.parse(stdout));
  const violations = summary.violations.map(({ rule, from, to }) => ({
    rule: rule.name,
    from,
    to,
  }));
  return { modules: summary.totalCruised, violations };
};

test('every import in this repository stays within its room’s rights', async () => {
  const { modules, violations } = await cruise(root);
  expect(violations.map(({ rule, from, to }) => `${rule}: ${from} -> ${to}`)).toEqual([]);
  // With a parser that cannot read TypeScript there are no modules, and so no violations either.
  expect(modules).toBeGreaterThan(MODULES_MIN);
}, 60_000);

/** One file per rule that breaks it, and files that come close without breaking any. */
const planted = [
  { rule: 'core-imports', file: 'core/a.ts', imports: '../adapters/sound.ts' },
  { rule: 'core-needs-only-zod', file: 'core/b.ts', imports: 'node:crypto' },
  { rule: 'core-needs-only-zod', file: 'core/c.ts', imports: 'commander' },
  { rule: 'core-hashes', file: 'core/landing/a.ts', imports: 'node:fs' },
  { rule: 'core-load-encodes', file: 'core/load/a.ts', imports: 'node:fs' },
  { rule: 'core-avro-reads', file: 'core/avro/a.ts', imports: 'node:crypto' },
  { rule: 'datasets-imports', file: 'datasets/a.ts', imports: '../adapters/sound.ts' },
  { rule: 'subscribers-imports', file: 'subscribers/a.ts', imports: '../adapters/sound.ts' },
  { rule: 'adapters-imports', file: 'adapters/a.ts', imports: '../functions/intake/env.ts' },
  { rule: 'functions-imports', file: 'functions/intake/a.ts', imports: '../../bin/sound.ts' },
  { rule: 'functions-are-islands', file: 'functions/load/a.ts', imports: '../intake/env.ts' },
  { rule: 'lib-imports', file: 'lib/a.ts', imports: '../functions/intake/handler.ts' },
  { rule: 'cdk-only-in-lib', file: 'adapters/b.ts', imports: 'aws-cdk-lib' },
  { rule: 'world-only-in-adapters', file: 'functions/intake/b.ts', imports: '@aws-sdk/client-s3' },
  { rule: 'world-only-in-adapters', file: 'lib/b.ts', imports: '@duckdb/node-api' },
  { rule: 'no-dev-packages-at-run-time', file: 'bin/a.ts', imports: 'fast-check' },
  { rule: 'packages-are-declared', file: 'bin/b.ts', imports: 'semver' },
  { rule: 'everything-resolves', file: 'bin/c.ts', imports: './nowhere.ts' },
  { rule: 'no-cycles', file: 'bin/d.ts', imports: './d.ts' },
];
const sound = [
  { file: 'core/sound.ts', imports: 'zod' },
  { file: 'core/hash.ts', imports: 'node:crypto' },
  { file: 'core/load/avro.ts', imports: 'avsc' },
  { file: 'core/avro/sound.ts', imports: 'node:buffer' },
  { file: 'adapters/sound.ts', imports: '../core/sound.ts' },
  { file: 'datasets/sound.ts', imports: '../core/sound.ts' },
  { file: 'subscribers/sound.ts', imports: '@aws-sdk/client-s3' },
  { file: 'functions/intake/env.ts', imports: 'zod' },
  { file: 'functions/intake/handler.ts', imports: '../../core/sound.ts' },
  { file: 'functions/intake/main.ts', imports: '@aws-sdk/client-s3' },
  { file: 'lib/sound.ts', imports: '../functions/intake/env.ts' },
  { file: 'bin/sound.ts', imports: '../lib/sound.ts' },
  { file: 'test/sound.test.ts', imports: '../bin/sound.ts' },
];

describe('a planted violation', () => {
  const tree = mkdtempSync(join(tmpdir(), 'rooms-'));
  let found: readonly { rule: string; from: string }[];

  beforeAll(async () => {
    symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'));
    for (const name of ['package.json', 'tsconfig.json'])
      copyFileSync(join(root, name), join(tree, name));
    for (const { file, imports } of [...planted, ...sound]) {
      mkdirSync(dirname(join(tree, file)), { recursive: true });
      writeFileSync(join(tree, file), `import * as it from '${imports}';\nexport const b = it;\n`);
    }
    found = (await cruise(tree)).violations;
  }, 60_000);
  afterAll(() => rmSync(tree, { recursive: true }));

  test.each(planted)('$file importing $imports is caught by $rule', ({ rule, file }) => {
    expect(found.filter(({ from }) => from === file).map((violation) => violation.rule)).toContain(
      rule,
    );
  });

  test.each(sound)('$file may import $imports', ({ file }) => {
    expect(found.filter(({ from }) => from === file)).toEqual([]);
  });

  test('every rule of the configuration has one', () => {
    const Config = z.object({ forbidden: z.array(z.object({ name: z.string() })) });
    const { forbidden } = Config.parse(createRequire(import.meta.url)(join(root, RULES)));
    expect(new Set(planted.map(({ rule }) => rule))).toEqual(
      new Set(forbidden.map(({ name }) => name)),
    );
  });
});
