import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';

const harness = join(import.meta.dirname, 'harness.ts');

/** Tests get `test` and `describe` from the harness, and the harness gets `expect` from Vitest. */
const vitestPlugin: Plugin = {
  name: 'vitest',
  setup: ({ onResolve }) => {
    onResolve({ filter: /^vitest$/ }, ({ importer }) =>
      importer.endsWith('harness.ts') ? { path: 'vitest', external: true } : { path: harness },
    );
  },
};

/**
 * The test files of a room and the code that they test in one file, made once per sandbox. It
 * exports `files`, a list of [path, load]: loading the bundle anew gives each mutant a fresh world
 * for the price of evaluating it.
 */
export const bundleOf = async (files: readonly string[], root: string): Promise<string> => {
  const outfile = join(root, '.mutants.bundle.mjs');
  if (existsSync(outfile)) return outfile;
  // Two runners share a sandbox: each writes a file of its own, and what is seen is whole.
  const own = `${outfile}.${process.pid}`;
  const loads = files.map((file) => `['${file}', () => import('./${file}')],`);
  await build({
    stdin: {
      contents: `export { testsIn } from ${JSON.stringify(harness)};
        export const files = [${loads.join('\n')}];`,
      resolveDir: root,
      sourcefile: 'mutants.ts',
      loader: 'ts',
    },
    absWorkingDir: root,
    outfile: own,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    packages: 'external',
    plugins: [vitestPlugin],
    logLevel: 'error',
  });
  renameSync(own, outfile);
  return outfile;
};
