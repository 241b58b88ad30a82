import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { root } from '../local/places.ts';
import { runTool, type ToolEnd } from './tool-run.ts';

/** A check that reads the code instead of running it. */
export type StaticCheck = {
  readonly name: string;
  /** Null when it passed, otherwise what to read. */
  readonly run: (env: NodeJS.ProcessEnv) => Promise<string | null>;
};

const whenFailed = ({ status, text }: ToolEnd): string | null => (status === 0 ? null : text);

/** Rooms of the repository that the dependency rules speak of. */
const rooms = ['bin', 'lib', 'functions', 'adapters', 'datasets', 'core', 'console', 'test'];

const Cruise = z.object({
  summary: z.object({
    totalCruised: z.number(),
    violations: z.array(
      z.object({ from: z.string(), to: z.string(), rule: z.object({ name: z.string() }) }),
    ),
  }),
});

/** Fewer means that the cruiser could not read TypeScript, and it says nothing when it cannot. */
const FEWEST_MODULES = 50;

/** What a cruise found, as text; null when there is nothing to complain of. */
export const judgeCruise = (json: string): string | null => {
  const { summary } = Cruise.parse(JSON.parse(json));
  if (summary.totalCruised < FEWEST_MODULES)
    return `only ${summary.totalCruised} modules were read: the cruiser does not see the code`;
  if (summary.violations.length === 0) return null;
  return summary.violations.map(({ from, to, rule }) => `${rule.name}: ${from} → ${to}`).join('\n');
};

const dependencyRules = async (env: NodeJS.ProcessEnv): Promise<string | null> => {
  const present = rooms.filter((room) => existsSync(join(root, room)));
  const args = ['--config', '.dependency-cruiser.cjs', '--output-type', 'json', ...present];
  const end = await runTool('depcruise', args, env);
  return end.stdout.trimStart().startsWith('{') ? judgeCruise(end.stdout) : end.text;
};

export const staticChecks: readonly StaticCheck[] = [
  { name: 'types', run: async (env) => whenFailed(await runTool('tsc', ['-p', '.'], env)) },
  {
    name: 'lint and format',
    run: async (env) => whenFailed(await runTool('biome', ['check', '--colors=off', '.'], env)),
  },
  { name: 'dependency rules', run: dependencyRules },
];
